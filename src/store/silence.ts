import type { DoseState } from '../domain/dose.ts';
import type { Regimen } from '../domain/prescription.ts';
import { column, type Sql } from './pool.ts';

/**
 * Takes the next look for one scheduler, until `leaseUntil`. Returns up to when the last one came, or null: it is not time
 * yet, or another scheduler is at it. `first` is where the very first look begins.
 */
export async function claimLook(
  sql: Sql,
  want: { now: Date; leaseUntil: Date; before: Date; first: Date },
): Promise<Date | null> {
  await sql`
    INSERT INTO silence_check (checked_to, lease_until) VALUES (${want.first}, ${want.now}) ON CONFLICT (one_row) DO NOTHING`;
  const [row] = await sql<{ checkedTo: Date }[]>`
    UPDATE silence_check SET lease_until = ${want.leaseUntil}
    WHERE lease_until <= ${want.now} AND checked_to <= ${want.before} RETURNING checked_to AS "checkedTo"`;
  return row?.checkedTo ?? null;
}

/** Holds the look until then; with `leaseUntil` now, gives it back. Nothing if another scheduler finished it meanwhile. */
export async function leaseLook(sql: Sql, checkedTo: Date, leaseUntil: Date): Promise<void> {
  await sql`UPDATE silence_check SET lease_until = ${leaseUntil} WHERE checked_to = ${checkedTo}`;
}

/** Records that everything due before `to` was looked at. False: another scheduler did, and told what it found. */
export async function finishLook(sql: Sql, { from, to, now }: { from: Date; to: Date; now: Date }): Promise<boolean> {
  const done = await sql`
    UPDATE silence_check SET checked_to = ${to}, checked_at = ${now}, lease_until = ${now} WHERE checked_to = ${from}`;
  return done.count === 1;
}

/** When a look was last finished; null: never. */
export async function lastLook(sql: Sql): Promise<Date | null> {
  const [row] = await sql<{ checkedAt: Date | null }[]>`SELECT checked_at AS "checkedAt" FROM silence_check`;
  return row?.checkedAt ?? null;
}

/** A prescription by which a patient expects reminders, and when it and the patient's record last changed. */
export interface Expecting {
  id: string;
  tenantId: string;
  patientId: string;
  version: number;
  regimen: Regimen;
  zone: string;
  changedAt: Date;
  patientChangedAt: Date;
}

/**
 * Active prescriptions of patients who consent to reminders, after the one given: tenant by tenant, and patient by patient
 * within. Nothing is read of what was planned.
 */
export async function expectingAfter(
  sql: Sql,
  after: Pick<Expecting, 'tenantId' | 'patientId' | 'id'>,
  limit: number,
): Promise<Expecting[]> {
  return sql<Expecting[]>`
    SELECT p.id, p.tenant_id AS "tenantId", p.patient_id AS "patientId", p.version, p.regimen, t.zone,
           p.updated_at AS "changedAt", t.updated_at AS "patientChangedAt"
    FROM prescriptions p JOIN patients t ON t.id = p.patient_id
    WHERE p.state = 'active' AND (p.tenant_id, p.patient_id, p.id) > (${after.tenantId}, ${after.patientId}, ${after.id})
      AND (t.consent ->> 'reminders')::boolean AND t.deceased_at IS NULL
    ORDER BY p.tenant_id, p.patient_id, p.id LIMIT ${limit}`;
}

/** A dose that should have rung. */
export interface ExpectedDose {
  prescription: Expecting;
  localDate: string;
  slot: number;
  at: Date;
}

/** What became of an expected dose that has a row; `n` is its place among those asked for. */
interface FoundDose {
  n: number;
  state: DoseState;
  left: boolean;
  answered: boolean;
  stuck: boolean;
  ends: string[];
}

/**
 * What became of these doses; those without a live row are left out. A message is stuck that should have left by `leaveBy`.
 * It left when a provider ever accepted it, whatever a receipt said later.
 */
export async function departuresOf(sql: Sql, doses: ExpectedDose[], leaveBy: Date): Promise<Map<number, FoundDose>> {
  const rows = await sql<FoundDose[]>`
    SELECT v.n::int - 1 AS n, d.state, coalesce(r.left, false) AS left, coalesce(r.stuck, false) AS stuck,
           coalesce(r.ends, '{}') AS ends,
           NOT coalesce(r.left, false) AND EXISTS (
             SELECT 1 FROM confirmations c WHERE c.dose_id = d.id AND c.effect <> 'refused') AS answered
    FROM unnest(${doses.map(({ prescription }) => prescription.id)}::uuid[], ${column(doses, 'localDate')}::date[],
                ${column(doses, 'slot')}::int[]) WITH ORDINALITY AS v (prescription_id, local_date, slot, n)
    JOIN doses d ON d.prescription_id = v.prescription_id AND d.local_date = v.local_date AND d.slot = v.slot
                AND d.state NOT IN ('cancelled', 'excluded')
    LEFT JOIN LATERAL (
      SELECT bool_or(a.accepted_at IS NOT NULL) AS left,
             bool_or(a.state IN ('intent', 'unknown') AND a.due_at <= ${leaveBy}) AS stuck,
             array_agg(CASE WHEN a.state = 'failed' AND a.account IS NOT NULL AND c.state <> 'active' THEN 'refused' ELSE a.code END)
               FILTER (WHERE a.state IN ('failed', 'cancelled')) AS ends
      FROM attempts a LEFT JOIN contact_points c ON c.id = a.contact_point_id
      WHERE a.dose_id = d.id AND a.day >= d.local_date - 2 AND a.purpose <> 'escalation') AS r ON true`;
  return new Map(rows.map((row) => [row.n, row]));
}

/**
 * Which of these doses without a live row are explained all the same, by their places: the dose was ended on its own under
 * this version and in this zone, or it was due before the patient moved here.
 */
export async function explainedAbsences(sql: Sql, doses: ExpectedDose[]): Promise<Set<number>> {
  if (doses.length === 0) return new Set();
  const of = <Key extends keyof Expecting>(key: Key) =>
    column(
      doses.map(({ prescription }) => prescription),
      key,
    );
  const rows = await sql<{ n: number }[]>`
    SELECT v.n::int - 1 AS n
    FROM unnest(${of('id')}::uuid[], ${of('patientId')}::uuid[], ${of('version')}::int[], ${of('zone')}::text[],
                ${of('patientChangedAt')}::timestamptz[], ${column(doses, 'localDate')}::date[],
                ${column(doses, 'slot')}::int[], ${column(doses, 'at')}::timestamptz[])
           WITH ORDINALITY AS v (prescription_id, patient_id, version, zone, moved_at, local_date, slot, at, n)
    WHERE EXISTS (
            SELECT 1 FROM doses d
            WHERE d.patient_id = v.patient_id AND d.due_at = v.at AND d.local_date = v.local_date
              AND d.prescription_id = v.prescription_id AND d.slot = v.slot AND d.state IN ('cancelled', 'excluded')
              AND d.prescription_version = v.version AND d.zone = v.zone)
       OR (v.at < v.moved_at AND EXISTS (
            SELECT 1 FROM doses d
            WHERE d.patient_id = v.patient_id AND d.due_at > v.at - interval '2 days' AND d.local_date >= v.local_date - 3
              AND d.prescription_id = v.prescription_id AND d.zone <> v.zone))`;
  return new Set(rows.map(({ n }) => n));
}
