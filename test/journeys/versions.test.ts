import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ladderPass } from '#schedulers/ladder.ts';
import { type ChunkJob, enqueueBucket } from '#src/dispatch/queues.ts';
import { startWorkers } from '#src/dispatch/workers.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { jobKey } from '#src/redis/keys.ts';
import { MIGRATIONS, migrate } from '#src/store/migrate.ts';
import { openPool, type Pool } from '#src/store/pool.ts';
import { testDatabase } from '../helpers/app.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, readyChunks, rescuePass } from '../helpers/drive.ts';
import { eventually } from '../helpers/rush.ts';

/** The last migration of the release before this one: what its processes still write while ours start. */
const RELEASE_BEFORE = '0004_reliability.sql';
/** Constraints that this release made wider: every row of the release before passes them. */
const WIDENED = [
  'attempts.attempts_case_check',
  'attempts.attempts_dose_check',
  'attempts.attempts_purpose_check',
  'confirmations.confirmations_road_check',
  'contact_points.contact_points_kind_check',
  'escalations.escalations_kind_check',
  'escalations.escalations_one_open',
  'incidents.incidents_kind_check',
];
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const SMS = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' } as const] };

const app = await testDispatcher();
let workers: { stop(): Promise<void> } | undefined;

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
});

/** A message that is ready, of which no job tells; and the job that this version would make. */
async function ready(): Promise<ChunkJob> {
  await seedPrescription(app, await seedPatient(app), { policy: SMS });
  app.clock.set(DUE);
  await ladderPass(app);
  await app.redis.flushdb();
  const [chunk] = await readyChunks(app);
  const { id: chunkId, size, turn, readyAt, expiresAt } = chunk as NonNullable<typeof chunk>;
  return { chunkId, size, turn, at: readyAt.getTime(), until: expiresAt.getTime() };
}

const lane = () => app.queues.lanes.get('sms') as NonNullable<ReturnType<typeof app.queues.lanes.get>>;
const add = (data: unknown, jobId: string) =>
  lane().add('deliver', data as ChunkJob, { jobId, attempts: 1, removeOnComplete: true, removeOnFail: true });
const sent = () => app.scripted.sms.sent.length;
const waiting = async () => (await lane().getJobCountByTypes('active', 'waiting', 'prioritized', 'delayed')) ?? 0;

describe('a job of another version', () => {
  test('with fields that this one does not know is done', async () => {
    const job = await ready();
    await add({ ...job, colour: 'red', nested: { since: 'v9' } }, job.chunkId);
    workers = startWorkers(app);
    await eventually(() => expect(sent()).toBe(1), 5);
  });

  test.each(['size', 'turn', 'at', 'until'] as const)('without "%s" is done, or found by the rescue', async (field) => {
    const { [field]: _, ...older } = await ready();
    await add(older, older.chunkId as string);
    workers = startWorkers(app);
    await eventually(async () => expect(await waiting()).toBe(0), 5);
    app.clock.advance(3);
    await rescuePass(app);
    await eventually(() => expect(sent()).toBe(1), 5);
    expect(await app.sql`SELECT state FROM attempts WHERE channel = 'sms'`).toEqual([{ state: 'accepted' }]);
  });

  test.each([
    ['nothing', null],
    ['no fields', {}],
    ['a text', 'deliver'],
    ['a chunk that is none', { chunkId: 'x', size: 1, turn: 1, at: 0, until: 9e15 }],
    ['a chunk that is gone', { chunkId: uuidv7(DUE), size: 1, turn: 1, at: 0, until: 9e15 }],
    ['fields of other types', { chunkId: 7, size: 'many', turn: null, at: 'soon', until: {} }],
  ])('that holds %s is put away, and the next one is done', async (_, data) => {
    const job = await ready();
    workers = startWorkers(app);
    await add(data, 'from-another-version');
    await eventually(async () => expect(await waiting()).toBe(0), 5);
    await add(job, job.chunkId);
    await eventually(() => expect(sent()).toBe(1), 5);
  });

  test('that is no JSON does not stop the worker', async () => {
    const job = await ready();
    await add({}, 'broken');
    await app.redis.hset(jobKey('sms', 'broken'), 'data', '{"chunkId":');
    workers = startWorkers(app);
    await add(job, job.chunkId);
    await eventually(() => expect(sent()).toBe(1), 10);
  });

  test('a bucket job keeps the name by which another version finds it', async () => {
    await enqueueBucket(app.queues, { shard: 1, until: 1_800_000_000_999 }, { now: Date.now(), delayMs: 60_000 });
    expect(await app.queues.buckets.getJob('bucket-1800000000999-1')).toMatchObject({
      data: { shard: 1, until: 1_800_000_000_999 },
    });
  });
});

