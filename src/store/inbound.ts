import type { Sql } from './pool.ts';

/** A dose a reply may be about. */
export interface AnswerableDose {
  id: string;
  dueAt: Date;
  zone: string;
  locale: string;
  state: 'open' | 'missed' | 'undelivered';
}

/**
 * The doses a text message from this number was sent for and that wait for an answer: those still open, and those whose
 * window closed since `lateFrom`. Newest first.
 */
export async function answerableDoses(sql: Sql, lookup: Buffer, lateFrom: Date): Promise<AnswerableDose[]> {
  return sql<AnswerableDose[]>`
    SELECT d.id, d.due_at AS "dueAt", t.zone, t.locale, d.state
    FROM contact_points c
    JOIN patients t ON t.id = c.patient_id
    JOIN doses d ON d.patient_id = c.patient_id AND d.due_at > ${lateFrom} AND d.state IN ('open', 'missed', 'undelivered')
    WHERE c.lookup = ${lookup} AND c.kind = 'phone' AND c.owner <> 'clinician' AND c.state <> 'removed'
      AND EXISTS (SELECT 1 FROM attempts a WHERE a.dose_id = d.id AND a.contact_point_id = c.id)
    ORDER BY d.due_at DESC LIMIT 10`;
}

/** The locale of the person behind a number, for an answer when no dose is in question. */
export async function localeOf(sql: Sql, lookup: Buffer): Promise<string | null> {
  const [row] = await sql<{ locale: string }[]>`
    SELECT t.locale FROM contact_points c JOIN patients t ON t.id = c.patient_id
    WHERE c.lookup = ${lookup} AND c.kind = 'phone' ORDER BY c.created_at LIMIT 1`;
  return row?.locale ?? null;
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
  sender: Buffer;
  body: Buffer;
  intent: string;
  doseId: string | null;
  reply: Buffer | null;
}

export async function insertInbound(sql: Sql, message: InboundMessage, now: Date): Promise<void> {
  await sql`
    INSERT INTO inbound_messages (sid, sender, body, intent, dose_id, reply, received_at)
    VALUES (${message.sid}, ${message.sender}, ${message.body}, ${message.intent}, ${message.doseId}, ${message.reply}, ${now})
    ON CONFLICT (sid) DO NOTHING`;
}
