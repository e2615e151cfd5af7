import postgres from 'postgres';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimBucket } from '#schedulers/buckets.ts';
import { gaugesPass } from '#schedulers/gauges.ts';
import { ladderPass } from '#schedulers/ladder.ts';
import { dueNow, letters, mend, POISONS, poisonPolicy } from '#test/helpers/dead-letters.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import { plusSeconds } from '../clock.ts';
import { transaction } from '../store/transaction.ts';
import { advanceDoses } from './advance.ts';
import { deliverChunk } from './deliver.ts';
import { inHalves } from './quarantine.ts';
import { redrive } from './quarantine-redrive.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1;
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const past = (seconds: number) => plusSeconds(DUE, seconds);

beforeEach(async () => {
  await clear(app);
  await app.sql`TRUNCATE dead_letters, incidents, escalations CASCADE`;
  app.clock.set('2026-11-23T12:00:00Z');
});

const doses = () => app.sql`SELECT state, reason FROM doses WHERE due_at = ${DUE} ORDER BY id`;
const incidents = () => app.sql`
  SELECT subject, affected, closed_at IS NULL AS open FROM incidents WHERE kind = 'quarantined' ORDER BY opened_at`;

/** One patient whose dose is poison, and its prescription. */
async function onePoison(policy: Parameters<typeof seedPrescription>[2] = {}): Promise<string> {
  const id = await seedPrescription(app, await seedPatient(app), policy);
  await poisonPolicy(app, id);
  return id;
}

/** Walks the ladder every ten seconds to an instant. */
async function walkTo(at: Date): Promise<void> {
  for (let now = app.clock.now(); now <= at; now = plusSeconds(now, 10)) {
    app.clock.set(now);
    while (await ladderPass(app));
  }
}