/** A table's columns and constraints, by name; of partitions the parent only. */
async function shapeOf(sql: Pool) {
  const columns = await sql<{ name: string; type: string; required: boolean; given: boolean }[]>`
    SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
           a.atthasdef AS given
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attnum > 0 AND NOT a.attisdropped`;
  const constraints = await sql<{ name: string; columns: string[]; text: string }[]>`
    SELECT c.relname || '.' || k.conname AS name, pg_get_constraintdef(k.oid) AS text,
           ARRAY(SELECT c.relname || '.' || attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY(k.conkey)) AS columns
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND k.contype <> 'n'
    UNION ALL
    SELECT c.relname || '.' || i.relname, pg_get_indexdef(i.oid),
           ARRAY(SELECT c.relname || '.' || attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY(x.indkey::int[]))
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND x.indisunique AND NOT x.indisprimary`;
  return {
    columns: new Map(columns.map(({ name, ...column }) => [name, column])),
    constraints: new Map(constraints.map(({ name, ...constraint }) => [name, constraint])),
  };
}

type Shape = Awaited<ReturnType<typeof shapeOf>>;
const tableOf = (name: string) => name.split('.')[0] as string;

/** What would refuse a row that a process of the release before writes, or hide what it reads; in words. */
function breaks(before: Shape, now: Shape): string[] {
  const tables = new Set([...before.columns.keys()].map(tableOf));
  const gone = [...before.columns].filter(([name, { type }]) => now.columns.get(name)?.type !== type);
  const required = [...now.columns].filter(([name, { required, given }]) => {
    const old = before.columns.get(name);
    return tables.has(tableOf(name)) && required && (old === undefined ? !given : !old.required);
  });
  const narrower = [...now.constraints].filter(
    ([name, { columns, text }]) =>
      before.constraints.get(name)?.text !== text &&
      columns.some((column) => before.columns.has(column)) &&
      columns.every((column) => before.columns.has(column)) &&
      !WIDENED.includes(name),
  );
  return [
    ...gone.map(([name]) => `${name} is gone, or of another type`),
    ...required.map(([name]) => `${name} must be given now`),
    ...narrower.map(([name]) => `${name} is a new constraint on what the release before writes`),
  ];
}

/** A database with the schema of the release before, and whatever is to happen to it. */
async function onReleaseBefore<T>(use: (sql: Pool, before: Shape) => Promise<T>): Promise<T> {
  const { url, drop } = await testDatabase({ empty: true });
  const sql = openPool(url, { max: 1 });
  try {
    await sql`CREATE TABLE migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`;
    for (const name of MIGRATIONS.filter((each) => each <= RELEASE_BEFORE)) {
      await sql.unsafe(readFileSync(new URL(`../../src/store/migrations/${name}`, import.meta.url), 'utf8')).simple();
      await sql`INSERT INTO migrations (name) VALUES (${name})`;
    }
    return await use(sql, await shapeOf(sql));
  } finally {
    await sql.end();
    await drop();
  }
}

