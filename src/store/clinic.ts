import type { DoseState } from '../domain/dose.ts';
import type { EscalationKind, EscalationState } from '../domain/escalation.ts';
import { urgency } from './cases.ts';
import type { Cipher } from './cipher.ts';
import type { Sql } from './pool.ts';

/** A case as a clinician sees it: with the patient and the medication in the clear. For the clinic's pages only. */
export interface ClinicCase {
  id: string;
  kind: EscalationKind;
  state: EscalationState;
  openedAt: Date;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
  resolvedBy: string | null;
  resolution: string | null;
  patientId: string;
  /** The patient's name, or the tenant's own id where none was given. */
  patient: string;
  zone: string;
  /** Null: the case is about the patient, and no one prescription. */
  medication: string | null;
  /** In order of due time. */
  doseIds: string[];
}

/** The tenant's unresolved cases: nobody's first, the most pressing of them first, newest before older. */
export function clinicCases(sql: Sql, cipher: Cipher, tenantId: string, limit: number): Promise<ClinicCase[]> {
  return select(
    sql,
    cipher,
    sql`e.tenant_id = ${tenantId} AND e.state IN ('open', 'acknowledged')
        ORDER BY e.state = 'acknowledged', ${urgency(sql)}, e.opened_at DESC, e.id DESC LIMIT ${limit}`,
  );
}

export async function clinicCase(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<ClinicCase | null> {
  const [found] = await select(sql, cipher, sql`e.tenant_id = ${tenantId} AND e.id = ${id}`);
  return found ?? null;
}

type CaseRow = Omit<ClinicCase, 'acknowledgedBy' | 'resolvedBy' | 'patient' | 'medication'> & {
  acknowledgedBy: Uint8Array | null;
  resolvedBy: Uint8Array | null;
  name: Uint8Array | null;
  externalId: string;
  medication: Uint8Array | null;
};

async function select(sql: Sql, cipher: Cipher, where: ReturnType<Sql>): Promise<ClinicCase[]> {
  const rows = await sql<CaseRow[]>`
    SELECT e.id, e.kind, e.state, e.opened_at AS "openedAt", e.acknowledged_at AS "acknowledgedAt",
           e.acknowledged_by AS "acknowledgedBy", e.resolved_at AS "resolvedAt", e.resolved_by AS "resolvedBy",
           e.resolution, e.patient_id AS "patientId", t.name, t.external_id AS "externalId", t.zone, p.medication,
           ARRAY(SELECT dose_id FROM escalation_doses WHERE escalation_id = e.id ORDER BY dose_id) AS "doseIds"
    FROM escalations e JOIN patients t ON t.id = e.patient_id LEFT JOIN prescriptions p ON p.id = e.prescription_id
    WHERE ${where}`;
  return rows.map(({ name, externalId, ...row }) => ({
    ...row,
    acknowledgedBy: row.acknowledgedBy === null ? null : cipher.open(row.acknowledgedBy),
    resolvedBy: row.resolvedBy === null ? null : cipher.open(row.resolvedBy),
    patient: name === null ? externalId : cipher.open(name),
    medication: row.medication === null ? null : cipher.open(row.medication),
  }));
}

/** How many of the tenant's patients get no reminders though they should: those of its open silences. */
export async function silentPatients(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql<{ patients: number }[]>`
    SELECT coalesce(sum(CASE kind WHEN 'tenant_silent' THEN affected ELSE 1 END), 0)::int AS patients FROM incidents
    WHERE tenant_id = ${tenantId} AND closed_at IS NULL AND kind IN ('tenant_silent', 'patient_silent')`;
  return row?.patients ?? 0;
}

/**
 * By tenant, a mark of its unresolved cases and of what else the page warns of, which differs as soon as one is opened, taken,
 * closed, or given a dose.
 */
export async function caseMarks(sql: Sql, tenantIds: string[]): Promise<Map<string, string>> {
  const rows = await sql<{ tenantId: string; mark: string }[]>`
    SELECT tenant_id AS "tenantId", bit_xor(hashtextextended(told, 0))::text AS mark
    FROM (
      SELECT e.tenant_id, concat(e.id, e.state, ed.dose_id) AS told
      FROM escalations e LEFT JOIN escalation_doses ed ON ed.escalation_id = e.id
      WHERE e.tenant_id = ANY(${tenantIds}::uuid[]) AND e.state IN ('open', 'acknowledged')
      UNION ALL
      SELECT tenant_id, concat(id, affected) FROM incidents
      WHERE tenant_id = ANY(${tenantIds}::uuid[]) AND closed_at IS NULL
        AND kind IN ('tenant_silent', 'patient_silent', 'callbacks_disabled')
    ) AS shown
    GROUP BY tenant_id`;
  return new Map(rows.map(({ tenantId, mark }) => [tenantId, mark]));
}

/** Who a clinician looks at. */
export interface ClinicPatient {
  id: string;
  externalId: string;
  name: string | null;
  zone: string;
}

export async function clinicPatient(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<ClinicPatient | null> {
  const [row] = await sql<(Omit<ClinicPatient, 'name'> & { name: Uint8Array | null })[]>`
    SELECT id, external_id AS "externalId", name, zone FROM patients WHERE tenant_id = ${tenantId} AND id = ${id}`;
  return row === undefined ? null : { ...row, name: row.name === null ? null : cipher.open(row.name) };
}

/** One dose of the grid. `localDate` and `slot` (seconds of the local day) are in the patient's zone. */
export interface GridDose {
  prescriptionId: string;
  localDate: string;
  slot: number;
  state: DoseState;
  late: boolean;
}

/** A patient's doses of the local dates [from, to] by date and slot; of several in one slot, the one that counts is last. */
export async function gridDoses(
  sql: Sql,
  { patientId, from, to }: { patientId: string; from: string; to: string },
): Promise<GridDose[]> {
  return sql<GridDose[]>`
    SELECT prescription_id AS "prescriptionId", local_date AS "localDate", slot, state, late FROM doses
    WHERE patient_id = ${patientId} AND local_date BETWEEN ${from} AND ${to}
    ORDER BY local_date, slot, state NOT IN ('cancelled', 'excluded'), id`;
}
