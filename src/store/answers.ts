import type { ChannelName } from '../domain/attempt.ts';
import type { Answer, AnswerRoad, DoseState } from '../domain/dose.ts';
import { timeOf, uuidv7 } from '../domain/ids.ts';
import type { Sql } from './pool.ts';

/** A dose as an answer finds it. */
export interface AnsweredDose {
  id: string;
  localDate: string;
  tenantId: string;
  patientId: string;
  dueAt: Date;
  windowEndsAt: Date;
  state: DoseState;
  rung: number;
  late: boolean;
  takenAt: Date | null;
  zone: string;
  locale: string;
}

/** Locks a dose by id; its partition is found by the time the id carries (any zone is within a day of UTC). */
export async function lockDose(sql: Sql, doseId: string, tenantId?: string): Promise<AnsweredDose | null> {
  const due = timeOf(doseId).toISOString().slice(0, 10);
  const [dose] = await sql<AnsweredDose[]>`
    SELECT d.id, d.local_date AS "localDate", d.tenant_id AS "tenantId", d.patient_id AS "patientId",
           d.due_at AS "dueAt", d.window_ends_at AS "windowEndsAt", d.state, d.rung, d.late, d.taken_at AS "takenAt",
           t.zone, t.locale
    FROM doses d JOIN patients t ON t.id = d.patient_id
    WHERE d.id = ${doseId} AND d.local_date BETWEEN ${due}::date - 1 AND ${due}::date + 1
      ${tenantId === undefined ? sql`` : sql`AND d.tenant_id = ${tenantId}`}
    FOR UPDATE OF d`;
  return dose ?? null;
}

/** What an answer makes of its dose. */
export interface AnswerWrite {
  state: 'taken' | 'skipped';
  takenAt: Date | null;
  late: boolean;
  reason: string | null;
}

export async function writeAnswer(sql: Sql, dose: AnsweredDose, write: AnswerWrite, now: Date): Promise<void> {
  await sql`
    UPDATE doses SET state = ${write.state}, taken_at = ${write.takenAt}, late = ${write.late}, reason = ${write.reason},
      resolved_at = ${now}, next_action_at = NULL
    WHERE id = ${dose.id} AND local_date = ${dose.localDate} AND state = ${dose.state}`;
}

/** Puts the next reminder off: the rung that was answered has its turn again. */
export async function writeSnooze(sql: Sql, dose: AnsweredDose, until: Date): Promise<void> {
  await sql`
    UPDATE doses SET next_action_at = ${until}, rung = greatest(rung - 1, 0)
    WHERE id = ${dose.id} AND local_date = ${dose.localDate} AND state = 'open'`;
}

/**
 * An answer by a channel's own road proves that the dose's message on that channel arrived, where there was only one: it
 * is the only receipt a push ever has, and settles an `unknown` one.
 */
export async function writeArrival(sql: Sql, doseId: string, channel: ChannelName, now: Date): Promise<void> {
  await sql`
    UPDATE attempts a SET state = 'delivered', accepted_at = coalesce(accepted_at, ${now}), delivered_at = ${now}, check_at = NULL
    WHERE dose_id = ${doseId} AND channel = ${channel} AND purpose = 'reminder' AND state IN ('accepted', 'unknown')
      AND NOT EXISTS (
        SELECT 1 FROM attempts o
        WHERE o.dose_id = a.dose_id AND o.channel = a.channel AND o.id <> a.id AND o.state <> 'failed')`;
}

/** One answer as it came in. `reason` is already encrypted. */
export interface Confirmation {
  answer: Answer;
  road: AnswerRoad;
  reason: Buffer | null;
  takenAt: Date | null;
  late: boolean;
  effect: 'applied' | 'repeated' | 'refused';
  sourceId: string | null;
}

/** Keeps every answer, whatever it changed. */
export async function insertConfirmation(sql: Sql, dose: AnsweredDose, given: Confirmation, now: Date): Promise<void> {
  await sql`
    INSERT INTO confirmations (id, tenant_id, dose_id, local_date, answer, road, reason, taken_at, reported_at, late,
                               effect, source_id)
    VALUES (${uuidv7(now)}, ${dose.tenantId}, ${dose.id}, ${dose.localDate}, ${given.answer}, ${given.road},
            ${given.reason}, ${given.takenAt}, ${now}, ${given.late}, ${given.effect}, ${given.sourceId})`;
}

/** Whether the provider's message was recorded as an answer before. */
export async function isKnownSource(sql: Sql, sourceId: string): Promise<boolean> {
  const rows = await sql`SELECT 1 FROM confirmations WHERE source_id = ${sourceId}`;
  return rows.length > 0;
}
