import type { ContactKind } from '../domain/attempt.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { Consent, ContactOwner, ContactState, PatientRecord } from '../domain/patient.ts';
import type { Cipher } from './cipher.ts';
import { hasStopped } from './consents.ts';
import type { Sql } from './pool.ts';
import { settleReachable, tellUnreachable } from './reach.ts';

/** A patient with the state of each contact point, in the order they were given. */
export interface StoredPatient
  extends Omit<PatientRecord, 'contacts' | 'caregivers' | 'clinicians' | 'deceased' | 'canRead'> {
  id: string;
  canRead: boolean;
  /** When the death was recorded. */
  deceasedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  contactPoints: StoredContact[];
}

interface StoredContact {
  owner: ContactOwner;
  ownerName: string | null;
  kind: ContactKind;
  value: string;
  state: ContactState;
  stateCode: string | null;
}

/**
 * Inserts or fully replaces a patient; locks the row. `before`: what it was, null when it is new. The moment at which a death
 * was first recorded stays.
 */
export async function savePatient(
  tx: Sql,
  cipher: Cipher,
  { tenantId, record, now }: { tenantId: string; record: PatientRecord; now: Date },
): Promise<{ id: string; before: { zone: string; consent: Consent } | null }> {
  const values = {
    name: record.name === undefined ? null : cipher.seal(record.name),
    locale: record.locale,
    zone: record.zone,
    routine: tx.json(record.routine),
    consent: tx.json({ ...record.consent }),
    quiet_hours: record.quietHours === undefined ? null : tx.json(record.quietHours),
    can_read: record.canRead ?? true,
    updated_at: now,
  };
  const deceasedAt = record.deceased ? now : null;
  const ids = { id: uuidv7(now), tenant_id: tenantId, external_id: record.externalId };
  const row = { ...ids, created_at: now, deceased_at: deceasedAt, ...values };
  const inserted = await tx`INSERT INTO patients ${tx(row)} ON CONFLICT (tenant_id, external_id) DO NOTHING`;
  if (inserted.count === 1) return { id: row.id, before: null };
  const [old] = await tx<{ id: string; zone: string; consent: Consent }[]>`
    SELECT id, zone, consent FROM patients WHERE tenant_id = ${tenantId} AND external_id = ${record.externalId} FOR NO KEY UPDATE`;
  const { id, ...before } = old as NonNullable<typeof old>;
  await tx`
    UPDATE patients SET ${tx(values)}, deceased_at = CASE WHEN ${deceasedAt !== null} THEN coalesce(deceased_at, ${now}) END
    WHERE id = ${id}`;
  return { id, before };
}

/**
 * Makes these the patient's contact points. One that was there keeps its state (a number that opted out or proved invalid
 * stays so), also when it was gone in between: while removed, `state_code` holds the state it will come back to. A number that
 * said stop is opted out here too when it is new.
 */
export async function replaceContacts(
  tx: Sql,
  cipher: Cipher,
  { tenantId, patientId, record, now }: { tenantId: string; patientId: string; record: PatientRecord; now: Date },
): Promise<void> {
  const contacts = contactsOf(record).map((contact) => ({ ...contact, lookup: cipher.lookup(contact.value) }));
  const stopped = await stoppedNumbers(tx, contacts);
  const rows = contacts.map(({ owner, name, kind, value, lookup }, position) => ({
    id: uuidv7(now),
    tenant_id: tenantId,
    patient_id: patientId,
    owner,
    owner_name: name === undefined ? null : cipher.seal(name),
    kind,
    value: cipher.seal(value),
    lookup,
    position,
    ...(stopped.has(lookup.toString('hex')) && NUMBERS.has(kind) ? STOPPED : { state: 'active', state_code: null }),
    created_at: now,
  }));
  const removed = await tx<{ own: boolean }[]>`
    UPDATE contact_points SET state = 'removed', state_code = CASE state WHEN 'active' THEN NULL ELSE state END
    WHERE patient_id = ${patientId} AND state <> 'removed'
      AND (owner, kind, lookup) NOT IN (
        SELECT owner, kind, decode(lookup, 'hex')
        FROM unnest(${rows.map((row) => row.owner)}::text[], ${rows.map((row) => row.kind)}::text[],
                    ${rows.map((row) => row.lookup.toString('hex'))}::text[]) AS v (owner, kind, lookup))
    RETURNING owner = 'patient' AND state_code IS NULL AS own`;
  const added = rows.length === 0 ? [] : await upsertContacts(tx, rows);
  await settleReachable(tx, [patientId], now);
  const taken = removed.some(({ own }) => own) || added.some(({ stopped }) => stopped);
  if (taken) await tellUnreachable(tx, [patientId], now);
}

