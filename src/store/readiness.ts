import { MIGRATIONS } from './migrate.ts';
import type { Sql } from './pool.ts';

/** The shipped migrations the database does not have yet. Throws when PostgreSQL does not answer. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const [known] = await sql<{ table: string | null }[]>`SELECT to_regclass('migrations')::text AS table`;
  if (known?.table == null) return MIGRATIONS;
  const applied = new Set((await sql<{ name: string }[]>`SELECT name FROM migrations`).map((row) => row.name));
  return MIGRATIONS.filter((name) => !applied.has(name));
}
