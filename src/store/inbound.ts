import type { ContactKind } from '../domain/attempt.ts';
import type { DoseState } from '../domain/dose.ts';
import type { Sql } from './pool.ts';

/** A patient whose reminders go to a number: their own, or that of somebody who cares for them. */
export interface Person {
  patientId: string;
  tenantId: string;
  locale: string;
  /** Encrypted. */
  name: Uint8Array | null;
  /** The number wants no more messages about this patient. */
  optedOut: boolean;
}

/** A number as messages are sent to it. `lookup`: its HMAC. */
export interface ContactNumber {
  lookup: Buffer;
  kind: ContactKind;
}

const MOST_PEOPLE = 20;

/** Whom a number stands for, first known first. A clinician's answers for nobody, nor one that proved to be somebody else's. */
export async function peopleBehind(sql: Sql, { lookup, kind }: ContactNumber): Promise<Person[]> {
  return sql<Person[]>`
    SELECT t.id AS "patientId", t.tenant_id AS "tenantId", t.locale, t.name,
           bool_and(c.state = 'opted_out') AS "optedOut"
    FROM contact_points c JOIN patients t ON t.id = c.patient_id
    WHERE c.lookup = ${lookup} AND c.kind = ${kind} AND c.owner <> 'clinician' AND c.state <> 'removed'
      AND c.state_code IS DISTINCT FROM 'wrong_person'
    GROUP BY t.id ORDER BY min(c.created_at), t.id LIMIT ${MOST_PEOPLE}`;
}

/** A dose that was reminded of at a number. */
export interface TalkedDose {
  id: string;
  localDate: string;
  tenantId: string;
  patientId: string;
  prescriptionId: string;
  dueAt: Date;
  windowEndsAt: Date;
  state: Extract<DoseState, 'open' | 'missed' | 'undelivered' | 'taken' | 'skipped'>;
  zone: string;
  locale: string;
  /** When the last reminder left for this number; null: none did. */
  sentAt: Date | null;
  /** The message quotes a reminder of this dose. */
  quoted: boolean;
  /** When this number last answered it by message, so that something changed. */
  answeredAt: Date | null;
}

/** Which doses of whom. `quotes`: a provider's id of a message of ours. `first`: a dose that the limit does not leave out. */
interface Talked {
  people: Person[];
  from: Date;
  quotes: string | null;
  first: string | null;
  limit: number;
}

/** The doses due after `from` that were reminded of at this number and were not cancelled, newest first. */
export async function talkedDoses(sql: Sql, { lookup, kind }: ContactNumber, talked: Talked): Promise<TalkedDose[]> {
  const patientIds = talked.people.map(({ patientId }) => patientId);
  return sql<TalkedDose[]>`
    SELECT d.id, d.local_date AS "localDate", d.tenant_id AS "tenantId", d.patient_id AS "patientId",
           d.prescription_id AS "prescriptionId", d.due_at AS "dueAt", d.window_ends_at AS "windowEndsAt", d.state,
           t.zone, t.locale, s.sent_at AS "sentAt", s.quoted, r.answered_at AS "answeredAt"
    FROM doses d
    JOIN patients t ON t.id = d.patient_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS attempts, coalesce(bool_or(a.ref = ${talked.quotes}), false) AS quoted,
             max(coalesce(a.accepted_at, a.created_at)) FILTER (WHERE a.state NOT IN ('failed', 'cancelled')) AS sent_at
      FROM attempts a JOIN contact_points c ON c.id = a.contact_point_id
      WHERE a.dose_id = d.id AND a.day >= d.local_date - 2 AND a.purpose IN ('reminder', 'caregiver')
        AND c.lookup = ${lookup} AND c.kind = ${kind}) AS s
    CROSS JOIN LATERAL (
      SELECT max(c.reported_at) AS answered_at
      FROM confirmations c JOIN inbound_messages m ON m.sid = regexp_replace(c.source_id, ' [0-9]$', '')
      WHERE c.dose_id = d.id AND c.effect = 'applied' AND c.answer <> 'snoozed' AND m.sender = ${lookup}) AS r
    WHERE d.patient_id = ANY(${patientIds}::uuid[]) AND d.due_at > ${talked.from}
      AND d.local_date >= (${talked.from}::timestamptz AT TIME ZONE 'UTC')::date - 1
      AND d.state IN ('open', 'missed', 'undelivered', 'taken', 'skipped') AND s.attempts > 0
    ORDER BY s.quoted DESC, d.id IS NOT DISTINCT FROM ${talked.first}::uuid DESC, d.due_at DESC, d.id DESC LIMIT ${talked.limit}`;
}

/** This person wrote to us now: free text may follow for a day on WhatsApp. */
export async function markWrote(sql: Sql, { lookup, kind }: ContactNumber, now: Date): Promise<void> {
  await sql`
    UPDATE contact_points SET wrote_at = ${now}
    WHERE lookup = ${lookup} AND kind = ${kind} AND state <> 'removed' AND (wrote_at IS NULL OR wrote_at < ${now})`;
}

/** The number is somebody else's: it is not used for these patients any more, neither for calls nor for messages. */
export async function suspendNumber(sql: Sql, lookup: Buffer, patientIds: string[]): Promise<void> {
  await sql`
    UPDATE contact_points SET state = 'invalid', state_code = 'wrong_person'
    WHERE lookup = ${lookup} AND kind IN ('phone', 'whatsapp') AND owner <> 'clinician' AND state <> 'removed'
      AND patient_id = ANY(${patientIds}::uuid[])`;
}

/** Whether somebody at this number was answered after `since` to a message that said this. */
export async function answeredSince(sql: Sql, sender: Buffer, intent: string, since: Date): Promise<boolean> {
  const [row] = await sql`
    SELECT 1 FROM inbound_messages
    WHERE sender = ${sender} AND received_at > ${since} AND intent = ${intent} AND reply IS NOT NULL LIMIT 1`;
  return row !== undefined;
}

/**
 * The answer given to a message received before; undefined when it is new. Until the transaction ends, a repeat of the
 * message waits here, so that it finds the first one's answer.
 */
export async function knownReply(sql: Sql, sid: string): Promise<Uint8Array | null | undefined> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${sid}, 0))`;
  const [row] = await sql<{ reply: Uint8Array | null }[]>`SELECT reply FROM inbound_messages WHERE sid = ${sid}`;
  return row?.reply ?? (row === undefined ? undefined : null);
}

export interface InboundMessage {
  sid: string;
  channel: 'sms' | 'whatsapp';
  sender: Buffer;
  body: Buffer;
  intent: string;
  /** Whose it is, as far as that is known. */
  tenantId: string | null;
  patientId: string | null;
  doseId: string | null;
  reply: Buffer | null;
}

export async function insertInbound(sql: Sql, message: InboundMessage, now: Date): Promise<void> {
  const { sid, channel, sender, body, intent, tenantId, patientId, doseId, reply } = message;
  await sql`
    INSERT INTO inbound_messages (sid, channel, sender, body, intent, tenant_id, patient_id, dose_id, reply, received_at)
    VALUES (${sid}, ${channel}, ${sender}, ${body}, ${intent}, ${tenantId}, ${patientId}, ${doseId}, ${reply}, ${now})
    ON CONFLICT (sid) DO NOTHING`;
}
