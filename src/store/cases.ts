import type { EscalationKind } from '../domain/escalation.ts';
import { uuidv7 } from '../domain/ids.ts';
import { column, type Sql } from './pool.ts';

/** A dose that calls for a clinician. */
export interface CaseTrigger {
  tenantId: string;
  patientId: string;
  prescriptionId: string;
  doseId: string;
  localDate: string;
  kind: EscalationKind;
}

/**
 * Opens a case per patient + prescription + kind, or appends the dose to the open one. Returns the id of a case that is
 * new (its clinician is to be told), null where one was open already.
 */
export async function openCase(sql: Sql, trigger: CaseTrigger, now: Date): Promise<string | null> {
  const [row] = await sql<{ id: string; fresh: boolean }[]>`
    INSERT INTO escalations (id, tenant_id, patient_id, prescription_id, kind, opened_at)
    VALUES (${uuidv7(now)}, ${trigger.tenantId}, ${trigger.patientId}, ${trigger.prescriptionId}, ${trigger.kind}, ${now})
    ON CONFLICT (patient_id, prescription_id, kind) WHERE state <> 'resolved' DO UPDATE SET kind = EXCLUDED.kind
    RETURNING id, (xmax = 0) AS fresh`;
  const { id, fresh } = row as { id: string; fresh: boolean };
  await sql`
    INSERT INTO escalation_doses (escalation_id, dose_id, local_date)
    VALUES (${id}, ${trigger.doseId}, ${trigger.localDate}) ON CONFLICT DO NOTHING`;
  return fresh ? id : null;
}

/** Which of these prescriptions have their newest `length` closed doses all missed. Reads no further back than that. */
export async function missedStreaks(
  sql: Sql,
  asked: { prescriptionId: string; length: number }[],
): Promise<Set<string>> {
  if (asked.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    SELECT v.id
    FROM unnest(${column(asked, 'prescriptionId')}::uuid[], ${column(asked, 'length')}::int[]) AS v (id, length),
    LATERAL (
      SELECT count(*) AS closed, bool_and(state = 'missed') AS missed
      FROM (SELECT state FROM doses
            WHERE prescription_id = v.id AND state IN ('taken', 'skipped', 'missed', 'undelivered')
            ORDER BY local_date DESC, slot DESC LIMIT v.length) AS newest) AS streak
    WHERE streak.closed = v.length AND streak.missed`;
  return new Set(rows.map((row) => row.id));
}

/** A late answer settles the cases in which every dose is now answered. */
export async function resolveAnsweredCases(sql: Sql, doseId: string, now: Date): Promise<void> {
  await sql`
    UPDATE escalations e SET state = 'resolved', resolved_at = ${now}, resolution = 'answered late'
    WHERE e.state <> 'resolved'
      AND e.id IN (SELECT escalation_id FROM escalation_doses WHERE dose_id = ${doseId})
      AND NOT EXISTS (
        SELECT 1 FROM escalation_doses ed JOIN doses d ON d.id = ed.dose_id AND d.local_date = ed.local_date
        WHERE ed.escalation_id = e.id AND d.state NOT IN ('taken', 'skipped'))`;
}

/** Nobody is to be told of this patient any more. */
export async function resolveCasesOf(
  sql: Sql,
  { patientId, resolution, now }: { patientId: string; resolution: string; now: Date },
): Promise<void> {
  await sql`
    UPDATE escalations SET state = 'resolved', resolved_at = ${now}, resolution = ${resolution}
    WHERE patient_id = ${patientId} AND state <> 'resolved'`;
}

/** By case, the contact points already used to tell somebody of these doses. */
export async function triedContacts(sql: Sql, doseIds: string[]): Promise<Map<string, Set<string>>> {
  const rows = await sql<{ escalationId: string; contactPointId: string }[]>`
    SELECT escalation_id AS "escalationId", contact_point_id AS "contactPointId"
    FROM attempts WHERE dose_id = ANY(${doseIds}::uuid[]) AND escalation_id IS NOT NULL`;
  const byCase = Map.groupBy(rows, (row) => row.escalationId);
  return new Map([...byCase].map(([id, group]) => [id, new Set(group.map((row) => row.contactPointId))]));
}
