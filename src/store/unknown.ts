import { dayOf } from './attempts.ts';
import type { Sql } from './pool.ts';

/** Takes unknown messages whose time has come and puts their next look off to `next`, so that no other worker takes them. */
export async function takeUnknown(sql: Sql, want: { now: Date; next: Date; limit: number }): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    UPDATE attempts a SET check_at = ${want.next}
    FROM (SELECT id, day FROM attempts WHERE state = 'unknown' AND check_at <= ${want.now}
          ORDER BY check_at LIMIT ${want.limit} FOR UPDATE SKIP LOCKED) AS due
    WHERE a.id = due.id AND a.day = due.day RETURNING a.id`;
  return rows.map((row) => row.id);
}

/** Nobody will ever know: the attempt keeps `unknown` as its end. */
export async function leaveUnknown(sql: Sql, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    UPDATE attempts SET check_at = 'infinity'
    WHERE id = ANY(${ids}::uuid[]) AND day = ANY(${[...new Set(ids.map(dayOf))]}::date[]) AND state = 'unknown'`;
}
