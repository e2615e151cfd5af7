import type { DoseState } from '../domain/dose.ts';
import type { Consent } from '../domain/patient.ts';
import type { Policy } from '../domain/policy.ts';
import { doseEndCallbacks } from './callbacks.ts';
import { stillUseful } from './catch-up.ts';
import { column, type Sql } from './pool.ts';

/** A dose to be planned. `localDate` and `slot` (seconds of the local day) name it within its prescription. */
interface PlannedDose {
  id: string;
  localDate: string;
  slot: number;
  /** A whole second. */
  dueAt: Date;
}

/** Doses to be planned of one prescription, with what they have in common. */
export interface DosePlan {
  prescription: {
    id: string;
    tenantId: string;
    patientId: string;
    version: number;
    windowSeconds: number;
    critical: boolean;
    zone: string;
    regimen: { mode: 'wall' | 'elapsed' };
  };
  shard: number;
  doses: PlannedDose[];
}

/** How local times are read where clocks change: as recorded on every dose. */
const TIME_POLICY = { wall: 'gap_before_overlap_first', elapsed: 'elapsed' } as const;

/**
 * Inserts what is not there yet (identity: prescription, local date, slot) and returns how many were new. Each array is one
 * text, and what the doses of a prescription share is sent once: writing out every value took as long as the insert.
 */
export async function insertDoses(sql: Sql, plans: DosePlan[], tzVersion: string): Promise<number> {
  const owners = plans.filter(({ doses }) => doses.length > 0);
  if (owners.length === 0) return 0;
  const ids: string[] = [];
  const ownerOf: number[] = [];
  const dates: string[] = [];
  const slots: number[] = [];
  const dues: number[] = [];
  for (const [i, { doses }] of owners.entries()) {
    for (const dose of doses) {
      ids.push(dose.id);
      ownerOf.push(i + 1);
      dates.push(dose.localDate);
      slots.push(dose.slot);
      dues.push(dose.dueAt.getTime() / 1000);
    }
  }
  const of = (read: (plan: DosePlan) => unknown) => literal(owners.map(read));
  const inserted = await sql`
    INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                       window_ends_at, critical, shard, tz_version, zone, time_policy, next_action_at)
    SELECT v.id, v.local_date, v.slot, p.tenant_id, p.patient_id, p.id, p.version, to_timestamp(v.due),
           to_timestamp(v.due + p.seconds), p.critical, p.shard, ${tzVersion}, p.zone, p.time_policy,
           to_timestamp(v.due)
    FROM unnest(${literal(ids)}::text::uuid[], ${literal(ownerOf)}::text::int[], ${literal(dates)}::text::date[],
                ${literal(slots)}::text::int[], ${literal(dues)}::text::bigint[]) AS v (id, owner, local_date, slot, due)
    JOIN unnest(${of((plan) => plan.prescription.id)}::text::uuid[], ${of((plan) => plan.prescription.tenantId)}::text::uuid[],
                ${of((plan) => plan.prescription.patientId)}::text::uuid[], ${of((plan) => plan.prescription.version)}::text::int[],
                ${of((plan) => plan.prescription.windowSeconds)}::text::int[],
                ${of((plan) => plan.prescription.critical)}::text::boolean[], ${of((plan) => plan.shard)}::text::smallint[],
                ${of((plan) => plan.prescription.zone)}::text::text[],
                ${of((plan) => TIME_POLICY[plan.prescription.regimen.mode])}::text::text[])
         WITH ORDINALITY AS p (id, tenant_id, patient_id, version, seconds, critical, shard, zone, time_policy, n) ON p.n = v.owner
    ON CONFLICT (prescription_id, local_date, slot) WHERE state NOT IN ('cancelled', 'excluded') DO NOTHING`;
  return inserted.count;
}

/** An array of PostgreSQL, as text; of values that need no quotes. */
function literal(values: unknown[]): string {
  return `{${values.join()}}`;
}

