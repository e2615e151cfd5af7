import { readdirSync } from 'node:fs';
import type { Sql } from './pool.ts';

const SHIPPED = readdirSync(new URL('./migrations/', import.meta.url)).filter((name) => name.endsWith('.sql'));

/** The shipped migrations the database does not have yet. Throws when PostgreSQL does not answer. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const [known] = await sql<{ table: string | null }[]>`SELECT to_regclass('migrations')::text AS table`;
  if (known?.table == null) return SHIPPED;
  const applied = new Set((await sql<{ name: string }[]>`SELECT name FROM migrations`).map((row) => row.name));
  return SHIPPED.filter((name) => !applied.has(name));
}
