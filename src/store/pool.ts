import postgres from 'postgres';

/** The connection pool, or one transaction of it: every store function takes either. */
export type Sql = postgres.Sql | postgres.TransactionSql;
export type Pool = postgres.Sql;

/**
 * Opens the pool. Dates (`date`) stay text `YYYY-MM-DD`, since a local date has no instant; `timestamptz` becomes `Date`.
 */
export function openPool(url: string, options: { max?: number } = {}): Pool {
  return postgres(url, {
    max: options.max ?? 10,
    onnotice: () => {},
    connection: { application_name: 'dosebell', TimeZone: 'UTC' },
    types: { date: { to: 1082, from: [1082], serialize: (x: string) => x, parse: (x: string) => x } },
  }) as Pool;
}

/** How far this machine's clock is from PostgreSQL's, in milliseconds (add it to `Date.now()`). */
export async function clockOffset(sql: Pool): Promise<number> {
  await sql`SELECT 1`; // the first query pays for the connection
  const before = Date.now();
  const [row] = await sql<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  const after = Date.now();
  const offset = (row as { now: Date }).now.getTime() - (before + after) / 2;
  return Math.abs(offset) < 5 ? 0 : offset; // below the measurement's own error
}

/**
 * One field of many rows as a parameter for `unnest(${…}::type[])`. The client infers an array's type from its first
 * element, and gets instants, booleans and bytes wrong: as text PostgreSQL casts them (booleans by way of `text[]`, since the
 * client would write "true" as false).
 */
export function column<Row, Key extends keyof Row>(rows: readonly Row[], key: Key): (string | number | null)[] {
  return rows.map((row) => {
    const value: unknown = row[key];
    if (value instanceof Date) return value.toISOString();
    if (typeof value === 'number' || value === null) return value;
    return String(value);
  });
}
