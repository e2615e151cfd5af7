import type { AttemptPurpose } from '../domain/attempt.ts';
import type { DoseState } from '../domain/dose.ts';
import { dayOf } from './attempts.ts';
import type { Sql } from './pool.ts';

/** What is talked about when somebody picks up. */
export interface Call {
  doseId: string;
  purpose: AttemptPurpose;
  state: DoseState;
  dueAt: Date;
  windowEndsAt: Date;
  zone: string;
  locale: string;
}

/** The call an attempt is; null when it is none of ours, or about no dose. */
export async function readCall(sql: Sql, attemptId: string): Promise<Call | null> {
  const [row] = await sql<Call[]>`
    SELECT a.dose_id AS "doseId", a.purpose, d.state, d.due_at AS "dueAt", d.window_ends_at AS "windowEndsAt", t.zone, t.locale
    FROM attempts a
    JOIN doses d ON d.id = a.dose_id AND d.local_date = a.local_date
    JOIN patients t ON t.id = a.patient_id
    WHERE a.id = ${attemptId} AND a.day = ${dayOf(attemptId)} AND a.channel = 'voice'`;
  return row ?? null;
}
