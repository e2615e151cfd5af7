import type { DoseState } from '../domain/dose.ts';
import type { Policy } from '../domain/policy.ts';
import { column, type Sql } from './pool.ts';

/** A dose to be planned. `localDate` and `slot` (seconds of the local day) name it within its prescription. */
export interface PlannedDose {
  id: string;
  localDate: string;
  slot: number;
  tenantId: string;
  patientId: string;
  prescriptionId: string;
  prescriptionVersion: number;
  dueAt: Date;
  windowEndsAt: Date;
  critical: boolean;
  shard: number;
  tzVersion: string;
}

/** Inserts what is not there yet (identity: prescription, local date, slot) and returns how many were new. */
export async function insertDoses(sql: Sql, doses: PlannedDose[]): Promise<number> {
  if (doses.length === 0) return 0;
  const inserted = await sql`
    INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                       window_ends_at, critical, shard, tz_version, next_action_at)
    SELECT *, v.due_at
    FROM unnest(${column(doses, 'id')}::uuid[], ${column(doses, 'localDate')}::date[], ${column(doses, 'slot')}::int[],
                ${column(doses, 'tenantId')}::uuid[], ${column(doses, 'patientId')}::uuid[], ${column(doses, 'prescriptionId')}::uuid[],
                ${column(doses, 'prescriptionVersion')}::int[], ${column(doses, 'dueAt')}::timestamptz[],
                ${column(doses, 'windowEndsAt')}::timestamptz[], ${column(doses, 'critical')}::text[]::boolean[],
                ${column(doses, 'shard')}::smallint[], ${column(doses, 'tzVersion')}::text[])
      AS v (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
            window_ends_at, critical, shard, tz_version)
    ON CONFLICT (prescription_id, local_date, slot) WHERE state NOT IN ('cancelled', 'excluded') DO NOTHING`;
  return inserted.count;
}

/** Ends a prescription's doses that are not due yet; what was already due keeps its course. Returns how many. */
export async function cancelFuture(
  sql: Sql,
  change: { prescriptionId: string; state: 'cancelled' | 'excluded'; reason: string; now: Date },
): Promise<number> {
  const { prescriptionId, state, reason, now } = change;
  const ended = await sql`
    UPDATE doses SET state = ${state}, reason = ${reason}, resolved_at = ${now}, next_action_at = NULL
    WHERE prescription_id = ${prescriptionId} AND state IN ('planned', 'open') AND due_at > ${now}`;
  return ended.count;
}

/** A dose whose next action is due, with what deciding it takes. */
export interface DueDose {
  id: string;
  localDate: string;
  tenantId: string;
  patientId: string;
  prescriptionId: string;
  dueAt: Date;
  windowEndsAt: Date;
  nextActionAt: Date;
  state: 'planned' | 'open';
  rung: number;
  critical: boolean;
  policy: Policy;
  zone: string;
  consent: { reminders: boolean; channels?: string[] };
  quietHours: { from: string; to: string } | null;
}

/**
 * Locks up to `limit` doses of a shard whose next action is due by `until`, oldest first. Rows another process holds are
 * passed over (SKIP LOCKED), so any number of schedulers share the work. The locks end with the transaction.
 */
export async function claimDueDoses(
  sql: Sql,
  want: { shard: number; until: Date; states: ('planned' | 'open')[]; limit: number },
): Promise<DueDose[]> {
  return sql<DueDose[]>`
    WITH due AS MATERIALIZED (
      SELECT * FROM doses
      WHERE shard = ${want.shard} AND next_action_at <= ${want.until} AND state = ANY(${want.states})
      ORDER BY next_action_at LIMIT ${want.limit}
      FOR UPDATE SKIP LOCKED)
    SELECT due.id, due.local_date AS "localDate", due.tenant_id AS "tenantId", due.patient_id AS "patientId",
           due.prescription_id AS "prescriptionId", due.due_at AS "dueAt", due.window_ends_at AS "windowEndsAt",
           due.next_action_at AS "nextActionAt", due.state, due.rung, due.critical, p.policy, t.zone, t.consent,
           t.quiet_hours AS "quietHours"
    FROM due JOIN prescriptions p ON p.id = due.prescription_id JOIN patients t ON t.id = due.patient_id`;
}

/** Opened, moved to the next rung, or put off. */
export interface DoseStep {
  id: string;
  localDate: string;
  rung: number;
  nextActionAt: Date;
}

/** Writes the next rung and its time; the first step opens the dose. */
export async function stepDoses(sql: Sql, steps: DoseStep[], now: Date): Promise<void> {
  if (steps.length === 0) return;
  await sql`
    UPDATE doses d
    SET state = 'open', opened_at = coalesce(d.opened_at, ${now}), rung = v.rung, next_action_at = v.next_action_at
    FROM unnest(${column(steps, 'id')}::uuid[], ${column(steps, 'localDate')}::date[],
                ${column(steps, 'rung')}::smallint[], ${column(steps, 'nextActionAt')}::timestamptz[])
      AS v (id, local_date, rung, next_action_at)
    WHERE d.id = v.id AND d.local_date = v.local_date AND d.state IN ('planned', 'open')`;
}

export interface DoseEnd {
  id: string;
  localDate: string;
  state: Extract<DoseState, 'missed' | 'undelivered'>;
  reason: string | null;
}

/** The window is over and nobody answered. */
export async function endDoses(sql: Sql, ends: DoseEnd[], now: Date): Promise<void> {
  if (ends.length === 0) return;
  await sql`
    UPDATE doses d
    SET state = v.state, reason = v.reason, missed_at = ${now}, resolved_at = ${now}, next_action_at = NULL,
        opened_at = coalesce(d.opened_at, ${now})
    FROM unnest(${column(ends, 'id')}::uuid[], ${column(ends, 'localDate')}::date[],
                ${column(ends, 'state')}::text[], ${column(ends, 'reason')}::text[]) AS v (id, local_date, state, reason)
    WHERE d.id = v.id AND d.local_date = v.local_date AND d.state IN ('planned', 'open')`;
}

/** A definite failure: the next rung's turn comes now, unless the dose has moved on since `rung` was sent. */
export async function hastenDoses(
  sql: Sql,
  failed: { doseId: string; localDate: string; rung: number }[],
  now: Date,
): Promise<void> {
  if (failed.length === 0) return;
  await sql`
    UPDATE doses d SET next_action_at = ${now}
    FROM unnest(${column(failed, 'doseId')}::uuid[], ${column(failed, 'localDate')}::date[],
                ${column(failed, 'rung')}::smallint[]) AS v (id, local_date, rung)
    JOIN prescriptions p ON true
    WHERE d.id = v.id AND d.local_date = v.local_date AND d.state = 'open' AND d.rung = v.rung + 1
      AND p.id = d.prescription_id AND d.rung < jsonb_array_length(p.policy -> 'ladder') AND d.next_action_at > ${now}`;
}
