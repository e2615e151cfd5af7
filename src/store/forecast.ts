import type { Policy } from '../domain/policy.ts';
import type { Sql } from './pool.ts';

/**
 * Doses whose next action lies in [from, to), counted by the minute they are due, the rung that is next and their policy.
 * Reads the partial index of doses with something left to do: naming the shards makes its range exact.
 */
export async function dueByMinute(
  sql: Sql,
  { shards, from, to }: { shards: number; from: Date; to: Date },
): Promise<{ minute: number; rung: number; policy: Policy; doses: number }[]> {
  return sql<{ minute: number; rung: number; policy: Policy; doses: number }[]>`
    SELECT floor(extract(epoch FROM d.due_at) / 60)::int AS minute, d.rung, p.policy, count(*)::int AS doses
    FROM doses d JOIN prescriptions p ON p.id = d.prescription_id
    WHERE d.shard = ANY(${Array.from({ length: shards }, (_, shard) => shard)}::smallint[])
      AND d.next_action_at >= ${from} AND d.next_action_at < ${to}
    GROUP BY 1, 2, 3`;
}
