import type { Regimen } from '../domain/prescription.ts';
import type { Sql } from './pool.ts';

/** A prescription whose doses are planned only up to `plannedTo`, with the parts of its policy that its doses carry. */
export interface ToPlan {
  id: string;
  tenantId: string;
  patientId: string;
  version: number;
  regimen: Regimen;
  windowSeconds: number;
  critical: boolean;
  plannedTo: Date;
  zone: string;
}

/** Locks up to `limit` active prescriptions whose cursor is before `before`; those another scheduler holds are passed over. */
export async function claimToPlan(sql: Sql, before: Date, limit: number): Promise<ToPlan[]> {
  return sql<ToPlan[]>`
    ${selectToPlan(sql)} WHERE p.state = 'active' AND p.planned_to < ${before}
    ORDER BY p.planned_to LIMIT ${limit} FOR UPDATE OF p SKIP LOCKED`;
}

/** Those of these prescriptions that are active and not planned up to `until`. */
export async function readToPlan(sql: Sql, ids: string[], until: Date): Promise<ToPlan[]> {
  return sql<ToPlan[]>`
    ${selectToPlan(sql)} WHERE p.id = ANY(${ids}::uuid[]) AND p.state = 'active' AND p.planned_to < ${until}`;
}

/** Locks those of these prescriptions that are active, passing over those another process holds. */
export async function claimPlanned(sql: Sql, ids: string[]): Promise<ToPlan[]> {
  return sql<ToPlan[]>`
    ${selectToPlan(sql)} WHERE p.id = ANY(${ids}::uuid[]) AND p.state = 'active' FOR UPDATE OF p SKIP LOCKED`;
}

function selectToPlan(sql: Sql) {
  return sql`
    SELECT p.id, p.tenant_id AS "tenantId", p.patient_id AS "patientId", p.version, p.regimen,
           (p.policy ->> 'windowSeconds')::int AS "windowSeconds", (p.policy ->> 'critical')::boolean AS critical,
           p.planned_to AS "plannedTo", t.zone
    FROM prescriptions p JOIN patients t ON t.id = p.patient_id`;
}

/** Moves the cursors to `until`; of those in `over`, which have no dose left, where the horizon never reads them again. */
export async function movePlannedTo(sql: Sql, ids: string[], over: string[], until: Date): Promise<void> {
  await sql`
    UPDATE prescriptions
    SET planned_to = CASE WHEN id = ANY(${over}::uuid[]) THEN 'infinity' ELSE ${until}::timestamptz END
    WHERE id = ANY(${ids}::uuid[])`;
}