/** Prescriptions of doses that are still to come and were planned by another version of the tz database; `limit` at most. */
export async function plannedByOtherTz(
  sql: Sql,
  { tzVersion, now, limit }: { tzVersion: string; now: Date; limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT DISTINCT d.prescription_id AS id FROM doses d JOIN prescriptions p ON p.id = d.prescription_id
    WHERE d.next_action_at > ${now} AND d.state = 'planned' AND d.due_at > ${now} AND d.tz_version <> ${tzVersion}
      AND p.state = 'active'
    LIMIT ${limit}`;
  return rows.map((row) => row.id);
}

/** A dose that is still to come. */
export interface FutureDose {
  id: string;
  prescriptionId: string;
  localDate: string;
  slot: number;
  dueAt: Date;
}

export async function futurePlanned(sql: Sql, prescriptionIds: string[], now: Date): Promise<FutureDose[]> {
  return sql<FutureDose[]>`
    SELECT id, prescription_id AS "prescriptionId", local_date AS "localDate", slot, due_at AS "dueAt" FROM doses
    WHERE prescription_id = ANY(${prescriptionIds}::uuid[]) AND state = 'planned' AND due_at > ${now}`;
}

/** Records that doses were checked against this version of the tz database and are where they belong. */
export async function keepUnderTz(sql: Sql, doses: FutureDose[], tzVersion: string): Promise<void> {
  if (doses.length === 0) return;
  await sql`
    UPDATE doses d SET tz_version = ${tzVersion}
    FROM unnest(${column(doses, 'id')}::uuid[], ${column(doses, 'localDate')}::date[]) AS v (id, local_date)
    WHERE d.id = v.id AND d.local_date = v.local_date`;
}

/** Ends doses that the tz database now in use has elsewhere. What has been opened meanwhile keeps its course. */
export async function cancelMoved(sql: Sql, doses: FutureDose[], now: Date): Promise<void> {
  if (doses.length === 0) return;
  await sql`
    UPDATE doses d SET state = 'cancelled', reason = 'tz_changed', resolved_at = ${now}, next_action_at = NULL
    FROM unnest(${column(doses, 'id')}::uuid[], ${column(doses, 'localDate')}::date[]) AS v (id, local_date)
    WHERE d.id = v.id AND d.local_date = v.local_date AND d.state = 'planned'`;
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

/** Ends all of a patient's doses that are still open or planned, the ones already due too. Returns how many. */
export async function excludeUnanswered(
  sql: Sql,
  { patientId, reason, now }: { patientId: string; reason: string; now: Date },
): Promise<number> {
  const ended = await sql`
    UPDATE doses SET state = 'excluded', reason = ${reason}, resolved_at = ${now}, next_action_at = NULL
    WHERE patient_id = ${patientId} AND state IN ('planned', 'open')`;
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
  consent: Consent;
  quietHours: { from: string; to: string } | null;
  canRead: boolean;
  /** The tenant's share of what there is, and the seconds its routine reminders are spread over. */
  weight: number;
  spreadSeconds: number;
}

/** Up to `limit` doses of a shard whose next action is due by `until`, oldest first. */
export interface WantedDoses {
  shard: number;
  until: Date;
  states: ('planned' | 'open')[];
  limit: number;
  /** Only actions due later than this. */
  after?: Date | null;
  /** Only doses that are still useful to remind of at this instant: critical ones first, the newest first. */
  usefulAt?: Date;
}

function wanted(sql: Sql, { shard, until, states, limit, after = null, usefulAt }: WantedDoses, ids?: string[]) {
  return sql`
    FROM doses d
    WHERE shard = ${shard} AND next_action_at <= ${until} AND state = ANY(${states})
      ${after === null ? sql`` : sql`AND next_action_at > ${after}`}
      ${ids === undefined ? sql`` : sql`AND id = ANY(${ids}::uuid[])`}
      ${usefulAt === undefined ? sql`` : sql`AND ${stillUseful(sql, usefulAt)}`}
    ORDER BY ${usefulAt === undefined ? sql`next_action_at` : sql`critical DESC, next_action_at DESC`} LIMIT ${limit}`;
}

/**
 * Locks doses. Rows another process holds are passed over (SKIP LOCKED), so any number of schedulers share the work. The
 * locks end with the transaction. `ids`: only these.
 */
export async function claimDueDoses(sql: Sql, { ids, ...want }: WantedDoses & { ids?: string[] }): Promise<DueDose[]> {
  return sql<DueDose[]>`
    WITH due AS MATERIALIZED (
      SELECT * ${wanted(sql, want, ids)}
      FOR UPDATE SKIP LOCKED)
    SELECT due.id, due.local_date AS "localDate", due.tenant_id AS "tenantId", due.patient_id AS "patientId",
           due.prescription_id AS "prescriptionId", due.due_at AS "dueAt", due.window_ends_at AS "windowEndsAt",
           due.next_action_at AS "nextActionAt", due.state, due.rung, due.critical, p.policy, t.zone, t.consent,
           t.quiet_hours AS "quietHours", t.can_read AS "canRead", o.weight, o.spread_seconds AS "spreadSeconds"
    FROM due JOIN prescriptions p ON p.id = due.prescription_id JOIN patients t ON t.id = due.patient_id
         JOIN tenants o ON o.id = due.tenant_id`;
}

/** The doses `claimDueDoses` would claim now, without a look at what they hold. */
export async function dueDoseIds(sql: Sql, want: WantedDoses): Promise<{ id: string; localDate: string }[]> {
  return sql<{ id: string; localDate: string }[]>`
    SELECT id, local_date AS "localDate" ${wanted(sql, want)}`;
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

/** The window is over and nobody answered; whoever listens is told. */
export async function endDoses(sql: Sql, ends: DoseEnd[], now: Date): Promise<void> {
  if (ends.length === 0) return;
  await sql`
    WITH ended AS (
      UPDATE doses d
      SET state = v.state, reason = v.reason, missed_at = ${now}, resolved_at = ${now}, next_action_at = NULL,
          opened_at = coalesce(d.opened_at, ${now})
      FROM unnest(${column(ends, 'id')}::uuid[], ${column(ends, 'localDate')}::date[],
                  ${column(ends, 'state')}::text[], ${column(ends, 'reason')}::text[]) AS v (id, local_date, state, reason)
      WHERE d.id = v.id AND d.local_date = v.local_date AND d.state IN ('planned', 'open')
      RETURNING d.*)
    ${doseEndCallbacks(sql)}`;
}

/**
 * A definite failure: the next rung's turn comes now, unless the dose has moved on since `rung` was sent. `rang`: a phone
 * rang in vain, and a next rung that would ring it again keeps its own time. Returns the ids of the doses whose turn that was.
 */
export async function hastenDoses(
  sql: Sql,
  failed: { doseId: string; localDate: string; rung: number; rang?: boolean }[],
  now: Date,
): Promise<Set<string>> {
  if (failed.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    UPDATE doses d SET next_action_at = ${now}
    FROM unnest(${column(failed, 'doseId')}::uuid[], ${column(failed, 'localDate')}::date[],
                ${column(failed, 'rung')}::smallint[], ${failed.map(({ rang = false }) => String(rang))}::text[]::boolean[])
      AS v (id, local_date, rung, rang)
    JOIN prescriptions p ON true
    WHERE d.id = v.id AND d.local_date = v.local_date AND d.state = 'open' AND d.rung = v.rung + 1
      AND p.id = d.prescription_id AND p.policy -> 'ladder' -> d.rung::int IS NOT NULL AND d.next_action_at > ${now}
      AND NOT (v.rang AND p.policy -> 'ladder' -> d.rung::int ->> 'to' = 'patient' AND (
        p.policy -> 'ladder' -> d.rung::int ->> 'channel' = 'voice'
        OR NOT (SELECT t.can_read FROM patients t WHERE t.id = d.patient_id)))
    RETURNING d.id`;
  return new Set(rows.map((row) => row.id));
}
