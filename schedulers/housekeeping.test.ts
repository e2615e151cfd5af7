import { beforeEach, expect, test } from 'vitest';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { housekeepingPass } from './housekeeping.ts';
import { ladderPass } from './ladder.ts';

const app = await testDispatcher();
beforeEach(() => app.clock.set('2026-11-23T12:00:00Z'));

const partitions = async () =>
  (
    await app.sql<{ name: string }[]>`
    SELECT inhrelid::regclass::text AS name FROM pg_inherits
    WHERE inhparent IN ('doses'::regclass, 'attempts'::regclass) ORDER BY 1`
  ).map((row) => row.name);

test('partitions reach from last month to two months ahead, over the new year, and a second pass makes none', async () => {
  app.clock.set('2028-12-31T23:30:00Z');
  for (let i = 0; i < 2; i++) {
    await housekeepingPass(app);
    const made = (await partitions()).filter((name) => /_20(28|29)_/.test(name));
    expect(made).toEqual(
      ['attempts', 'doses'].flatMap((parent) =>
        ['2028_11', '2028_12', '2029_01', '2029_02'].map((m) => `${parent}_${m}`),
      ),
    );
  }
});

test('schedulers that start at once make each partition once', async () => {
  app.clock.set('2030-06-15T00:00:00Z');
  await Promise.all([housekeepingPass(app), housekeepingPass(app), housekeepingPass(app)]);
  expect((await partitions()).filter((name) => name.includes('2030'))).toHaveLength(8);
});

test('what is older than a day and done is removed, at most 10,000 rows at a time', async () => {
  const now = app.clock.now();
  await app.sql`
    INSERT INTO chunks (id, channel, critical, size, ready_at, expires_at, state, created_at)
    SELECT gen_random_uuid(), 'sms', false, 1, ${now}, ${now}, v.state, ${now}::timestamptz - v.age
    FROM (SELECT 'done' AS state, interval '25 hours' AS age FROM generate_series(1, 10001)
          UNION ALL SELECT 'done', interval '23 hours' UNION ALL SELECT 'queued', interval '3 days') AS v`;
  const left = async () => (await app.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM chunks`)[0]?.n;
  expect(await housekeepingPass(app)).toBe(true);
  expect(await left()).toBe(3);
  expect(await housekeepingPass(app)).toBe(false);
  expect(await app.sql`SELECT state FROM chunks ORDER BY state`).toEqual([{ state: 'done' }, { state: 'queued' }]);
});

test('an idempotency key is kept for a day', async () => {
  const now = app.clock.now();
  await app.sql`
    WITH t AS (INSERT INTO tenants VALUES (gen_random_uuid(), 'keys', ${now}) RETURNING id)
    INSERT INTO idempotency_keys (tenant_id, key, request, status, created_at)
    SELECT id, v.key, '', 200, ${now}::timestamptz - v.age
    FROM t, (VALUES ('old', interval '25 hours'), ('new', interval '23 hours')) AS v (key, age)`;
  await housekeepingPass(app);
  expect(await app.sql`SELECT key FROM idempotency_keys`).toEqual([{ key: 'new' }]);
});

test('doses of a shard that is gone since SHARDS was lowered are taken again', async () => {
  await seedPrescription(app, await seedPatient(app));
  await app.sql`UPDATE doses SET shard = 7`; // of the shards 0 and 1
  app.clock.set('2026-11-23T13:00:00Z');
  expect(await ladderPass(app)).toBe(false);
  await housekeepingPass(app);
  expect(await ladderPass(app)).toBe(true);
  expect(await app.sql`SELECT state FROM attempts`).toEqual([{ state: 'intent' }]);
});
