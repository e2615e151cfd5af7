import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import type { Answer, AnswerRoad } from '#src/domain/dose.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { openCase } from '#src/store/cases.ts';
import { endDoses, stepDoses } from '#src/store/doses.ts';
import { createTenant } from '#src/store/tenants.ts';
import { PATIENT, PRESCRIPTION, testApi } from '#test/helpers/api.ts';
import type { Ack } from './decide.ts';
import { recordAck } from './record.ts';
import { issueToken } from './tokens.ts';

const api = await testApi();
const { app } = api;
const { sql } = app;
app.config.schedule.minIntervalSeconds = 1; // many doses of one patient
const other = await createTenant(sql, 'Hospital Dos', app.clock.now());

const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const WINDOW_SECONDS = 3600;

interface Seeded {
  id: string;
  localDate: string;
  patientId: string;
  prescriptionId: string;
  tenantId: string;
}

/** `count` open doses of one patient, a minute apart, each with a push that a provider has taken. */
async function openDoses(count: number, owner = api): Promise<Seeded[]> {
  app.clock.set('2026-11-23T12:00:00Z');
  const headers = { authorization: `Bearer ${owner.apiKey}` };
  const patient = uuidv7(new Date());
  await api.call('PUT', `/v1/patients/${patient}`, PATIENT, { headers });
  const regimen = { start: '2026-11-23T08:00:00', rrules: [`FREQ=MINUTELY;COUNT=${count}`] };
  const made = await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient, regimen }, { headers });
  const doses = await sql<Seeded[]>`
    SELECT id, local_date AS "localDate", patient_id AS "patientId", prescription_id AS "prescriptionId",
           tenant_id AS "tenantId"
    FROM doses WHERE prescription_id = ${made.json().id} ORDER BY due_at`;
  expect(doses).toHaveLength(count);
  app.clock.set(plusSeconds(DUE, 60));
  const now = app.clock.now();
  const steps = doses.map(({ id, localDate }) => ({ id, localDate, rung: 1, nextActionAt: plusSeconds(DUE, 600) }));
  await stepDoses(sql, steps, now);
  const attempts = doses.map((dose) => ({
    id: uuidv7(now),
    day: '2026-11-23',
    tenant_id: dose.tenantId,
    patient_id: dose.patientId,
    dose_id: dose.id,
    local_date: dose.localDate,
    purpose: 'reminder',
    rung: 0,
    channel: 'push',
    due_at: DUE,
    expires_at: plusSeconds(DUE, 3600),
    state: 'accepted',
    accepted_at: now,
    created_at: now,
  }));
  await sql`INSERT INTO attempts ${sql(attempts)}`;
  return doses;
}

const taken = (dose: Seeded, given: Partial<Ack> = {}): Ack => ({
  doseId: dose.id,
  answer: 'taken',
  road: 'push_action',
  ...given,
});
const effects = (results: Awaited<ReturnType<typeof recordAck>>[]) => results.map((result) => result?.effect ?? null);
/** How many transactions wrote the answers there are. */
const transactions = async () => (await sql`SELECT count(DISTINCT xmin::text)::int AS n FROM confirmations`)[0]?.n;

beforeEach(async () => {
  await sql`TRUNCATE patients, doses, attempts, confirmations, escalation_doses CASCADE`;
});

