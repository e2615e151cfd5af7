import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { testDatabase } from '#test/helpers/app.ts';
import { dumpSchema } from './dump-schema.ts';
import { migrate } from './migrate.ts';
import { openPool, type Pool } from './pool.ts';

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function emptyDatabase(): Promise<Pool> {
  const { url, drop } = await testDatabase({ empty: true });
  const sql = openPool(url, { max: 1 });
  closing.push(
    () => sql.end(),
    () => drop(),
  );
  return sql;
}

const committed = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');

test('the committed schema.sql is what the migrations make (else: npm run schema)', async () => {
  const sql = await emptyDatabase();
  await migrate(sql);
  expect(await dumpSchema(sql)).toBe(committed);
});

test('the dump leaves nothing out that matters to it: run, it makes the same schema', async () => {
  const sql = await emptyDatabase();
  await sql.unsafe(committed);
  expect(await dumpSchema(sql)).toBe(committed);
});

test.each([
  ['a column', 'ALTER TABLE doses ADD COLUMN note text'],
  ['a type', 'ALTER TABLE chunks ALTER COLUMN size TYPE bigint'],
  ['a default', 'ALTER TABLE doses ALTER COLUMN rung SET DEFAULT 1'],
  ['a column that may be null', 'ALTER TABLE chunks ALTER COLUMN size DROP NOT NULL'],
  ['a check', 'ALTER TABLE chunks ADD CHECK (size > 0)'],
  ['a foreign key', 'ALTER TABLE escalations DROP CONSTRAINT escalations_patient_id_fkey'],
  ['an index', 'DROP INDEX doses_next_action'],
  ['an index predicate', 'DROP INDEX chunks_live; CREATE INDEX chunks_live ON chunks (ready_at)'],
  ['a storage setting', 'ALTER TABLE chunks SET (fillfactor = 50)'],
  ['a partition', "SELECT make_partitions('2026-11-01', '2026-11-01')"],
  ['a function', "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
])('%s that differs shows', async (_, change) => {
  const sql = await emptyDatabase();
  await sql.unsafe(committed);
  await sql.unsafe(change);
  expect(await dumpSchema(sql)).not.toBe(committed);
});

test.each([
  ['view v', 'CREATE VIEW v AS SELECT 1'],
  ['sequence s', 'CREATE SEQUENCE s'],
  ['enum e', "CREATE TYPE e AS ENUM ('a')"],
])('what it cannot write it refuses: %s', async (_, statement) => {
  const sql = await emptyDatabase();
  await sql.unsafe(statement);
  await expect(dumpSchema(sql)).rejects.toThrow('cannot write');
});
