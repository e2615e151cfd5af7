import type { ChannelName } from '../domain/attempt.ts';
import type { Consent, ContactState } from '../domain/patient.ts';
import { dayOf } from './attempts.ts';
import type { Cipher } from './cipher.ts';
import type { Sql } from './pool.ts';

/** Who is written to: what deciding it takes. */
export interface Addressee {
  id: string;
  locale: string;
  deceased: boolean;
  consent: Consent;
}

/** The patient as they are until the transaction ends: a death or a withdrawn consent waits. Null: no such patient. */
export async function holdAddressee(
  tx: Sql,
  { tenantId, ...by }: { tenantId: string } & ({ externalId: string } | { patientId: string }),
): Promise<Addressee | null> {
  const which = 'externalId' in by ? tx`external_id = ${by.externalId}` : tx`id = ${by.patientId}`;
  const [row] = await tx<Addressee[]>`
    SELECT id, locale, deceased_at IS NOT NULL AS deceased, consent
    FROM patients WHERE tenant_id = ${tenantId} AND ${which} FOR SHARE`;
  return row ?? null;
}

/** One of the patient's own contact points. */
export interface OwnContact {
  id: string;
  state: ContactState;
  /** When its owner last wrote to us there. */
  wroteAt: Date | null;
}

/** The patient's own contact points of a kind, in the order the tenant gave them; removed ones are left out. */
export async function ownContacts(tx: Sql, patientId: string, kind: string): Promise<OwnContact[]> {
  return tx<OwnContact[]>`
    SELECT id, state, wrote_at AS "wroteAt" FROM contact_points
    WHERE patient_id = ${patientId} AND owner = 'patient' AND kind = ${kind} AND state <> 'removed' ORDER BY position`;
}

/** What a person wrote, and the attempt that brings it to the patient. */
interface NewMessage {
  id: string;
  attemptId: string;
  tenantId: string;
  patientId: string;
  contactPointId: string;
  channel: ChannelName;
  chunkId: string;
  text: string;
  by: string;
  now: Date;
  expiresAt: Date;
}

/** Writes the message, its text and author encrypted, and the intent to send it. */
export async function insertMessage(tx: Sql, cipher: Cipher, message: NewMessage): Promise<void> {
  const { id, attemptId, tenantId, patientId, contactPointId, channel, chunkId, now, expiresAt } = message;
  await tx`
    INSERT INTO messages (id, tenant_id, patient_id, contact_point_id, body, author, created_at)
    VALUES (${id}, ${tenantId}, ${patientId}, ${contactPointId}, ${cipher.seal(message.text)}, ${cipher.seal(message.by)}, ${now})`;
  await tx`
    INSERT INTO attempts (id, day, tenant_id, patient_id, message_id, purpose, rung, channel, contact_point_id, chunk_id,
                          due_at, expires_at, created_at)
    VALUES (${attemptId}, ${dayOf(attemptId)}, ${tenantId}, ${patientId}, ${id}, 'message', 0, ${channel},
            ${contactPointId}, ${chunkId}, ${now}, ${expiresAt}, ${now})`;
}