describe('a dose that makes its batch fail', () => {
  it.each(POISONS)('$what: takes none of a thousand with it', async ({ make, reason }) => {
    const [bad] = await dueNow(app, 1000, DUE);
    await make(app, bad as string);
    app.clock.set(DUE);
    while (await ladderPass(app));
    expect(await app.sql`SELECT count(*)::int AS n FROM attempts`).toEqual([{ n: 999 }]);
    expect(
      await app.sql`SELECT state, count(*)::int AS n FROM doses WHERE due_at = ${DUE} GROUP BY 1 ORDER BY 1`,
    ).toEqual([
      { state: 'open', n: 999 },
      { state: 'planned', n: 1 },
    ]);
    expect(await letters(app)).toMatchObject([
      { kind: 'dose', state: 'failing', tries: 1, reason, retry_at: past(10), useful_until: past(3600) },
    ]);
  });

  it('is set aside by the bucket that prepares it too, and not tried again in the same bucket', async () => {
    const [bad] = await dueNow(app, 20, DUE);
    await poisonPolicy(app, bad as string);
    app.clock.set(past(-10));
    await claimBucket(app, { shard: 0, until: past(59).getTime() });
    expect(await app.sql`SELECT count(*)::int AS n FROM attempts`).toEqual([{ n: 19 }]);
    expect(await letters(app)).toMatchObject([{ tries: 1, retry_at: past(69) }]);
  });

  it('is tried five times, ever later, then quarantined with one incident', async () => {
    await onePoison();
    await onePoison();
    app.clock.set(DUE);
    const seen = new Set<string>();
    for (let s = 0; s <= 200; s += 10) {
      app.clock.set(past(s));
      while (await ladderPass(app));
      const [letter] = await letters(app);
      seen.add(`${letter?.tries} ${letter?.state} ${(letter?.last_at.getTime() - DUE.getTime()) / 1000}`);
    }
    expect([...seen]).toEqual(['1 failing 0', '2 failing 10', '3 failing 30', '4 failing 70', '5 quarantined 150']);
    expect(await incidents()).toEqual([{ subject: app.tenantId, affected: 2, open: true }]);
    const [dose] = await app.sql`SELECT state, next_action_at FROM doses WHERE due_at = ${DUE}`;
    expect(dose).toEqual({ state: 'open', next_action_at: past(3600) });
    await gaugesPass(app);
    const { values } = await app.metrics.deadLetters.get();
    expect(values.map(({ labels, value }) => [labels.kind, value])).toEqual([
      ['dose', 2],
      ['message', 0],
    ]);
  });

  it.each([
    { critical: false, cases: [] },
    { critical: true, cases: ['undelivered_critical'] },
  ])("at its window's end is undelivered (system), critical: $critical", async ({ critical, cases }) => {
    await onePoison({ policy: { critical } });
    app.clock.set(DUE);
    await walkTo(past(160));
    app.clock.set(past(3599));
    await ladderPass(app);
    expect(await doses()).toEqual([{ state: 'open', reason: null }]);
    app.clock.set(past(3600));
    await ladderPass(app);
    expect(await doses()).toEqual([{ state: 'undelivered', reason: 'system' }]);
    expect(await letters(app)).toMatchObject([{ state: 'ended' }]);
    expect(await incidents()).toMatchObject([{ open: false }]);
    expect((await app.sql`SELECT kind FROM escalations`).map(({ kind }) => kind)).toEqual(cases);
  });

  it('whose reminder was accepted before it went bad is missed, once the fate of every message is known', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await driveTo(app, DUE);
    await poisonPolicy(app, id);
    await driveTo(app, past(600)); // the SMS rung fails
    app.clock.set(past(3600));
    await ladderPass(app);
    expect(await doses()).toEqual([{ state: 'missed', reason: null }]);
  });

  it('waits for a message that is under way before its window is ended', async () => {
    await seedPrescription(app, await seedPatient(app, { quietHours: { from: '22:00', to: '07:00' } }));
    app.clock.set(DUE);
    await ladderPass(app);
    await app.sql`UPDATE patients SET zone = 'Nowhere/Nothing'`; // from now on whatever is to be done fails
    await app.sql`UPDATE attempts SET state = 'unknown', check_at = ${past(7200)}`;
    await walkTo(past(600));
    app.clock.set(past(3600));
    while (await ladderPass(app)); // put off by seconds, not tried without end
    expect(await doses()).toEqual([{ state: 'open', reason: null }]);
    app.clock.set(past(3600 + 180));
    await ladderPass(app);
    expect(await doses()).toEqual([{ state: 'undelivered', reason: 'system' }]);
  });

  it('goes on by itself once its cause is mended, late but not too late', async () => {
    const id = await onePoison();
    app.clock.set(DUE);
    await walkTo(past(20));
    await mend(app, id);
    await driveTo(app, past(30));
    expect(app.scripted.push.sent).toHaveLength(1);
    expect(await app.sql`SELECT due_at, expires_at FROM attempts`).toEqual([{ due_at: DUE, expires_at: past(900) }]);
    await ladderPass(app);
    expect(await letters(app)).toMatchObject([{ state: 'recovered', tries: 2 }]);
  });

  it('that was answered meanwhile is left alone', async () => {
    await onePoison();
    app.clock.set(DUE);
    await ladderPass(app);
    await app.sql`UPDATE doses SET state = 'skipped', reason = 'patient', resolved_at = ${DUE}, next_action_at = NULL WHERE due_at = ${DUE}`;
    await walkTo(past(200));
    expect(await letters(app)).toMatchObject([{ state: 'ended', tries: 1 }]);
    expect(await doses()).toEqual([{ state: 'skipped', reason: 'patient' }]);
  });

  it('is not blamed when nothing at all goes through', async () => {
    const ids = await dueNow(app, 20, DUE);
    for (const id of ids) await poisonPolicy(app, id);
    app.clock.set(DUE);
    await walkTo(past(300));
    expect(new Set((await letters(app)).map(({ tries, state }) => `${tries} ${state}`))).toEqual(
      new Set(['1 failing']),
    );
    for (const id of ids) await mend(app, id);
    await walkTo(past(320));
    expect(await app.sql`SELECT count(*)::int AS n FROM attempts`).toEqual([{ n: 20 }]);
  });

  it('a fault of the server blames no dose', async () => {
    await dueNow(app, 3, DUE);
    app.clock.set(DUE);
    await app.sql`ALTER TABLE contact_points RENAME COLUMN position TO place`;
    await expect(ladderPass(app)).rejects.toMatchObject({ code: '42703' });
    await app.sql`ALTER TABLE contact_points RENAME COLUMN place TO position`;
    expect(await letters(app)).toEqual([]);
    await ladderPass(app);
    expect(await app.sql`SELECT count(*)::int AS n FROM attempts`).toEqual([{ n: 3 }]);
  });
});

