import { readdirSync, readFileSync } from 'node:fs';
import type { Pool, Sql } from './pool.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** The names of the shipped migrations, in order. */
export const MIGRATIONS = readdirSync(FOLDER)
  .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
  .sort();
const LOCK = 0x646f7365; // "dose": one migrator at a time

/** Applies the numbered migrations that are missing, each in its own transaction. Returns the names applied. */
export async function migrate(sql: Pool): Promise<string[]> {
  const applied: string[] = [];
  const connection = await sql.reserve();
  try {
    await connection`SELECT pg_advisory_lock(${LOCK})`;
    await makeRecord(connection);
    const known = new Set((await connection<{ name: string }[]>`SELECT name FROM migrations`).map((row) => row.name));
    for (const name of MIGRATIONS.filter((file) => !known.has(file))) {
      await applyMigration(connection, name);
      applied.push(name);
    }
  } finally {
    await connection`SELECT pg_advisory_unlock_all()`.catch(() => {}); // a connection that is lost holds no lock
    connection.release();
  }
  return applied;
}

/** The table of what has been applied. */
export async function makeRecord(sql: Sql): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`;
}

/** Applies one migration: as one simple query, which PostgreSQL runs as one transaction and rolls back whole when a part fails. */
export async function applyMigration(sql: Sql, name: string): Promise<void> {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  await sql.unsafe(`${text}\n; INSERT INTO migrations (name) VALUES ('${name}')`).simple();
}
