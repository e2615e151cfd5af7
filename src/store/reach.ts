import type { ContactKind } from '../domain/attempt.ts';
import type { ContactState } from '../domain/patient.ts';
import { enqueueCallbacks } from './callbacks.ts';
import { openCase, resolveWhere } from './cases.ts';
import type { Sql } from './pool.ts';

/** As the case is closed by itself. */
const REACHABLE = 'reachable again';

/**
 * Keeps whoever changes how these patients are reached apart until the transaction ends: of two that each take one of the last
 * two contact points, the second sees that none is left. Before contact points are locked, as a change of a patient does.
 */
export async function lockPatientsOf(tx: Sql, contactPointIds: string[]): Promise<void> {
  await tx`
    SELECT 1 FROM patients
    WHERE id IN (SELECT patient_id FROM contact_points WHERE id = ANY(${contactPointIds}::uuid[]))
    ORDER BY id FOR NO KEY UPDATE`;
}

/**
 * One of these patients' own contact points was taken: those who have none left that is good, though they want reminders,
 * become a case for a person. To be called only when one was taken, so that a case that a person has closed stays closed.
 */
export async function tellUnreachable(tx: Sql, patientIds: string[], now: Date): Promise<void> {
  if (patientIds.length === 0) return;
  const lost = await tx<{ patientId: string; tenantId: string }[]>`
    SELECT p.id AS "patientId", p.tenant_id AS "tenantId" FROM patients p
    WHERE p.id = ANY(${patientIds}::uuid[]) AND p.deceased_at IS NULL AND (p.consent ->> 'reminders')::boolean
      AND EXISTS (SELECT 1 FROM contact_points c
                  WHERE c.patient_id = p.id AND c.owner = 'patient' AND c.state IN ('opted_out', 'invalid'))
      AND NOT EXISTS (SELECT 1 FROM contact_points c
                      WHERE c.patient_id = p.id AND c.owner = 'patient' AND c.state = 'active')
    ORDER BY p.id`;
  const nothing = { prescriptionId: null, doseId: null, localDate: null };
  for (const patient of lost) await openCase(tx, { ...patient, ...nothing, kind: 'unreachable' }, now);
  await enqueueCallbacks(
    tx,
    'patient.unreachable',
    lost.map((patient) => ({ ...patient, at: now })),
  );
}

/** A contact point of these patients is good again, or new: where that is so, nobody has to look for them any more. */
export async function settleReachable(tx: Sql, patientIds: string[], now: Date): Promise<void> {
  if (patientIds.length === 0) return;
  await resolveWhere(
    tx,
    tx`patient_id = ANY(${patientIds}::uuid[]) AND kind = 'unreachable' AND state <> 'resolved'
       AND EXISTS (SELECT 1 FROM contact_points c
                   WHERE c.patient_id = escalations.patient_id AND c.owner = 'patient' AND c.state = 'active')`,
    { resolution: REACHABLE, now },
  );
}

/** How a patient's own contact points stand, in their order; `code`: why one is not good. */
export interface OwnReach {
  /** Whether the patient agreed to reminders at all. */
  reminders: boolean;
  roads: { kind: ContactKind; state: ContactState; code: string | null }[];
}

export async function ownReach(sql: Sql, patientId: string): Promise<OwnReach> {
  const [row] = await sql<OwnReach[]>`
    SELECT coalesce((p.consent ->> 'reminders')::boolean, false) AS reminders,
           coalesce((SELECT json_agg(json_build_object('kind', c.kind, 'state', c.state, 'code', c.state_code) ORDER BY c.position)
                     FROM contact_points c
                     WHERE c.patient_id = p.id AND c.owner = 'patient' AND c.state <> 'removed'), '[]') AS roads
    FROM patients p WHERE p.id = ${patientId}`;
  return row ?? { reminders: false, roads: [] };
}
