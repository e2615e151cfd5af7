import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { putOffDoses } from '#src/store/dead-letters.ts';
import { createTenant } from '#src/store/tenants.ts';
import { expectRefusal, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
let dose: { doseId: string; windowEnd: Date };
let other: string;
let seen = 0;
beforeAll(async () => {
  api = await testApi();
  other = (await createTenant(api.app.sql, 'Hospital Dos', api.app.clock.now())).apiKey;
});
beforeEach(async () => {
  await api.app.sql`TRUNCATE dead_letters`;
  const { doseId } = await dueDose(api, `d${++seen}`);
  const [row] = await api.app.sql`SELECT window_ends_at FROM doses WHERE id = ${doseId}`;
  dose = { doseId, windowEnd: row?.window_ends_at };
});

/** The dose fails so often that it is quarantined; returns its dead letter's id. */
async function quarantined(): Promise<string> {
  const now = api.app.clock.now();
  const failed = [{ id: dose.doseId, localDate: '2026-11-23', reason: 'TypeError' }];
  await putOffDoses(api.app.sql, failed, { now, from: now, firstSeconds: 5, mostTries: 1, counts: 1 });
  await putOffDoses(api.app.sql, failed, { now, from: now, firstSeconds: 5, mostTries: 1, counts: 1 });
  return (await api.call('GET', '/v1/dead-letters?state=quarantined')).json().items[0].id;
}

const act = (id: string, what: string, options = {}) =>
  api.call('POST', `/v1/dead-letters/${id}/${what}`, undefined, options);
const nextAction = async () =>
  (await api.app.sql`SELECT next_action_at AS at FROM doses WHERE id = ${dose.doseId}`)[0]?.at;

describe('/v1/dead-letters', () => {
  test('shows ids, codes and times, and nothing of a patient', async () => {
    const id = await quarantined();
    const { body } = await api.call('GET', `/v1/dead-letters/${id}`);
    expect(JSON.parse(body)).toEqual({
      id,
      kind: 'dose',
      state: 'quarantined',
      reason: 'TypeError',
      tries: 2,
      doseId: dose.doseId,
      attemptId: null,
      usefulUntil: dose.windowEnd.toISOString(),
      retryAt: null,
      firstAt: '2026-11-23T13:00:00.000Z',
      lastAt: '2026-11-23T13:00:00.000Z',
      dose: { state: 'open', reason: null, windowEndsAt: dose.windowEnd.toISOString() },
    });
  });

  test('is paged', async () => {
    const now = api.app.clock.now();
    await quarantined();
    for (let i = 0; i < 4; i++) {
      await api.app.sql`
        INSERT INTO dead_letters SELECT ${uuidv7(plusSeconds(now, i + 1))}, kind, ${uuidv7(now)}, dose_id, local_date, tenant_id,
          patient_id, reason, tries, state, useful_until, retry_at, first_at, last_at FROM dead_letters LIMIT 1`;
    }
    const ids: string[] = [];
    for (let query = '?limit=2'; ; ) {
      const { items, next } = (await api.call('GET', `/v1/dead-letters${query}`)).json();
      ids.push(...items.map((item: { id: string }) => item.id));
      if (next === null) break;
      query = `?limit=2&cursor=${next}`;
    }
    expect(ids).toHaveLength(5);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  test('redrives once, with one Idempotency-Key or none', async () => {
    const id = await quarantined();
    api.app.clock.advance(600);
    const key = { headers: { 'idempotency-key': `key-${id}` } };
    for (const options of [key, key, {}]) {
      const { statusCode, body } = await act(id, 'redrive', options);
      expect([statusCode, JSON.parse(body).state]).toEqual([200, 'redriven']);
      expect(await nextAction()).toEqual(new Date('2026-11-23T13:10:00Z'));
      api.app.clock.advance(1);
    }
    await expectRefusal(api.app, () => act(id, 'drop'), 'id', [409]);
  });

  test('refuses after the window, and tells when it closed and what became of the dose', async () => {
    const id = await quarantined();
    await api.app.sql`
      UPDATE doses SET state = 'undelivered', reason = 'system', missed_at = ${dose.windowEnd},
        resolved_at = ${dose.windowEnd}, next_action_at = NULL WHERE id = ${dose.doseId}`;
    await api.app.sql`UPDATE dead_letters SET state = 'ended'`;
    api.app.clock.set(dose.windowEnd);
    await expectRefusal(api.app, () => act(id, 'redrive'), 'id', [409]);
    expect((await act(id, 'redrive')).json().detail).toBe(
      `id names a dead letter that cannot be redriven: the window of its dose closed at ${dose.windowEnd.toISOString()}, and the dose is undelivered (system)`,
    );
  });

  test('drops once: the dose waits for its outcome', async () => {
    const id = await quarantined();
    for (let i = 0; i < 2; i++) expect((await act(id, 'drop')).json().state).toBe('dropped');
    expect(await nextAction()).toEqual(dose.windowEnd);
    await expectRefusal(api.app, () => act(id, 'redrive'), 'id', [409]);
  });

  test.each(['GET /v1/dead-letters/:id', 'POST /v1/dead-letters/:id/redrive', 'POST /v1/dead-letters/:id/drop'])(
    "%s: another tenant's is not there",
    async (route) => {
      const id = await quarantined();
      const [method = '', path = ''] = route.replace(':id', id).split(' ');
      const asOther = () => api.call(method, path, undefined, { headers: { authorization: `Bearer ${other}` } });
      await expectRefusal(api.app, asOther, 'id', [404]);
      const list = await api.call('GET', '/v1/dead-letters', undefined, {
        headers: { authorization: `Bearer ${other}` },
      });
      expect(list.json().items).toEqual([]);
    },
  );

  test.each(['?state=gone', '?limit=0', '?cursor=x', '?kind=dose'])('GET %s is refused', async (query) => {
    await expectRefusal(api.app, () => api.call('GET', `/v1/dead-letters${query}`), /state|limit|cursor|kind/);
  });
});
