import { type ChannelName, type ContactKind, channelOf } from '../domain/attempt.ts';
import type { ConsentChange, ConsentPurpose, ConsentSource } from '../domain/consent.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { ContactOwner } from '../domain/patient.ts';
import { enqueueCallbacks } from './callbacks.ts';
import type { Cipher } from './cipher.ts';
import { column, type Sql } from './pool.ts';
import { lockPatientsOf, settleReachable, tellUnreachable } from './reach.ts';

/** One row of the history, before it has an id. */
interface NewEvent extends ConsentChange {
  tenantId: string;
  patientId: string;
  contactPointId: string | null;
  sourceId: string | null;
}

/** What a patient's consent has become by a change of the patient. */
export async function recordConsent(
  tx: Sql,
  patient: { tenantId: string; patientId: string },
  changes: ConsentChange[],
  at: Date,
): Promise<void> {
  const events = changes.map((change) => ({ ...change, ...patient, contactPointId: null, sourceId: null }));
  await insertEvents(tx, events, 'api', at);
}

/** Somebody said stop, or start again. `sourceId`: the provider's id of the message that said so. */
interface Said {
  source: Exclude<ConsentSource, 'api'>;
  sourceId: string | null;
  at: Date;
}

/** Whose road is meant: everything that a number leads to, or the one contact point that a link was sent to. */
type Road = { lookup: Buffer } | { contactPointId: string };

/**
 * Nothing is sent to this number (as phone and WhatsApp, whoever's it is) or to this contact point any more. Said again, or
 * out of order, it changes nothing. Returns whether it changed anything.
 */
export function optOut(tx: Sql, said: Said & Road): Promise<boolean> {
  return change(tx, { ...said, granted: false });
}

/** Takes an opt-out back. What proved invalid stays so. Returns whether it changed anything. */
export function optIn(tx: Sql, said: Said & Road): Promise<boolean> {
  return change(tx, { ...said, granted: true });
}

async function change(tx: Sql, { granted, source, sourceId, at, ...road }: Said & Road & { granted: boolean }) {
  const where =
    'lookup' in road ? tx`lookup = ${road.lookup} AND kind IN ('phone', 'whatsapp')` : tx`id = ${road.contactPointId}`;
  const contacts = await tx<{ id: string }[]>`SELECT id FROM contact_points WHERE ${where}`;
  const code = source === 'mail_link' ? 'unsubscribed' : 'stop';
  const changed = await turn(
    tx,
    contacts.map(({ id }) => ({ contactPointId: id, code, sourceId })),
    { granted, source, at },
  );
  const own = changed.filter(({ owner }) => owner === 'patient').map(({ patientId }) => patientId);
  await (granted ? settleReachable(tx, own, at) : tellUnreachable(tx, own, at));
  return changed.length > 0;
}

/** A contact point whose owner was heard of. */
export interface Heard {
  contactPointId: string;
  code: string;
  sourceId: string | null;
}

/**
 * Opts contact points out or in, and writes the history of those that changed, which it returns. One that was removed keeps it
 * for when it comes back: `state_code` holds its state meanwhile. What a later event has overtaken is left as it is.
 */
export async function turn(
  tx: Sql,
  heard: Heard[],
  { granted, source, at }: { granted: boolean; source: Said['source']; at: Date },
): Promise<{ patientId: string; owner: ContactOwner }[]> {
  if (heard.length === 0) return [];
  await lockPatientsOf(
    tx,
    heard.map(({ contactPointId }) => contactPointId),
  );
  const from = granted ? hasStopped(tx) : tx`(c.state = 'active' OR (c.state = 'removed' AND c.state_code IS NULL))`;
  const to = granted
    ? tx`state = CASE c.state WHEN 'removed' THEN 'removed' ELSE 'active' END, state_code = NULL`
    : tx`state = CASE c.state WHEN 'removed' THEN 'removed' ELSE 'opted_out' END,
         state_code = CASE c.state WHEN 'removed' THEN 'opted_out' ELSE v.code END`;
  const changed = await tx<(Omit<NewEvent, keyof ConsentChange> & { owner: ContactOwner; kind: ContactKind })[]>`
    UPDATE contact_points c SET ${to}
    FROM unnest(${column(heard, 'contactPointId')}::uuid[], ${column(heard, 'code')}::text[],
                ${column(heard, 'sourceId')}::text[]) AS v (id, code, source_id)
    WHERE c.id = v.id AND ${from}
      AND NOT EXISTS (
        SELECT 1 FROM consent_events e
        WHERE e.patient_id = c.patient_id AND e.contact_point_id = c.id AND (e.source_id = v.source_id OR e.at > ${at}))
    RETURNING c.tenant_id AS "tenantId", c.patient_id AS "patientId", c.id AS "contactPointId", c.owner, c.kind,
              v.source_id AS "sourceId"`;
  const events = changed.map(({ tenantId, patientId, contactPointId, sourceId }) => ({
    tenantId,
    patientId,
    contactPointId,
    sourceId,
    channel: null,
    purpose: 'reminders' as const,
    granted,
  }));
  await insertEvents(tx, events, source, at);
  const own = changed.filter(({ owner }) => owner === 'patient');
  await enqueueCallbacks(
    tx,
    granted ? 'patient.opted_in' : 'patient.opted_out',
    own.map(({ tenantId, patientId, kind }) => ({ tenantId, patientId, at, data: { channel: channelOf(kind) } })),
  );
  return changed;
}

