import type { Sql } from './pool.ts';

const MONTHS_AHEAD = 2;
const ROWS_PER_PASS = 10_000;

/** Partitions from last month (answers come late) to two months ahead of `now`. */
export async function makePartitionsAhead(sql: Sql, now: Date): Promise<void> {
  await sql`
    SELECT make_partitions((${now}::timestamptz - interval '1 month')::date,
                           (${now}::timestamptz + ${MONTHS_AHEAD} * interval '1 month')::date)`;
}

/** After SHARDS was lowered: doses of shards that are gone move to one that is read. Returns whether there may be more. */
export async function rehomeDoses(sql: Sql, shards: number): Promise<boolean> {
  const moved = await sql`
    UPDATE doses d SET shard = d.shard % ${shards}::int
    FROM (SELECT id, local_date FROM doses WHERE shard >= ${shards} AND next_action_at IS NOT NULL
          LIMIT ${ROWS_PER_PASS}) AS lost
    WHERE d.id = lost.id AND d.local_date = lost.local_date`;
  return moved.count === ROWS_PER_PASS;
}

/** Removes finished chunks, idempotency keys and providers' ids older than `before`; returns whether there may be more. */
export async function prune(sql: Sql, before: Date): Promise<boolean> {
  const chunks = await sql`
    DELETE FROM chunks WHERE id IN (
      SELECT id FROM chunks WHERE state = 'done' AND created_at < ${before} ORDER BY created_at LIMIT ${ROWS_PER_PASS})`;
  const keys = await sql`
    DELETE FROM idempotency_keys WHERE (tenant_id, key) IN (
      SELECT tenant_id, key FROM idempotency_keys WHERE created_at < ${before} ORDER BY created_at LIMIT ${ROWS_PER_PASS})`;
  const refs = await sql`
    DELETE FROM provider_refs WHERE (account, ref) IN (
      SELECT account, ref FROM provider_refs WHERE created_at < ${before} ORDER BY created_at LIMIT ${ROWS_PER_PASS})`;
  return [chunks, keys, refs].some(({ count }) => count === ROWS_PER_PASS);
}

/** Removes callbacks older than `before`, whatever became of them; returns whether there may be more. */
export async function pruneCallbacks(sql: Sql, before: Date): Promise<boolean> {
  const removed = await sql`
    DELETE FROM callbacks WHERE id IN (
      SELECT id FROM callbacks WHERE id < (SELECT uuid_v7(${before})) ORDER BY id LIMIT ${ROWS_PER_PASS})`;
  return removed.count === ROWS_PER_PASS;
}
