import type { AttemptState, ChannelName } from '../domain/attempt.ts';
import type { DoseState } from '../domain/dose.ts';
import type { Sql } from './pool.ts';

/** A tenant's doses due by `now`: how many are in each state, and how many were taken after their window. */
export async function doseCounts(
  sql: Sql,
  tenantId: string,
  now: Date,
): Promise<{ byState: Partial<Record<DoseState, number>>; takenLate: number }> {
  const rows = await sql<{ state: DoseState; count: number; late: number }[]>`
    SELECT state, count(*)::int AS count, count(*) FILTER (WHERE late AND state = 'taken')::int AS late
    FROM doses WHERE tenant_id = ${tenantId} AND due_at <= ${now} GROUP BY state`;
  return {
    byState: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
    takenLate: rows.reduce((sum, row) => sum + row.late, 0),
  };
}

/** Accepted minus due of a tenant's first reminders, in milliseconds, at these fractions (0.5, 0.99…); null: none yet. */
export async function latenessMs(sql: Sql, tenantId: string, fractions: number[]): Promise<(number | null)[]> {
  const [row] = await sql<{ lateness: number[] | null }[]>`
    SELECT percentile_cont(${fractions}::float8[]) WITHIN GROUP
             (ORDER BY greatest(0, extract(epoch FROM accepted_at - due_at) * 1000)) AS lateness
    FROM attempts WHERE tenant_id = ${tenantId} AND accepted_at IS NOT NULL AND rung = 0 AND purpose = 'reminder'`;
  return fractions.map((_, i) => row?.lateness?.[i] ?? null);
}

/** A tenant's attempts as far as a provider's ledger can confirm them. */
export interface AttemptRow {
  id: string;
  channel: ChannelName;
  state: AttemptState;
  code: string | null;
  accepted: boolean;
  /** Not sent yet, or its fate is still being found out. */
  underWay: boolean;
}

export async function attemptRows(sql: Sql, tenantId: string): Promise<AttemptRow[]> {
  return sql<AttemptRow[]>`
    SELECT id, channel, state, code, accepted_at IS NOT NULL AS accepted,
           (state = 'intent' OR (state = 'unknown' AND check_at < 'infinity')) AS "underWay"
    FROM attempts WHERE tenant_id = ${tenantId}`;
}

/** Answers that changed a dose, by the road they came by. */
export async function answersByRoad(sql: Sql, tenantId: string): Promise<Record<string, number>> {
  const rows = await sql<{ road: string; count: number }[]>`
    SELECT road, count(*)::int AS count FROM confirmations
    WHERE tenant_id = ${tenantId} AND effect = 'applied' AND answer <> 'snoozed' GROUP BY road ORDER BY road`;
  return Object.fromEntries(rows.map(({ road, count }) => [road, count]));
}

/** How many cases a tenant has had. */
export async function escalationCount(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM escalations WHERE tenant_id = ${tenantId}`;
  return row?.count ?? 0;
}
