import type { ChannelName } from '../domain/attempt.ts';
import { type Answer, type AnswerRoad, type DoseState, MAX_SNOOZES } from '../domain/dose.ts';
import { timeOf, uuidv7 } from '../domain/ids.ts';
import { callbacksFrom, doseData, iso } from './callbacks.ts';
import { column, type Sql } from './pool.ts';

/** A dose as an answer finds it. */
export interface AnsweredDose {
  id: string;
  localDate: string;
  tenantId: string;
  patientId: string;
  dueAt: Date;
  windowEndsAt: Date;
  state: DoseState;
  late: boolean;
  takenAt: Date | null;
  /** How often it was put off. */
  snoozes: number;
  zone: string;
  locale: string;
}

/**
 * Locks doses by id, in the order of their ids, so that two batches never wait for each other; the map lacks those that do
 * not exist. Each one's partition is found by the time its id carries (any zone is within a day of UTC).
 */
export async function lockDoses(sql: Sql, doseIds: string[]): Promise<Map<string, AnsweredDose>> {
  const ids = [...new Set(doseIds)];
  const days = ids.map((id) => timeOf(id).toISOString().slice(0, 10));
  const doses = await sql<AnsweredDose[]>`
    SELECT d.id, d.local_date AS "localDate", d.tenant_id AS "tenantId", d.patient_id AS "patientId",
           d.due_at AS "dueAt", d.window_ends_at AS "windowEndsAt", d.state, d.late, d.taken_at AS "takenAt",
           d.snoozes, t.zone, t.locale
    FROM unnest(${ids}::uuid[], ${days}::date[]) AS v (id, day)
    JOIN doses d ON d.id = v.id AND d.local_date BETWEEN v.day - 1 AND v.day + 1
    JOIN patients t ON t.id = d.patient_id
    ORDER BY d.id
    FOR UPDATE OF d`;
  return new Map(doses.map((dose) => [dose.id, dose]));
}

/** What an answer makes of its dose; `before` is the state it was locked in, `road` the one it came by. */
export interface AnswerWrite {
  id: string;
  localDate: string;
  before: DoseState;
  state: 'taken' | 'skipped';
  takenAt: Date | null;
  late: boolean;
  reason: string | null;
  at: Date;
  road: AnswerRoad;
}

/** Writes what locked doses have become, each dose at most once; whoever listens is told. */
export async function writeAnswers(sql: Sql, writes: AnswerWrite[]): Promise<void> {
  if (writes.length === 0) return;
  await sql`
    WITH answered AS (
      UPDATE doses d SET state = v.state, taken_at = v.taken_at, late = v.late, reason = v.reason, resolved_at = v.at,
        next_action_at = NULL
      FROM unnest(${column(writes, 'id')}::uuid[], ${column(writes, 'localDate')}::date[],
                  ${column(writes, 'before')}::text[], ${column(writes, 'state')}::text[],
                  ${column(writes, 'takenAt')}::timestamptz[], ${column(writes, 'late')}::text[]::boolean[],
                  ${column(writes, 'reason')}::text[], ${column(writes, 'at')}::timestamptz[],
                  ${column(writes, 'road')}::text[])
        AS v (id, local_date, before, state, taken_at, late, reason, at, road)
      WHERE d.id = v.id AND d.local_date = v.local_date AND d.state = v.before
      RETURNING d.*, v.before, v.at, v.road)
    ${callbacksFrom(
      sql,
      sql`
        SELECT CASE WHEN d.before IN ('taken', 'skipped') THEN 'dose.corrected'
                    WHEN d.state = 'taken' THEN 'dose.confirmed' ELSE 'dose.skipped' END AS event,
               d.tenant_id, d.patient_id, d.prescription_id, d.at,
               ${doseData(sql)} || jsonb_build_object(
                 'late', d.late, 'takenAt', ${iso(sql, 'd.taken_at')}, 'road', d.road) AS data
        FROM answered d
        WHERE d.before <> d.state`,
    )}`;
}

/** The next reminder is put off until then; `times`: how often the patient has said so now. */
export interface SnoozeWrite {
  id: string;
  localDate: string;
  until: Date;
  times: number;
}

