import { doseEndCallbacks } from './callbacks.ts';
import type { Sql } from './pool.ts';

/**
 * Somebody looks after the doses now. Returns until when nobody did, while that has not been caught up on; null as a rule.
 * Nobody did when the last look is longer ago than `afterSeconds`.
 */
export async function attend(
  sql: Sql,
  { now, afterSeconds }: { now: Date; afterSeconds: number },
): Promise<Date | null> {
  const [row] = await sql<{ awayUntil: Date | null }[]>`
    INSERT INTO attendance AS a (seen_at) VALUES (${now})
    ON CONFLICT (one_row) DO UPDATE SET
      away_until = CASE WHEN a.seen_at < EXCLUDED.seen_at - make_interval(secs => ${afterSeconds})
                        THEN EXCLUDED.seen_at ELSE a.away_until END,
      seen_at = greatest(a.seen_at, EXCLUDED.seen_at)
    RETURNING away_until AS "awayUntil"`;
  return row?.awayUntil ?? null;
}

/** Everything due by `until` has been caught up on. */
export async function caughtUp(sql: Sql, until: Date): Promise<void> {
  await sql`UPDATE attendance SET away_until = NULL WHERE away_until = ${until}`;
}

/**
 * Whether a reminder of an overdue dose `d` is still useful at `now`: its window is open, and, if it never had one, it is not
 * too late for the first and no later dose of its prescription is due, or the patient might take two. A policy that cannot be
 * read counts as useful for no time.
 */
export function stillUseful(sql: Sql, now: Date) {
  return sql`d.window_ends_at > ${now} AND (d.state = 'open' OR (
    d.due_at + make_interval(secs => (
      SELECT CASE jsonb_typeof(p.policy -> 'usefulSeconds') WHEN 'number' THEN (p.policy ->> 'usefulSeconds')::float ELSE 0 END
      FROM prescriptions p WHERE p.id = d.prescription_id)) > ${now}
    AND NOT EXISTS (
      SELECT 1 FROM doses later
      WHERE later.prescription_id = d.prescription_id AND later.local_date >= d.local_date
        AND later.due_at > d.due_at AND later.due_at <= ${now} AND later.state NOT IN ('cancelled', 'excluded'))))`;
}

/** A dose that nobody looked after while it could still be reminded of. */
export interface LostDose {
  doseId: string;
  localDate: string;
  tenantId: string;
  patientId: string;
  prescriptionId: string;
  critical: boolean;
}

/**
 * Ends doses of a shard that had an action due by `until` and are not useful to remind of any more, oldest first: the system
 * did not do its part, whatever the patient did. Whoever listens is told.
 */
export async function endLostDoses(
  sql: Sql,
  { shard, until, now, limit }: { shard: number; until: Date; now: Date; limit: number },
): Promise<LostDose[]> {
  return sql<LostDose[]>`
    WITH lost AS MATERIALIZED (
      SELECT id, local_date FROM doses d
      WHERE shard = ${shard} AND next_action_at <= ${until} AND state IN ('planned', 'open')
        AND NOT (${stillUseful(sql, now)})
      ORDER BY next_action_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED),
    ended AS (
      UPDATE doses d
      SET state = 'undelivered', reason = 'system', missed_at = ${now}, resolved_at = ${now}, next_action_at = NULL,
          opened_at = coalesce(d.opened_at, ${now})
      FROM lost WHERE d.id = lost.id AND d.local_date = lost.local_date
      RETURNING d.*),
    told AS (${doseEndCallbacks(sql)})
    SELECT id AS "doseId", local_date AS "localDate", tenant_id AS "tenantId", patient_id AS "patientId",
           prescription_id AS "prescriptionId", critical
    FROM ended`;
}

/** Whether a dose of these shards still has an action due by `until`. */
export async function anyDueBy(sql: Sql, shards: number[], until: Date): Promise<boolean> {
  const [row] = await sql<{ any: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM doses WHERE shard = ANY(${shards}) AND next_action_at <= ${until}) AS any`;
  return row?.any === true;
}