describe('a good batch', () => {
  it('takes as many statements as it has steps, and no savepoint', async () => {
    const statements: string[] = [];
    const counting = postgres(app.config.databaseUrl, {
      max: 1,
      onnotice: () => {},
      connection: { TimeZone: 'UTC' },
      types: { date: { to: 1082, from: [1082], serialize: (x: string) => x, parse: (x: string) => x } },
      debug: (_connection: number, query: string) => statements.push(query.trim().split(/\s+/).slice(0, 3).join(' ')),
    });
    await dueNow(app, 100, DUE);
    app.clock.set(DUE);
    const due = { shard: 0, until: DUE, states: ['planned' as const] };
    expect(await advanceDoses({ ...app, sql: counting as unknown as typeof app.sql }, due)).toBe(100);
    await counting.end();
    expect(statements.slice(statements.indexOf('begin'))).toEqual([
      ...['begin', 'WITH due AS', 'SELECT id, patient_id', 'UPDATE doses d'],
      ...['INSERT INTO chunks', 'INSERT INTO attempts', 'commit'],
    ]);
  });
});

describe('a process that dies in between', () => {
  it('leaves nothing half done: what was not committed comes again', async () => {
    const [bad] = await dueNow(app, 50, DUE);
    await poisonPolicy(app, bad as string);
    app.clock.set(DUE);
    const died = new postgres.PostgresError({ message: 'died', code: '42501' } as never); // not the rows' fault, nor waited for
    let most = 0;
    for (let dead = true; dead; most += 2) {
      let begun = 0;
      const begin = (work: never) => (++begun > most ? Promise.reject(died) : app.sql.begin(work));
      const dying = Object.assign(app.sql.bind(null) as unknown as typeof app.sql, app.sql, { begin });
      dead = await ladderPass({ ...app, sql: dying }).then(
        () => false,
        (error) => error === died,
      );
    }
    expect(most).toBeGreaterThan(4);
    while (await ladderPass(app));
    expect(await app.sql`SELECT count(*)::int AS n, count(DISTINCT dose_id)::int AS doses FROM attempts`).toEqual([
      { n: 49, doses: 49 },
    ]);
    expect(await letters(app)).toMatchObject([{ state: 'failing', tries: 1 }]);
  });
});

describe('rows in halves', () => {
  it.each([
    [0, []],
    [1, [0]],
    [7, [0, 3, 6]],
    [1000, [999]],
    [1000, [0, 1, 500]],
  ])('of %i finds %j, and every other goes through once', async (n, bad) => {
    const rows = Array.from({ length: n }, (_, i) => i);
    const through: number[] = [];
    let runs = 0;
    const poison = await inHalves(rows, async (some) => {
      runs += 1;
      if (some.some((row) => bad.includes(row))) throw new TypeError('told to nobody');
      through.push(...some);
    });
    expect(poison).toEqual(bad.map((row) => ({ row, reason: 'TypeError' })));
    expect(through).toEqual(rows.filter((row) => !bad.includes(row)));
    expect(runs).toBeLessThanOrEqual(1 + 2 * bad.length * Math.ceil(Math.log2(Math.max(2, n))));
  });
});

describe('a redriven dose', () => {
  it('is sent once, though it is redriven twice, after its cause is mended', async () => {
    const id = await onePoison();
    app.clock.set(DUE);
    await walkTo(past(160));
    await mend(app, id);
    app.clock.set(past(1800)); // a planned dose would be too late by now
    const [letter] = await letters(app);
    const again = () =>
      transaction(app.sql, (tx) => redrive(tx, { id: letter?.id, tenantId: app.tenantId }, past(1800)));
    const views = await Promise.all([again(), again()]);
    expect(views.map(({ state }) => state)).toEqual(['redriven', 'redriven']);
    expect(await incidents()).toMatchObject([{ open: false }]);
    await driveTo(app, past(1801));
    await again();
    await driveTo(app, past(1802));
    expect(app.scripted.push.sent).toHaveLength(1);
  });

  it('that fails again is set aside again', async () => {
    await onePoison();
    app.clock.set(DUE);
    await walkTo(past(160));
    const [letter] = await letters(app);
    await transaction(app.sql, (tx) => redrive(tx, { id: letter?.id, tenantId: null }, past(160)));
    await ladderPass(app);
    expect((await letters(app)).map(({ state, tries }) => [state, tries])).toEqual([
      ['redriven', 5],
      ['failing', 1],
    ]);
  });
});

it('an unknown zone is no quiet hour', async () => {
  const patient = await seedPatient(app, { quietHours: { from: '22:00', to: '07:00' } });
  await seedPrescription(app, patient);
  await app.sql`UPDATE patients SET zone = 'Nowhere/Nothing'`;
  app.clock.set(DUE);
  await ladderPass(app);
  expect(await letters(app)).toMatchObject([{ reason: 'RangeError' }]);
  await rescuePass(app);
  for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
  expect(app.scripted.push.sent).toEqual([]);
});