/** Puts next reminders off: the rung that was answered has its turn again. Each dose at most once. */
export async function writeSnoozes(sql: Sql, writes: SnoozeWrite[]): Promise<void> {
  if (writes.length === 0) return;
  await sql`
    UPDATE doses d SET next_action_at = v.until, rung = greatest(d.rung - v.times, 0), snoozes = d.snoozes + v.times
    FROM unnest(${column(writes, 'id')}::uuid[], ${column(writes, 'localDate')}::date[],
                ${column(writes, 'until')}::timestamptz[], ${column(writes, 'times')}::smallint[])
      AS v (id, local_date, until, times)
    WHERE d.id = v.id AND d.local_date = v.local_date AND d.state = 'open' AND d.snoozes + v.times <= ${MAX_SNOOZES}`;
}

/** A dose that was answered by a channel's own road. */
export interface Arrival {
  doseId: string;
  localDate: string;
  channel: ChannelName;
  at: Date;
}

/**
 * An answer by a channel's own road proves that the dose's message on that channel arrived, where there was only one: it
 * is the only receipt a push ever has, and settles an `unknown` one. Rows are locked in the order of their ids.
 */
export async function writeArrivals(sql: Sql, arrivals: Arrival[]): Promise<void> {
  if (arrivals.length === 0) return;
  await sql`
    WITH arrived AS MATERIALIZED (
      SELECT a.id, a.day, v.at
      FROM unnest(${column(arrivals, 'doseId')}::uuid[], ${column(arrivals, 'localDate')}::date[],
                  ${column(arrivals, 'channel')}::text[], ${column(arrivals, 'at')}::timestamptz[])
        AS v (dose_id, local_date, channel, at)
      JOIN attempts a ON a.dose_id = v.dose_id AND a.channel = v.channel AND a.day >= v.local_date - 2
      WHERE a.purpose = 'reminder' AND a.state IN ('accepted', 'unknown')
        AND NOT EXISTS (
          SELECT 1 FROM attempts o
          WHERE o.dose_id = a.dose_id AND o.channel = a.channel AND o.id <> a.id AND o.state <> 'failed'
            AND o.day >= v.local_date - 2)
      ORDER BY a.id
      FOR UPDATE OF a)
    UPDATE attempts a SET state = 'delivered', accepted_at = coalesce(a.accepted_at, r.at), delivered_at = r.at, check_at = NULL
    FROM arrived r WHERE a.id = r.id AND a.day = r.day AND a.state IN ('accepted', 'unknown')`;
}

/** One answer as it came in. `reason` is already encrypted. */
export interface Confirmation {
  tenantId: string;
  doseId: string;
  localDate: string;
  answer: Answer;
  road: AnswerRoad;
  reason: Buffer | null;
  takenAt: Date | null;
  at: Date;
  late: boolean;
  effect: 'applied' | 'repeated' | 'refused';
  sourceId: string | null;
}

/** Keeps every answer, whatever it changed; ids rise in the order given, which answers of one millisecond are read in. */
export async function insertConfirmations(sql: Sql, given: Confirmation[]): Promise<void> {
  if (given.length === 0) return;
  const ids = given.map(({ at }) => uuidv7(at)).sort();
  const reasons = given.map(({ reason }) => (reason === null ? null : `\\x${reason.toString('hex')}`));
  await sql`
    INSERT INTO confirmations (id, tenant_id, dose_id, local_date, answer, road, reason, taken_at, reported_at, late,
                               effect, source_id)
    SELECT * FROM unnest(
      ${ids}::uuid[], ${column(given, 'tenantId')}::uuid[], ${column(given, 'doseId')}::uuid[],
      ${column(given, 'localDate')}::date[], ${column(given, 'answer')}::text[], ${column(given, 'road')}::text[],
      ${reasons}::text[]::bytea[], ${column(given, 'takenAt')}::timestamptz[], ${column(given, 'at')}::timestamptz[],
      ${column(given, 'late')}::text[]::boolean[], ${column(given, 'effect')}::text[],
      ${column(given, 'sourceId')}::text[])`;
}

/** Which of the providers' messages were recorded as answers before. */
export async function knownSources(sql: Sql, sourceIds: string[]): Promise<Set<string>> {
  if (sourceIds.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    SELECT source_id AS id FROM confirmations WHERE source_id = ANY(${sourceIds}::text[])`;
  return new Set(rows.map((row) => row.id));
}
