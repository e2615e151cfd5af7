import { uuidv7 } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { NewPrescription, PrescriptionState, Regimen } from '../domain/prescription.ts';
import type { Cipher } from './cipher.ts';
import type { Sql } from './pool.ts';

/** A prescription as stored, opened. `patient` is the tenant's own id of the patient. */
export interface StoredPrescription {
  id: string;
  patientId: string;
  patient: string;
  zone: string;
  externalId: string | null;
  version: number;
  state: PrescriptionState;
  medication: string;
  instructions: string | null;
  regimen: Regimen;
  policy: Policy;
  createdAt: Date;
  updatedAt: Date;
}

/** Inserts a prescription whose doses are to be planned from `now`. `null`: the tenant has one with this external id. */
export async function insertPrescription(
  tx: Sql,
  cipher: Cipher,
  given: { tenantId: string; patientId: string; command: NewPrescription; now: Date },
): Promise<string | null> {
  const { tenantId, patientId, command, now } = given;
  const row = {
    id: uuidv7(now),
    tenant_id: tenantId,
    patient_id: patientId,
    external_id: command.externalId ?? null,
    medication: cipher.seal(command.medication),
    instructions: command.instructions === undefined ? null : cipher.seal(command.instructions),
    regimen: tx.json({ ...command.regimen }),
    policy: jsonPolicy(tx, command.policy),
    planned_to: now,
    created_at: now,
    updated_at: now,
  };
  const inserted = await tx`INSERT INTO prescriptions ${tx(row)} ON CONFLICT (tenant_id, external_id) DO NOTHING`;
  return inserted.count === 1 ? row.id : null;
}

/** Writes a changed prescription as its next version, to be planned anew from `now`. */
export async function updatePrescription(tx: Sql, cipher: Cipher, next: StoredPrescription, now: Date): Promise<void> {
  const values = {
    state: next.state,
    medication: cipher.seal(next.medication),
    instructions: next.instructions === null ? null : cipher.seal(next.instructions),
    regimen: tx.json({ ...next.regimen }),
    policy: jsonPolicy(tx, next.policy),
    planned_to: now,
    updated_at: now,
  };
  await tx`UPDATE prescriptions SET version = version + 1, ${tx(values)} WHERE id = ${next.id}`;
}

/** Moves the cursors of the patient's active prescriptions back to `now`, and returns what is to be planned anew. */
export async function restartPlanning(
  tx: Sql,
  patientId: string,
  now: Date,
): Promise<{ id: string; regimen: Regimen }[]> {
  return tx<{ id: string; regimen: Regimen }[]>`
    UPDATE prescriptions SET planned_to = ${now} WHERE patient_id = ${patientId} AND state = 'active'
    RETURNING id, regimen`;
}

/** Ends the patient's prescriptions for good, paused ones too. */
export async function stopAll(tx: Sql, patientId: string, now: Date): Promise<void> {
  await tx`
    UPDATE prescriptions SET state = 'stopped', version = version + 1, updated_at = ${now}
    WHERE patient_id = ${patientId} AND state <> 'stopped'`;
}

/** Holds a prescription of the tenant until the transaction ends: changes of it come one after another. */
export async function lockPrescription(tx: Sql, { tenantId, id }: { tenantId: string; id: string }): Promise<boolean> {
  const locked = await tx`SELECT 1 FROM prescriptions WHERE tenant_id = ${tenantId} AND id = ${id} FOR UPDATE`;
  return locked.count === 1;
}

export async function readPrescription(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<StoredPrescription | null> {
  const [found] = await select(sql, cipher, sql`p.tenant_id = ${tenantId} AND p.id = ${id}`);
  return found ?? null;
}

/** The tenant's prescriptions (one patient's, when given) in the order they were created, after the id `after`. */
export async function listPrescriptions(
  sql: Sql,
  cipher: Cipher,
  want: { tenantId: string; patientId: string | null; after: string | null; limit: number },
): Promise<StoredPrescription[]> {
  const owner = want.patientId === null ? sql`p.tenant_id = ${want.tenantId}` : sql`p.patient_id = ${want.patientId}`;
  const after = want.after === null ? sql`` : sql`AND p.id > ${want.after}`;
  return select(sql, cipher, sql`${owner} ${after} ORDER BY p.id LIMIT ${want.limit}`);
}

type Row = Omit<StoredPrescription, 'medication' | 'instructions'> & {
  medication: Uint8Array;
  instructions: Uint8Array | null;
};

async function select(sql: Sql, cipher: Cipher, where: ReturnType<Sql>): Promise<StoredPrescription[]> {
  const rows = await sql<Row[]>`
    SELECT p.id, p.patient_id AS "patientId", t.external_id AS patient, t.zone, p.external_id AS "externalId",
           p.version, p.state, p.medication, p.instructions, p.regimen, p.policy, p.created_at AS "createdAt",
           p.updated_at AS "updatedAt"
    FROM prescriptions p JOIN patients t ON t.id = p.patient_id
    WHERE ${where}`;
  return rows.map((row) => ({
    ...row,
    medication: cipher.open(row.medication),
    instructions: row.instructions === null ? null : cipher.open(row.instructions),
  }));
}

function jsonPolicy(tx: Sql, policy: Policy) {
  return tx.json({ ...policy, ladder: policy.ladder.map((rung) => ({ ...rung })) });
}
