import type postgres from 'postgres';
import { openClient } from './client.ts';

/** The connection pool, or one transaction of it: every store function takes either. */
export type Sql = postgres.Sql | postgres.TransactionSql;
export type Pool = postgres.Sql;

/** A client that lost a connection is kept this long, for what it still has under way. */
const FAREWELL_MS = 10_000;

/**
 * Opens the pool. Dates (`date`) stay text `YYYY-MM-DD`, since a local date has no instant; `timestamptz` becomes `Date`.
 * `bounded`, for services: no statement, forgotten transaction or dead connection is waited for without end.
 *
 * postgres.js is in disorder where it lost a connection: what it had not written it writes before the next greeting, and an
 * answer that was cut off is given to the next query. So a pool is a client that is replaced by a new one at the first loss.
 */
export function openPool(url: string, { max = 10, bounded = false }: { max?: number; bounded?: boolean } = {}): Pool {
  const leaving = new Map<Pool, NodeJS.Timeout>();
  let hasEnded = false;
  const replace = () => {
    if (hasEnded) return;
    const old = current;
    current = openClient(url, { max, bounded, like: old, onLoss: replace });
    leaving.set(
      old,
      setTimeout(() => {
        leaving.delete(old);
        void old.end({ timeout: 0 });
      }, FAREWELL_MS).unref(),
    );
  };
  let current = openClient(url, { max, bounded, onLoss: replace });
  const end: Pool['end'] = async (options) => {
    hasEnded = true;
    for (const farewell of leaving.values()) clearTimeout(farewell);
    await Promise.all([current, ...leaving.keys()].map((client) => client.end(options)));
  };
  return new Proxy(current, {
    apply: (_, self, args) => Reflect.apply(current as never, self, args),
    get: (_, key) => (key === 'end' ? end : Reflect.get(current, key)),
  });
}

/**
 * The rows of a query of many columns, as objects of one shape. The client adds a row's columns one by one, and from the
 * seventeenth on V8 makes such an object a hash table: slower to make and to read, and many times its size.
 */
export async function wideRows<Row extends object>(query: postgres.PendingQuery<Row[]>): Promise<Row[]> {
  const result = await query.values();
  const names = result.columns.map(({ name }) => name);
  const blank = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`)}}`);
  return result.map((values) => {
    const row = { ...blank };
    for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i];
    return row;
  });
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