/** `stopped`: one of the patient's own that is new, and opted out. */
function upsertContacts(tx: Sql, rows: object[]): Promise<{ stopped: boolean }[]> {
  return tx<{ stopped: boolean }[]>`
    INSERT INTO contact_points ${tx(rows)}
    ON CONFLICT (patient_id, owner, kind, lookup) DO UPDATE SET
      owner_name = EXCLUDED.owner_name, value = EXCLUDED.value, position = EXCLUDED.position,
      state = CASE contact_points.state WHEN 'removed' THEN coalesce(contact_points.state_code, 'active') ELSE contact_points.state END,
      state_code = CASE contact_points.state WHEN 'removed' THEN NULL ELSE contact_points.state_code END
    RETURNING xmax = 0 AND owner = 'patient' AND state = 'opted_out' AS stopped`;
}

/** The kinds that a STOP from a number is about, and how a contact point that was stopped is marked. */
const NUMBERS = new Set<ContactKind>(['phone', 'whatsapp']);
const STOPPED = { state: 'opted_out', state_code: 'stop' };

/** Of these contacts, the lookups (hex) of the numbers that said stop, whoever's they were then. */
async function stoppedNumbers(tx: Sql, contacts: { lookup: Buffer }[]): Promise<Set<string>> {
  if (contacts.length === 0) return new Set();
  const rows = await tx<{ lookup: Buffer }[]>`
    SELECT DISTINCT c.lookup FROM contact_points c
    WHERE c.lookup IN ${tx(contacts.map(({ lookup }) => lookup))} AND c.kind = ANY(${[...NUMBERS]})
      AND ${hasStopped(tx)}`;
  return new Set(rows.map(({ lookup }) => lookup.toString('hex')));
}

function contactsOf(record: PatientRecord) {
  const of = (owner: ContactOwner) => (person: PatientRecord['caregivers'][number]) =>
    person.contacts.map((contact) => ({ owner, name: person.name, ...contact }));
  return [
    ...of('patient')({ contacts: record.contacts }),
    ...record.caregivers.flatMap(of('caregiver')),
    ...record.clinicians.flatMap(of('clinician')),
  ];
}

/** The patient's id, found by the tenant's own. */
export async function findPatient(sql: Sql, tenantId: string, externalId: string): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    SELECT id FROM patients WHERE tenant_id = ${tenantId} AND external_id = ${externalId}`;
  return row?.id ?? null;
}

/** What planning and judging a prescription takes of its patient. */
export interface PrescribedPatient {
  id: string;
  locale: string;
  zone: string;
  consent: Consent;
  quietHours: { from: string; to: string } | null;
  deceasedAt: Date | null;
}

/**
 * Who a prescription is for. `hold`: as they are until the transaction ends, so that a move to another zone or a death
 * waits, and then sees what this transaction planned.
 */
export async function readPrescribed(
  tx: Sql,
  tenantId: string,
  of: { externalId: string } | { prescriptionId: string },
  hold: boolean,
): Promise<PrescribedPatient | null> {
  const which =
    'externalId' in of
      ? tx`external_id = ${of.externalId}`
      : tx`id = (SELECT patient_id FROM prescriptions WHERE tenant_id = ${tenantId} AND id = ${of.prescriptionId})`;
  const [row] = await tx<PrescribedPatient[]>`
    SELECT id, locale, zone, consent, quiet_hours AS "quietHours", deceased_at AS "deceasedAt"
    FROM patients WHERE tenant_id = ${tenantId} AND ${which} ${hold ? tx`FOR SHARE` : tx``}`;
  return row ?? null;
}

/** The patient as stored, opened; contact points that were removed are left out. */
export async function readPatient(
  sql: Sql,
  cipher: Cipher,
  { tenantId, externalId }: { tenantId: string; externalId: string },
): Promise<StoredPatient | null> {
  const [row] = await sql<PatientRow[]>`
    SELECT id, external_id AS "externalId", name, locale, zone, routine, consent, quiet_hours AS "quietHours",
           can_read AS "canRead", deceased_at AS "deceasedAt", created_at AS "createdAt", updated_at AS "updatedAt"
    FROM patients WHERE tenant_id = ${tenantId} AND external_id = ${externalId}`;
  if (row === undefined) return null;
  const contacts = await sql<ContactRow[]>`
    SELECT owner, owner_name AS "ownerName", kind, value, state, state_code AS "stateCode"
    FROM contact_points WHERE patient_id = ${row.id} AND state <> 'removed' ORDER BY position`;
  const { name, quietHours, ...rest } = row;
  return {
    ...rest,
    ...(name === null ? {} : { name: cipher.open(name) }),
    ...(quietHours === null ? {} : { quietHours }),
    contactPoints: contacts.map((contact) => ({
      ...contact,
      ownerName: contact.ownerName === null ? null : cipher.open(contact.ownerName),
      value: cipher.open(contact.value),
    })),
  };
}

type PatientRow = Omit<StoredPatient, 'name' | 'quietHours' | 'contactPoints'> & {
  name: Uint8Array | null;
  quietHours: { from: string; to: string } | null;
};
type ContactRow = Omit<StoredContact, 'ownerName' | 'value'> & { ownerName: Uint8Array | null; value: Uint8Array };
