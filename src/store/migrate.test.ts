import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '#test/helpers/app.ts';
import { migrate } from './migrate.ts';
import { openPool, type Pool } from './pool.ts';
import { missingMigrations } from './readiness.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let sql: Pool;
beforeEach(async () => {
  database = await testDatabase({ empty: true });
  sql = openPool(database.url, { max: 3 });
});
afterEach(async () => {
  await sql.end();
  await database.drop();
});

const tables = async () =>
  (await sql<{ name: string }[]>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`).map(
    (row) => row.name,
  );
const recorded = async () =>
  (await sql<{ name: string }[]>`SELECT name FROM migrations ORDER BY name`).map((row) => row.name);

test('an empty database gets every migration, in order; a second time there is nothing to do', async () => {
  const shipped = await missingMigrations(sql);
  const applied = await migrate(sql);
  expect(applied).toEqual(shipped.toSorted());
  expect(applied[0]).toBe('0001_init.sql');
  expect(await missingMigrations(sql)).toEqual([]);
  const made = await tables();
  expect(made).toEqual(expect.arrayContaining(['attempts', 'doses', 'patients', 'prescriptions']));
  expect(await migrate(sql)).toEqual([]);
  expect(await tables()).toEqual(made);
  expect(await recorded()).toEqual(applied);
});

test('migrators that start at once apply each migration once', async () => {
  const pools = Array.from({ length: 3 }, () => openPool(database.url, { max: 1 }));
  const applied = await Promise.all([...pools, sql].map(migrate));
  await Promise.all(pools.map((pool) => pool.end()));
  expect(applied.flat().sort()).toEqual(await recorded());
});

test('a migration that fails leaves nothing of itself, and the next try on the same pool succeeds', async () => {
  await sql`CREATE TABLE chunks (mine int)`; // in the way of the middle of the first migration
  await expect(migrate(sql)).rejects.toThrow('relation "chunks" already exists');
  expect(await tables()).toEqual(['chunks', 'migrations']);
  expect(await recorded()).toEqual([]);
  await sql`DROP TABLE chunks`;
  expect(await migrate(sql)).toContain('0001_init.sql');
  expect(await missingMigrations(sql)).toEqual([]);
});
