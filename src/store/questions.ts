import type { Answer } from '../domain/dose.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { Sql } from './pool.ts';

/** What may be answered to a question; `answer`: what choosing it says, where the question does not say so itself. */
export interface QuestionOption {
  n: number;
  doseIds: string[];
  answer?: Answer;
}

export interface NewQuestion {
  kind: 'which_dose' | 'who' | 'clarify';
  /** What was said of the dose that is to be named; null: each option says its own. */
  answer: Answer | null;
  options: QuestionOption[];
  expiresAt: Date;
}

export interface Question extends NewQuestion {
  id: string;
  askedAt: Date;
}

/** Somebody at a number, on one channel. `sender`: the HMAC of the number. */
export interface Line {
  sender: Buffer;
  channel: 'sms' | 'whatsapp';
}

/** Until the transaction ends, another message of this sender waits here: one question is answered once. */
export async function lockLine(tx: Sql, { sender, channel }: Line): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`${channel} ${sender.toString('hex')}`}, 1))`;
}

/** The question that was put to the sender last and not answered; it may have expired. */
export async function openQuestion(sql: Sql, { sender, channel }: Line): Promise<Question | null> {
  const [row] = await sql<Question[]>`
    SELECT id, kind, answer, options, asked_at AS "askedAt", expires_at AS "expiresAt"
    FROM questions WHERE sender = ${sender} AND channel = ${channel} AND state = 'open'`;
  return row ?? null;
}

export async function closeQuestion(sql: Sql, id: string, state: 'answered' | 'replaced'): Promise<void> {
  await sql`UPDATE questions SET state = ${state} WHERE id = ${id} AND state = 'open'`;
}

/** Puts a question to a sender who has none open. */
export async function insertQuestion(sql: Sql, line: Line, question: NewQuestion, now: Date): Promise<void> {
  await sql`
    INSERT INTO questions (id, sender, channel, kind, answer, options, asked_at, expires_at)
    VALUES (${uuidv7(now)}, ${line.sender}, ${line.channel}, ${question.kind}, ${question.answer},
            ${sql.json(question.options as never)}, ${now}, ${question.expiresAt})`;
}
