import type { Policy } from '../domain/policy.ts';
import type { Regimen } from '../domain/prescription.ts';
import type { Sql } from './pool.ts';

/** A prescription whose doses are planned only up to `plannedTo`. */
export interface ToPlan {
  id: string;
  tenantId: string;
  patientId: string;
  version: number;
  regimen: Regimen;
  policy: Policy;
  plannedTo: Date;
  zone: string;
}

/** Locks up to `limit` active prescriptions whose cursor is before `before`; those another scheduler holds are passed over. */
export async function claimToPlan(sql: Sql, before: Date, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM prescriptions WHERE state = 'active' AND planned_to < ${before}
    ORDER BY planned_to LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  return rows.map((row) => row.id);
}

export async function readToPlan(sql: Sql, ids: string[], until: Date): Promise<ToPlan[]> {
  return sql<ToPlan[]>`
    SELECT p.id, p.tenant_id AS "tenantId", p.patient_id AS "patientId", p.version, p.regimen, p.policy,
           p.planned_to AS "plannedTo", t.zone
    FROM prescriptions p JOIN patients t ON t.id = p.patient_id
    WHERE p.id = ANY(${ids}::uuid[]) AND p.state = 'active' AND p.planned_to < ${until}`;
}

/** Moves the cursor; `infinity` when the regimen has no dose left, so that the horizon never reads it again. */
export async function movePlannedTo(sql: Sql, ids: string[], until: Date | 'infinity'): Promise<void> {
  if (ids.length === 0) return;
  const cursor = until === 'infinity' ? until : until.toISOString();
  await sql`UPDATE prescriptions SET planned_to = ${cursor}::text::timestamptz WHERE id = ANY(${ids}::uuid[])`;
}
