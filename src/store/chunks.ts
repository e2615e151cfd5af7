import type { ChannelName } from '../domain/attempt.ts';
import { column, type Sql } from './pool.ts';

/** Attempts sent as one job: one channel, one priority, one moment. */
export interface Chunk {
  id: string;
  channel: ChannelName;
  critical: boolean;
  size: number;
  readyAt: Date;
  /** When the last of its messages is worthless. */
  expiresAt: Date;
  /** Its place among routine chunks that are ready: the lower goes first (src/dispatch/turns.ts). */
  turn: number;
}

export async function insertChunks(sql: Sql, chunks: Chunk[], now: Date): Promise<void> {
  if (chunks.length === 0) return;
  await sql`
    INSERT INTO chunks (id, channel, critical, size, ready_at, expires_at, turn, created_at)
    SELECT *, ${now}
    FROM unnest(${column(chunks, 'id')}::uuid[], ${column(chunks, 'channel')}::text[],
                ${column(chunks, 'critical')}::text[]::boolean[], ${column(chunks, 'size')}::int[],
                ${column(chunks, 'readyAt')}::timestamptz[], ${column(chunks, 'expiresAt')}::timestamptz[],
                ${column(chunks, 'turn')}::int[])`;
}

/** A held chunk. `fence` proves the holder: it grows with every claim. `account` is who was asked to send it. */
export interface HeldChunk {
  id: string;
  channel: ChannelName;
  turn: number;
  account: string | null;
  fence: number;
}

/** Marks a queued chunk as being sent by an account, for one holder. Null: somebody else has it, or it is done. */
export async function claimChunk(
  sql: Sql,
  id: string,
  { leaseUntil, account }: { leaseUntil: Date; account: string | null },
): Promise<HeldChunk | null> {
  const [held] = await sql<HeldChunk[]>`
    UPDATE chunks SET state = 'sending', fence = fence + 1, lease_until = ${leaseUntil}, account = ${account}
    WHERE id = ${id} AND state = 'queued'
    RETURNING id, channel, turn, account, fence`;
  return held ?? null;
}

/**
 * Leaves at most `most` messages in a queued chunk and moves the others to `rest`, a new chunk like it, whose size is
 * returned. 0: there were no more, or somebody has the chunk.
 */
export async function splitChunk(
  sql: Sql,
  id: string,
  split: { most: number; rest: string; now: Date },
): Promise<number> {
  const { most, rest, now } = split;
  const moved = await sql`
    WITH old AS (UPDATE chunks SET size = ${most} WHERE id = ${id} AND state = 'queued' AND size > ${most} RETURNING *),
    others AS (
      SELECT a.id, a.day FROM attempts a JOIN old ON a.chunk_id = old.id
      WHERE a.state = 'intent' ORDER BY a.id OFFSET ${most}),
    made AS (
      INSERT INTO chunks (id, channel, critical, size, ready_at, expires_at, turn, created_at)
      SELECT ${rest}, channel, critical, (SELECT count(*) FROM others), ready_at, expires_at, turn, ${now} FROM old)
    UPDATE attempts a SET chunk_id = ${rest} FROM others
    WHERE a.id = others.id AND a.day = others.day AND a.chunk_id = ${id} AND a.state = 'intent'`;
  return moved.count;
}

/** Holds a chunk for longer: sending it takes its time, and its holder is alive. False when the lease was lost. */
export async function renewChunk(sql: Sql, held: HeldChunk, leaseUntil: Date): Promise<boolean> {
  const renewed = await sql`
    UPDATE chunks SET lease_until = ${leaseUntil}
    WHERE id = ${held.id} AND fence = ${held.fence} AND state = 'sending'`;
  return renewed.count === 1;
}

/** Ends a chunk its holder still holds; false when the lease was lost and the chunk was ended by the rescue. */
export async function finishChunk(sql: Sql, held: HeldChunk): Promise<boolean> {
  return (await finishing(sql, held)).count === 1;
}

/** The statement of `finishChunk`, to run or to be a part of another. */
export function finishing(sql: Sql, { id, fence }: Pick<HeldChunk, 'id' | 'fence'>) {
  return sql`
    UPDATE chunks SET state = 'done', lease_until = NULL
    WHERE id = ${id} AND fence = ${fence} AND state = 'sending' RETURNING id`;
}

/**
 * Chunks that should have left by `before` and were taken by nobody, in the order in which they should leave: the first
 * `limit` of each channel and priority, so that a long queue hides nothing of another.
 */
export async function overdueChunks(sql: Sql, before: Date, limit: number): Promise<Chunk[]> {
  return sql<Chunk[]>`
    SELECT id, channel, critical, size, ready_at AS "readyAt", expires_at AS "expiresAt", turn
    FROM (SELECT *, row_number() OVER (PARTITION BY channel, critical ORDER BY turn, ready_at) AS place
          FROM chunks WHERE state = 'queued' AND ready_at <= ${before}) AS waiting
    WHERE place <= ${limit} ORDER BY critical DESC, turn, ready_at`;
}

/** How many messages wait though they are ready. */
export async function waitingMessages(sql: Sql, now: Date): Promise<number> {
  const [row] = await sql<{ waiting: number }[]>`
    SELECT coalesce(sum(size), 0)::int AS waiting FROM chunks WHERE state = 'queued' AND ready_at <= ${now}`;
  return row?.waiting ?? 0;
}

/** By channel, the turn of the next chunk that waits though it is ready; nothing where none waits. */
export async function waitingTurns(sql: Sql, now: Date): Promise<Map<ChannelName, number>> {
  const rows = await sql<{ channel: ChannelName; turn: number }[]>`
    SELECT channel, min(turn) AS turn FROM chunks
    WHERE state = 'queued' AND ready_at <= ${now} AND NOT critical GROUP BY channel`;
  return new Map(rows.map(({ channel, turn }) => [channel, turn]));
}

/**
 * Ends chunks whose holder is gone (lease over). What it had not reported may have left: those attempts become
 * `unknown` and are reconciled, never blindly sent again; `not_asked` tells of those that no sender was chosen for yet.
 * They are looked into at `checkAt`, when the provider has had its time to tell, or at once where nobody was asked or a repeat
 * shows once (`repeatable`). Returns how many attempts that were.
 */
export async function abandonChunks(
  sql: Sql,
  { now, checkAt, repeatable }: { now: Date; checkAt: Date; repeatable: ChannelName[] },
): Promise<number> {
  const lost = await sql`
    WITH lost AS (
      UPDATE chunks SET state = 'done', lease_until = NULL
      WHERE state = 'sending' AND lease_until <= ${now} RETURNING id, account, channel)
    UPDATE attempts a SET state = 'unknown', account = lost.account, lost = a.lost + 1,
      code = CASE WHEN lost.account IS NULL THEN 'not_asked' ELSE 'worker_lost' END,
      check_at = CASE WHEN lost.account IS NULL OR lost.channel = ANY(${repeatable}) THEN ${now}::timestamptz ELSE ${checkAt} END
    FROM lost WHERE a.chunk_id = lost.id AND a.state = 'intent'`;
  return lost.count;
}

/** When the oldest chunk that is ready and untaken became ready, by channel and priority. */
export async function oldestReady(
  sql: Sql,
  now: Date,
): Promise<{ channel: ChannelName; critical: boolean; readyAt: Date }[]> {
  return sql<{ channel: ChannelName; critical: boolean; readyAt: Date }[]>`
    SELECT channel, critical, min(ready_at) AS "readyAt" FROM chunks
    WHERE state = 'queued' AND ready_at <= ${now} GROUP BY channel, critical`;
}