describe('answers that come together', () => {
  it('share a transaction, and each gets its own result once it is committed', async () => {
    const mine = await openDoses(40);
    const theirs = await openDoses(20, { ...api, ...other });
    const all = [...mine, ...theirs];
    const told = await Promise.all(
      all.map(async (dose, i) => {
        const result = await recordAck(app, taken(dose, { answer: i % 2 === 0 ? 'taken' : 'skipped' }));
        const [row] = await sql`SELECT state FROM doses WHERE id = ${dose.id}`;
        return { result, committed: row?.state };
      }),
    );
    expect(told.map(({ result }) => result?.dose.id)).toEqual(all.map(({ id }) => id));
    for (const [i, { result, committed }] of told.entries()) {
      const state = i % 2 === 0 ? 'taken' : 'skipped';
      expect([result?.effect, result?.dose.state, committed]).toEqual(['applied', state, state]);
    }
    expect(await transactions()).toBeLessThanOrEqual(2);
    const owners = await sql`SELECT tenant_id, count(*)::int AS n FROM confirmations GROUP BY 1 ORDER BY 2`;
    expect(owners.map((row) => [row.tenant_id, row.n])).toEqual([
      [other.tenantId, 20],
      [api.tenantId, 40],
    ]);
    expect(await sql`SELECT DISTINCT state FROM attempts`).toEqual([{ state: 'delivered' }]);
  });

  it('to one dose see each other, in the order they came', async () => {
    const [dose] = (await openDoses(1)) as [Seeded];
    const said: Answer[] = ['snoozed', 'taken', 'taken', 'snoozed', 'skipped'];
    const results = await Promise.all(said.map((answer) => recordAck(app, taken(dose, { answer }))));
    expect(effects(results)).toEqual(['applied', 'applied', 'repeated', 'refused', 'applied']);
    expect(results.map((result) => result?.dose.state)).toEqual(['open', 'taken', 'taken', 'taken', 'skipped']);
    const kept = await sql`SELECT answer FROM confirmations ORDER BY reported_at, id`;
    expect(kept.map((row) => row.answer)).toEqual(said);
    expect(await transactions()).toBe(1);
  });

  it('put a dose off three times, by whatever road, and not a fourth', async () => {
    const [dose] = (await openDoses(1)) as [Seeded];
    const later = (road: AnswerRoad) => recordAck(app, taken(dose, { answer: 'snoozed', road }));
    const together = await Promise.all([later('push_action'), later('link')]);
    const apart = [await later('voice_key'), await later('sms_reply'), await later('api')];
    expect(effects([...together, ...apart])).toEqual(['applied', 'applied', 'applied', 'refused', 'refused']);
    expect(await sql`SELECT snoozes, state FROM doses WHERE id = ${dose.id}`).toEqual([{ snoozes: 3, state: 'open' }]);
  });

  it("find no dose of another tenant's, nor one that does not exist", async () => {
    const [mine] = (await openDoses(1)) as [Seeded];
    const [theirs] = (await openDoses(1, { ...api, ...other })) as [Seeded];
    const results = await Promise.all([
      recordAck(app, taken(theirs, { tenantId: api.tenantId })),
      recordAck(app, taken(mine, { tenantId: api.tenantId })),
      recordAck(app, taken({ ...mine, id: uuidv7(DUE) })),
      recordAck(app, taken({ ...mine, id: uuidv7(new Date('2099-01-01')) })),
      recordAck(app, taken(theirs, { tenantId: other.tenantId })),
    ]);
    expect(effects(results)).toEqual([null, 'applied', null, null, 'applied']);
  });

  it('of one message count once', async () => {
    const doses = await openDoses(3);
    const [first, second] = doses as [Seeded, Seeded];
    const ack = (dose: Seeded) => recordAck(app, taken(dose, { road: 'sms_reply', sourceId: 'SM1' }));
    expect(effects(await Promise.all([ack(first), ack(first), ack(second)]))).toEqual([
      'applied',
      'repeated',
      'repeated',
    ]);
    expect(effects([await ack(second)])).toEqual(['repeated']);
    expect(await sql`SELECT dose_id FROM confirmations`).toEqual([{ dose_id: first.id }]);
  });

  it('do not fail with one that cannot be stored', async () => {
    const doses = await openDoses(6);
    const bad = [{ road: 'fax' as AnswerRoad }, { doseId: 'no-id' }, { takenAt: new Date(Number.NaN) }];
    const settled = await Promise.allSettled(
      doses.map((dose, i) => recordAck(app, taken(dose, i % 2 === 0 ? {} : bad[(i - 1) / 2]))),
    );
    expect(settled.map(({ status }) => status)).toEqual(doses.map((_, i) => (i % 2 === 0 ? 'fulfilled' : 'rejected')));
    const states = await sql`SELECT state FROM doses ORDER BY due_at`;
    expect(states.map((row) => row.state)).toEqual(doses.map((_, i) => (i % 2 === 0 ? 'taken' : 'open')));
  });

  it('settle a case whose doses are answered by two transactions at the same time', async () => {
    const doses = (await openDoses(2)) as [Seeded, Seeded];
    const now = app.clock.now();
    await endDoses(
      sql,
      doses.map(({ id, localDate }) => ({ id, localDate, state: 'missed', reason: null })),
      now,
    );
    for (const { id, ...dose } of doses) await openCase(sql, { ...dose, doseId: id, kind: 'missed_critical' }, now);
    let second: ReturnType<typeof recordAck> | undefined;
    await sql.begin(async (tx) => {
      await recordAck(app, taken(doses[0]), tx);
      second = recordAck(app, taken(doses[1]));
      for (let i = 0; i < 1000 && (await waitingForLocks()) === 0; i++);
    });
    await second;
    const [row] = await sql`SELECT state, resolution FROM escalations`;
    expect(row).toEqual({ state: 'resolved', resolution: 'answered late' });
  });

  it('are turned away beyond ten thousand with a 503 that says when to try again, and none of the others is lost', async () => {
    const [dose] = (await openDoses(1)) as [Seeded];
    const answers: Promise<unknown>[] = [];
    await sql.begin(async (tx) => {
      await tx`SELECT 1 FROM doses WHERE id = ${dose.id} FOR UPDATE`;
      for (let batch = 0; batch < 2; batch++) {
        answers.push(recordAck(app, taken(dose)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (let i = 0; i < 10_000; i++) answers.push(recordAck(app, taken(dose)));
      const { statusCode, headers, body } = await api.call('POST', `/v1/doses/${dose.id}/confirmations`, {
        answer: 'taken',
      });
      expect([statusCode, headers['content-type'], headers['retry-after']]).toEqual([
        503,
        'application/problem+json',
        '1',
      ]);
      expect(JSON.parse(body)).toMatchObject({ type: 'urn:dosebell:problem:unavailable', status: 503 });
      const page = await api.server.inject({
        method: 'POST',
        url: `/c/${issueToken(app.config.tokenSecret, 'link', { doseId: dose.id, expiresAt: plusSeconds(DUE, 3600) })}`,
        payload: 'action=taken',
        headers: {
          accept: 'text/html',
          'accept-language': 'es-PE',
          'content-type': 'application/x-www-form-urlencoded',
        },
      });
      expect([page.statusCode, page.headers['retry-after']]).toEqual([503, '1']);
      expect(page.body).toContain('Intente de nuevo en un momento');
    });
    expect(await Promise.all(answers)).toHaveLength(10_002);
    const kept = await sql`SELECT effect, count(*)::int AS n FROM confirmations GROUP BY 1 ORDER BY 2`;
    expect(kept.map((row) => [row.effect, row.n])).toEqual([
      ['applied', 1],
      ['repeated', 10_001],
    ]);
  });
});

const waitingForLocks = async () =>
  (await sql`SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted`)[0]?.n as number;

describe('a batch', () => {
  const DOSES = 5;
  const step = fc.record({
    dose: fc.nat(DOSES - 1),
    answer: fc.constantFrom<Answer>('taken', 'skipped', 'snoozed'),
    road: fc.constantFrom<AnswerRoad>('push_action', 'sms_reply', 'link', 'api'),
    waited: fc.constantFrom(0, 0, 0, 45, 1500),
    takenAgo: fc.option(fc.constantFrom(30, 4000), { nil: undefined }),
    source: fc.option(fc.nat(3), { nil: undefined }),
    reason: fc.option(fc.constant('náuseas'), { nil: undefined }),
  });

  it('comes to what its answers come to one after another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), fc.nat(3), async (steps, missed) => {
        await sql`TRUNCATE patients, doses, attempts, confirmations, escalation_doses CASCADE`;
        const outcomes = [];
        for (const together of [false, true]) {
          const doses = await openDoses(DOSES);
          await miss(doses.slice(0, missed));
          const acks = steps.map((given) => ackOf(given, doses, together));
          const results = together ? await Promise.all(acks.map(({ go }) => go())) : await oneByOne(acks);
          outcomes.push({ results: results.map((result) => seen(result, doses)), rows: await rowsOf(doses) });
        }
        expect(outcomes[1]).toEqual(outcomes[0]);
      }),
      { seed: 8, numRuns: 40 },
    );
  }, 120_000);

  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  function ackOf(given: Step, doses: Seeded[], together: boolean) {
    return {
      go: async () => {
        app.clock.advance(given.waited);
        const { takenAgo, source, reason } = given;
        return recordAck(app, {
          doseId: (doses[given.dose] as Seeded).id,
          answer: given.answer,
          road: given.road,
          ...(takenAgo === undefined ? {} : { takenAt: plusSeconds(app.clock.now(), -takenAgo) }),
          ...(source === undefined ? {} : { sourceId: `${together}-${source}` }),
          ...(reason === undefined ? {} : { reason }),
        });
      },
    };
  }
  async function oneByOne(acks: { go: () => ReturnType<typeof recordAck> }[]) {
    const results = [];
    for (const { go } of acks) results.push(await go());
    return results;
  }
  async function miss(doses: Seeded[]) {
    app.clock.set(plusSeconds(DUE, WINDOW_SECONDS));
    const now = app.clock.now();
    const ends = doses.map(({ id, localDate }) => ({ id, localDate, state: 'missed' as const, reason: null }));
    await endDoses(sql, ends, now);
    for (const { id, ...dose } of doses) await openCase(sql, { ...dose, doseId: id, kind: 'missed_critical' }, now);
    app.clock.set(plusSeconds(DUE, 120));
  }
  function seen(result: Awaited<ReturnType<typeof recordAck>>, doses: Seeded[]) {
    if (result === null) return null;
    const { id, patientId: _patient, ...dose } = result.dose;
    return { effect: result.effect, dose: { ...dose, n: doses.findIndex((each) => each.id === id) } };
  }
  async function rowsOf(doses: Seeded[]) {
    const ids = doses.map(({ id }) => id);
    const n = (row: { dose_id?: string }) => ({ ...row, dose_id: ids.indexOf(row.dose_id as string) });
    const answers = await sql`
      SELECT dose_id, answer, road, reason, taken_at, reported_at, late, effect, split_part(source_id, '-', 2) AS source
      FROM confirmations WHERE dose_id = ANY(${ids}) ORDER BY ctid`; // as they were written
    return {
      doses: await sql`
        SELECT state, reason, rung, next_action_at, resolved_at, missed_at, taken_at, late
        FROM doses WHERE id = ANY(${ids}) ORDER BY due_at`,
      answers: answers.map((row) => ({ ...n(row), reason: row.reason === null ? null : app.cipher.open(row.reason) })),
      attempts: (await sql`SELECT dose_id, state, accepted_at, delivered_at FROM attempts WHERE dose_id = ANY(${ids})`)
        .map(n)
        .sort((a, b) => a.dose_id - b.dose_id),
      cases:
        await sql`SELECT state, resolved_at, resolution FROM escalations WHERE patient_id = ${doses[0]?.patientId as string}`,
    };
  }
});
