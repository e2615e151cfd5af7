import type { ChannelName } from '../domain/attempt.ts';
import { column, type Sql } from './pool.ts';

/** Attempts sent as one job: one channel, one sender, one priority, one moment. */
export interface Chunk {
  id: string;
  channel: ChannelName;
  sender: string;
  critical: boolean;
  size: number;
  readyAt: Date;
}

export async function insertChunks(sql: Sql, chunks: Chunk[], now: Date): Promise<void> {
  if (chunks.length === 0) return;
  await sql`
    INSERT INTO chunks (id, channel, sender, critical, size, ready_at, created_at)
    SELECT *, ${now}
    FROM unnest(${column(chunks, 'id')}::uuid[], ${column(chunks, 'channel')}::text[], ${column(chunks, 'sender')}::text[],
                ${column(chunks, 'critical')}::text[]::boolean[], ${column(chunks, 'size')}::int[], ${column(chunks, 'readyAt')}::timestamptz[])`;
}

/** A held chunk. `fence` proves the holder: it grows with every claim. */
export interface HeldChunk {
  id: string;
  channel: ChannelName;
  critical: boolean;
  fence: number;
}

/** Marks a queued chunk as being sent, for one holder. Null: somebody else has it, or it is done. */
export async function claimChunk(sql: Sql, id: string, leaseUntil: Date): Promise<HeldChunk | null> {
  const [held] = await sql<HeldChunk[]>`
    UPDATE chunks SET state = 'sending', fence = fence + 1, lease_until = ${leaseUntil}
    WHERE id = ${id} AND state = 'queued'
    RETURNING id, channel, critical, fence`;
  return held ?? null;
}

/** Holds a chunk for longer: sending it takes its time, and its holder is alive. */
export async function renewChunk(sql: Sql, held: HeldChunk, leaseUntil: Date): Promise<void> {
  await sql`
    UPDATE chunks SET lease_until = ${leaseUntil}
    WHERE id = ${held.id} AND fence = ${held.fence} AND state = 'sending'`;
}

/** Ends a chunk its holder still holds; false when the lease was lost and the chunk was ended by the rescue. */
export async function finishChunk(sql: Sql, held: HeldChunk): Promise<boolean> {
  const done = await sql`
    UPDATE chunks SET state = 'done', lease_until = NULL
    WHERE id = ${held.id} AND fence = ${held.fence} AND state = 'sending'`;
  return done.count === 1;
}

/** Chunks that should have left by `before` and were taken by nobody: their job was lost, or Redis is down. */
export async function overdueChunks(sql: Sql, before: Date, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM chunks WHERE state = 'queued' AND ready_at <= ${before} ORDER BY ready_at LIMIT ${limit}`;
  return rows.map((row) => row.id);
}

/**
 * Ends chunks whose holder is gone (lease over). What it had not reported may have left: those attempts become
 * `unknown` and are reconciled, never blindly sent again. Returns how many attempts that were.
 */
export async function abandonChunks(sql: Sql, now: Date, checkAt: Date): Promise<number> {
  const lost = await sql`
    WITH lost AS (
      UPDATE chunks SET state = 'done', lease_until = NULL
      WHERE state = 'sending' AND lease_until <= ${now} RETURNING id)
    UPDATE attempts a SET state = 'unknown', code = 'worker_lost', check_at = ${checkAt}
    FROM lost WHERE a.chunk_id = lost.id AND a.state = 'intent'`;
  return lost.count;
}

/** When the oldest chunk that is ready and untaken became ready, by channel. */
export async function oldestReady(sql: Sql, now: Date): Promise<{ channel: ChannelName; readyAt: Date }[]> {
  return sql<{ channel: ChannelName; readyAt: Date }[]>`
    SELECT channel, min(ready_at) AS "readyAt" FROM chunks WHERE state = 'queued' AND ready_at <= ${now} GROUP BY channel`;
}