/** Whether a contact point `c` is opted out, or was when it was removed. Never NULL. */
export function hasStopped(sql: Sql) {
  return sql`(c.state = 'opted_out' OR (c.state = 'removed' AND c.state_code IS NOT DISTINCT FROM 'opted_out'))`;
}

async function insertEvents(tx: Sql, events: NewEvent[], source: ConsentSource, at: Date): Promise<void> {
  if (events.length === 0) return;
  const ids = events.map(() => uuidv7(at)).sort();
  await tx`
    INSERT INTO consent_events (id, tenant_id, patient_id, contact_point_id, channel, purpose, granted, source, source_id, at)
    SELECT v.id, v.tenant_id, v.patient_id, v.contact_point_id, v.channel, v.purpose, v.granted, ${source}, v.source_id, ${at}
    FROM unnest(${ids}::uuid[], ${column(events, 'tenantId')}::uuid[], ${column(events, 'patientId')}::uuid[],
                ${column(events, 'contactPointId')}::uuid[], ${column(events, 'channel')}::text[],
                ${column(events, 'purpose')}::text[], ${column(events, 'granted')}::text[]::boolean[],
                ${column(events, 'sourceId')}::text[])
      AS v (id, tenant_id, patient_id, contact_point_id, channel, purpose, granted, source_id)`;
}

/** A change of what was agreed to. `contact` null: not one contact point, but all of the patient's on `channel`. */
export interface ConsentEvent {
  id: string;
  contact: { owner: ContactOwner; kind: ContactKind; value: string } | null;
  channel: ChannelName | null;
  purpose: ConsentPurpose;
  granted: boolean;
  source: ConsentSource;
  at: Date;
}

/** The history of a patient's consent, newest first, before the id `after`. */
export async function consentHistory(
  sql: Sql,
  cipher: Cipher,
  want: { patientId: string; after: string | null; limit: number },
): Promise<ConsentEvent[]> {
  const after = want.after === null ? sql`` : sql`AND e.id < ${want.after}`;
  const rows = await sql<
    (Omit<ConsentEvent, 'contact'> & { owner: ContactOwner | null; kind: ContactKind; value: Uint8Array })[]
  >`
    SELECT e.id, e.channel, e.purpose, e.granted, e.source, e.at, c.owner, c.kind, c.value
    FROM consent_events e LEFT JOIN contact_points c ON c.id = e.contact_point_id
    WHERE e.patient_id = ${want.patientId} ${after} ORDER BY e.id DESC LIMIT ${want.limit}`;
  return rows.map(({ owner, kind, value, ...event }) => ({
    ...event,
    contact: owner === null ? null : { owner, kind, value: cipher.open(value) },
  }));
}

/** An e-mail contact point, as the page that stops it needs it. `locale` is the patient's. */
export interface MailRoad {
  id: string;
  locale: string;
  stopped: boolean;
}

export async function mailRoad(sql: Sql, contactPointId: string): Promise<MailRoad | null> {
  const [row] = await sql<MailRoad[]>`
    SELECT c.id, p.locale, ${hasStopped(sql)} AS stopped
    FROM contact_points c JOIN patients p ON p.id = c.patient_id
    WHERE c.id = ${contactPointId} AND c.kind = 'email'`;
  return row ?? null;
}