describe('the schema, while processes of the release before still write', () => {
  test('only grew: nothing they read is gone, nothing they leave out is asked for', async () => {
    await onReleaseBefore(async (sql, before) => {
      expect(await migrate(sql)).toEqual(MIGRATIONS.filter((name) => name > RELEASE_BEFORE));
      expect(breaks(before, await shapeOf(sql))).toEqual([]);
    });
  });

  test.each([
    ['ALTER TABLE chunks DROP COLUMN turn', 'chunks.turn is gone'],
    ['ALTER TABLE chunks RENAME COLUMN size TO messages', 'chunks.size is gone'],
    ['ALTER TABLE chunks ALTER COLUMN size TYPE bigint', 'chunks.size is gone, or of another type'],
    ['ALTER TABLE chunks ADD COLUMN region text NOT NULL', 'chunks.region must be given'],
    ['ALTER TABLE chunks ALTER COLUMN account SET NOT NULL', 'chunks.account must be given'],
    ['ALTER TABLE chunks ADD CONSTRAINT small CHECK (size < 50)', 'chunks.small is a new constraint'],
    ['CREATE UNIQUE INDEX one_turn ON chunks (turn)', 'chunks.one_turn is a new constraint'],
  ])('%s would break them', async (statement, words) => {
    await onReleaseBefore(async (sql, before) => {
      await sql.unsafe(statement);
      expect(breaks(before, await shapeOf(sql)).join()).toContain(words);
    });
  });

  test('takes what they write: doses, chunks, messages, receipts, answers and incidents', async () => {
    await app.sql.begin(async (sql) => {
      const patient = await seedPatient(app);
      const prescription = await seedPrescription(app, patient);
      const [at] = await app.sql`
        SELECT p.id AS "patientId", p.tenant_id AS "tenantId", c.id AS "contactId"
        FROM patients p JOIN contact_points c ON c.patient_id = p.id
        WHERE p.external_id = ${patient.externalId} AND c.kind = 'phone' AND c.owner = 'patient'`;
      const { patientId, tenantId, contactId } = at as { patientId: string; tenantId: string; contactId: string };
      const [dose, chunk, attempt] = [uuidv7(DUE), uuidv7(DUE), uuidv7(DUE)] as const;
      // As the release before wrote them (src/store at its last commit).
      await sql`
        INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                           window_ends_at, critical, shard, tz_version, zone, time_policy, next_action_at)
        VALUES (${dose}, '2026-11-23', 90, ${tenantId}, ${patientId}, ${prescription}, 1, ${DUE},
                ${new Date(DUE.getTime() + 3_600_000)}, false, 0, '2026a', 'America/Lima', 'gap_before_overlap_first', ${DUE})`;
      await sql`
        INSERT INTO chunks (id, channel, critical, size, ready_at, expires_at, turn, created_at)
        VALUES (${chunk}, 'sms', false, 1, ${DUE}, ${DUE}, 1, ${DUE})`;
      await sql`
        INSERT INTO attempts (id, day, tenant_id, patient_id, dose_id, local_date, escalation_id, purpose, rung, channel,
                              contact_point_id, chunk_id, due_at, expires_at, code, state, ended_at, created_at)
        VALUES (${attempt}, '2026-11-23', ${tenantId}, ${patientId}, ${dose}, '2026-11-23', NULL, 'reminder', 0, 'sms',
                ${contactId}, ${chunk}, ${DUE}, ${DUE}, NULL, 'intent', NULL, ${DUE})`;
      await sql`
        UPDATE chunks SET state = 'sending', fence = fence + 1, lease_until = ${DUE}, account = 'twilio:+1' WHERE id = ${chunk}`;
      await sql`UPDATE chunks SET state = 'done', lease_until = NULL WHERE id = ${chunk}`;
      await sql`
        UPDATE attempts SET state = 'accepted', ref = 'SM1', account = 'twilio:+1', accepted_at = ${DUE} WHERE id = ${attempt}`;
      await sql`
        INSERT INTO provider_refs (account, ref, attempt_id, created_at) VALUES ('twilio:+1', 'SM1', ${attempt}, ${DUE})
        ON CONFLICT DO NOTHING`;
      await sql`
        INSERT INTO confirmations (id, tenant_id, dose_id, local_date, answer, road, reason, taken_at, reported_at, late,
                                   effect, source_id)
        VALUES (${uuidv7(DUE)}, ${tenantId}, ${dose}, '2026-11-23', 'taken', 'sms_reply', NULL, ${DUE}, ${DUE}, false, 'applied', NULL)`;
      await sql`
        INSERT INTO incidents (id, kind, subject, opened_at) VALUES (${uuidv7(DUE)}, 'provider_down', 'twilio:+1', ${DUE})
        ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING`;
      const [row] = await sql`SELECT state FROM attempts WHERE id = ${attempt}`;
      expect(row).toEqual({ state: 'accepted' });
    });
  });
});

test('compose waits longer for a service that stops than the service for what is in hand', () => {
  const compose = parse(readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8'), { merge: true });
  const grace = (name: string) => Number.parseInt(compose.services[name].stop_grace_period, 10);
  for (const name of ['api', 'scheduler', 'worker']) expect(grace(name)).toBeGreaterThan(app.config.drainSeconds);
});
