import type { EscalationKind, EscalationState } from '../domain/escalation.ts';
import { caseCallbacks } from './callbacks.ts';
import type { Cipher } from './cipher.ts';
import type { Sql } from './pool.ts';

/** A case with the doses appended to it. `patient` is the tenant's own id of the patient. */
export interface StoredEscalation {
  id: string;
  patient: string;
  /** Null: it is about the patient, and no one prescription. */
  prescriptionId: string | null;
  kind: EscalationKind;
  state: EscalationState;
  openedAt: Date;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
  resolvedBy: string | null;
  resolution: string | null;
  doseIds: string[];
}

/** The tenant's cases (in one state, when given), oldest first, after the id `after`. */
export async function listEscalations(
  sql: Sql,
  cipher: Cipher,
  want: { tenantId: string; state: EscalationState | null; after: string | null; limit: number },
): Promise<StoredEscalation[]> {
  const state = want.state === null ? sql`` : sql`AND e.state = ${want.state}`;
  const after = want.after === null ? sql`` : sql`AND e.id > ${want.after}`;
  return select(sql, cipher, sql`e.tenant_id = ${want.tenantId} ${state} ${after} ORDER BY e.id LIMIT ${want.limit}`);
}

export async function readEscalation(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<StoredEscalation | null> {
  const [found] = await select(sql, cipher, sql`e.tenant_id = ${tenantId} AND e.id = ${id}`);
  return found ?? null;
}

/** `open → acknowledged`. Whether there was an open case of this id. `by` is kept encrypted. */
export async function acknowledgeEscalation(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id, by, now }: { tenantId: string; id: string; by: string; now: Date },
): Promise<boolean> {
  const changed = await sql`
    UPDATE escalations SET state = 'acknowledged', acknowledged_at = ${now}, acknowledged_by = ${cipher.seal(by)}
    WHERE tenant_id = ${tenantId} AND id = ${id} AND state = 'open'`;
  return changed.count === 1;
}

/** `open | acknowledged → resolved`: who resolves an open case acknowledges it too. Whether there was such a case. */
export async function resolveEscalation(
  sql: Sql,
  cipher: Cipher,
  given: { tenantId: string; id: string; by: string; resolution: string; now: Date },
): Promise<boolean> {
  const { tenantId, id, by, resolution, now } = given;
  const name = cipher.seal(by);
  const changed = await sql`
    WITH changed AS (
      UPDATE escalations
      SET state = 'resolved', resolved_at = ${now}, resolved_by = ${name}, resolution = ${resolution},
          acknowledged_at = coalesce(acknowledged_at, ${now}), acknowledged_by = coalesce(acknowledged_by, ${name})
      WHERE tenant_id = ${tenantId} AND id = ${id} AND state <> 'resolved'
      RETURNING *),
    told AS (${caseCallbacks(sql, 'escalation.resolved')})
    SELECT id FROM changed`;
  return changed.count === 1;
}

type Row = Omit<StoredEscalation, 'acknowledgedBy' | 'resolvedBy'> & {
  acknowledgedBy: Uint8Array | null;
  resolvedBy: Uint8Array | null;
};

async function select(sql: Sql, cipher: Cipher, where: ReturnType<Sql>): Promise<StoredEscalation[]> {
  const rows = await sql<Row[]>`
    SELECT e.id, t.external_id AS patient, e.prescription_id AS "prescriptionId", e.kind, e.state,
           e.opened_at AS "openedAt", e.acknowledged_at AS "acknowledgedAt", e.acknowledged_by AS "acknowledgedBy",
           e.resolved_at AS "resolvedAt", e.resolved_by AS "resolvedBy", e.resolution,
           ARRAY(SELECT dose_id FROM escalation_doses WHERE escalation_id = e.id ORDER BY dose_id) AS "doseIds"
    FROM escalations e JOIN patients t ON t.id = e.patient_id
    WHERE ${where}`;
  return rows.map((row) => ({
    ...row,
    acknowledgedBy: row.acknowledgedBy === null ? null : cipher.open(row.acknowledgedBy),
    resolvedBy: row.resolvedBy === null ? null : cipher.open(row.resolvedBy),
  }));
}
