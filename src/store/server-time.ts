import type { Sql } from './pool.ts';

/** PostgreSQL's clock, in milliseconds since the epoch. */
export async function serverTime(sql: Sql): Promise<number> {
  const [row] = await sql<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  return (row as { now: Date }).now.getTime();
}
