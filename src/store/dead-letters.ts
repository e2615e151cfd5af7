import { SETTLE_LIMIT_SECONDS } from '../domain/dose.ts';
import { uuidv7 } from '../domain/ids.ts';
import { dayOf } from './attempts.ts';
import { doseEndCallbacks } from './callbacks.ts';
import type { LostDose } from './catch-up.ts';
import { column, type Sql } from './pool.ts';

/** A dose whose next action failed on its own account. */
export interface FailedDose {
  id: string;
  localDate: string;
  /** A code (`reasonOf`), never the words of an error. */
  reason: string;
}

/** How often a dose is tried, and when. */
interface PutOff {
  now: Date;
  /** Its next try is so many seconds after this instant, doubled with each try. */
  from: Date;
  firstSeconds: number;
  /** With this try it is quarantined. */
  mostTries: number;
  /** 0: this failure is not counted. */
  counts: 0 | 1;
}

interface PutOffDose {
  doseId: string;
  tenantId: string;
  tries: number;
  /** This failure was the last: it is quarantined now. */
  quarantined: boolean;
}

/**
 * Counts a failure of each of these doses and puts its next action off. One that is quarantined waits for its window's end; it
 * is open from then on, so that no bucket takes it and a redrive finds it (a planned dose would be too late). Nothing but
 * ids and times of the dose is read. What was answered meanwhile is left alone.
 */
export async function putOffDoses(tx: Sql, failed: FailedDose[], rule: PutOff): Promise<PutOffDose[]> {
  if (failed.length === 0) return [];
  const { now, from, firstSeconds, mostTries, counts } = rule;
  const rows = await tx<Omit<PutOffDose, 'quarantined'>[]>`
    WITH failed AS (
      SELECT v.letter, v.reason, d.id, d.local_date, d.tenant_id, d.patient_id, d.window_ends_at,
             coalesce(l.tries + ${counts}, 1) AS tries
      FROM unnest(${column(failed, 'id')}::uuid[], ${column(failed, 'localDate')}::date[],
                  ${column(failed, 'reason')}::text[], ${failed.map(() => uuidv7(now))}::uuid[])
             AS v (id, local_date, reason, letter)
           JOIN doses d ON d.id = v.id AND d.local_date = v.local_date
           LEFT JOIN dead_letters l ON l.kind = 'dose' AND l.subject = d.id AND l.state IN ('failing', 'quarantined')
      WHERE d.state IN ('planned', 'open') ORDER BY d.id FOR UPDATE OF d),
    timed AS (
      SELECT *, CASE
          WHEN window_ends_at <= ${from} THEN ${from}::timestamptz + make_interval(secs => ${firstSeconds})
          WHEN tries >= ${mostTries} THEN window_ends_at
          ELSE least(${from}::timestamptz + make_interval(secs => ${firstSeconds} * power(2, tries)), window_ends_at)
        END AS retry_at
      FROM failed),
    letters AS (
      INSERT INTO dead_letters AS l (id, kind, subject, dose_id, local_date, tenant_id, patient_id, reason, tries, state,
                                     useful_until, retry_at, first_at, last_at)
      SELECT letter, 'dose', id, id, local_date, tenant_id, patient_id, reason, tries,
             CASE WHEN tries >= ${mostTries} THEN 'quarantined' ELSE 'failing' END, window_ends_at, retry_at, ${now}, ${now}
      FROM timed
      ON CONFLICT (kind, subject) WHERE state IN ('failing', 'quarantined') DO UPDATE SET
        tries = EXCLUDED.tries, reason = EXCLUDED.reason, last_at = EXCLUDED.last_at, state = EXCLUDED.state,
        useful_until = EXCLUDED.useful_until, retry_at = EXCLUDED.retry_at
      RETURNING subject, local_date, tenant_id, tries, state, retry_at),
    put_off AS (
      UPDATE doses d SET next_action_at = l.retry_at,
        state = CASE WHEN l.state = 'quarantined' THEN 'open' ELSE d.state END,
        opened_at = CASE WHEN l.state = 'quarantined' THEN coalesce(d.opened_at, ${now}) ELSE d.opened_at END
      FROM letters l WHERE d.id = l.subject AND d.local_date = l.local_date AND d.state IN ('planned', 'open'))
    SELECT subject AS "doseId", tenant_id AS "tenantId", tries FROM letters`;
  return rows.map((row) => ({ ...row, quarantined: counts === 1 && row.tries === mostTries }));
}

/** Messages that failed for good and may be worth a look. Returns the tenant of each that was not there yet. */
export async function keepDeadMessages(
  tx: Sql,
  dead: { attemptId: string; reason: string }[],
  now: Date,
): Promise<{ tenantId: string }[]> {
  return tx<{ tenantId: string }[]>`
    INSERT INTO dead_letters (id, kind, subject, dose_id, local_date, tenant_id, patient_id, reason, tries, state,
                              useful_until, first_at, last_at)
    SELECT v.letter, 'message', a.id, a.dose_id, a.local_date, a.tenant_id, a.patient_id, v.reason, a.tries + 1,
           'quarantined', a.expires_at, ${now}, ${now}
    FROM unnest(${column(dead, 'attemptId')}::uuid[], ${dead.map((one) => dayOf(one.attemptId))}::date[],
                ${column(dead, 'reason')}::text[], ${dead.map(() => uuidv7(now))}::uuid[]) AS v (id, day, reason, letter)
         JOIN attempts a ON a.id = v.id AND a.day = v.day
    ON CONFLICT (kind, subject) WHERE state IN ('failing', 'quarantined') DO NOTHING
    RETURNING tenant_id AS "tenantId"`;
}

/** Whether anything is failing or quarantined: one look at a partial index that is empty as a rule. */
export async function anyDeadLetter(sql: Sql): Promise<boolean> {
  const [row] = await sql`SELECT 1 FROM dead_letters WHERE state IN ('failing', 'quarantined') LIMIT 1`;
  return row !== undefined;
}

/** A dose that was ended without a look at what it holds. */
export interface EndedPoison extends LostDose {
  end: 'missed' | 'undelivered';
}

/**
 * Ends failing and quarantined doses whose window is over, by nothing but their columns: `missed` when a provider had taken
 * a reminder before, else `undelivered` for the reason `system`, which blames nobody. A message whose fate is open holds the
 * end back as it does for other doses (src/escalation/next.ts).
 */
export async function endPoisonDoses(tx: Sql, now: Date, limit: number): Promise<EndedPoison[]> {
  return tx<EndedPoison[]>`
    WITH over AS MATERIALIZED (
      SELECT d.id, d.local_date,
             EXISTS (SELECT 1 FROM attempts a WHERE a.dose_id = d.id AND a.purpose = 'reminder'
                     AND a.state IN ('accepted', 'delivered')) AS reached
      FROM dead_letters l JOIN doses d ON d.id = l.subject AND d.local_date = l.local_date
      WHERE l.kind = 'dose' AND l.state IN ('failing', 'quarantined') AND d.window_ends_at <= ${now}
        AND d.state IN ('planned', 'open')
        AND (d.window_ends_at <= ${now}::timestamptz - ${SETTLE_LIMIT_SECONDS} * interval '1 second' OR NOT EXISTS (
              SELECT 1 FROM attempts a WHERE a.dose_id = d.id AND a.purpose <> 'escalation'
                AND (a.state = 'intent' OR (a.state = 'unknown' AND a.check_at < 'infinity'))))
      ORDER BY d.id LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED),
    ended AS (
      UPDATE doses d
      SET state = CASE WHEN over.reached THEN 'missed' ELSE 'undelivered' END,
          reason = CASE WHEN over.reached THEN NULL ELSE 'system' END,
          missed_at = ${now}, resolved_at = ${now}, next_action_at = NULL, opened_at = coalesce(d.opened_at, ${now})
      FROM over WHERE d.id = over.id AND d.local_date = over.local_date
      RETURNING d.*),
    told AS (${doseEndCallbacks(tx)})
    SELECT id AS "doseId", local_date AS "localDate", tenant_id AS "tenantId", patient_id AS "patientId",
           prescription_id AS "prescriptionId", critical, state AS end
    FROM ended`;
}

/**
 * Closes letters that need nobody any more: `recovered` when the dose went on by itself, `ended` when it has its outcome or the
 * message has become worthless; and the incident of a tenant that has no quarantined one left.
 */
export async function closeDeadLetters(tx: Sql, now: Date): Promise<void> {
  await tx`
    UPDATE dead_letters l
    SET state = CASE WHEN d.state IN ('planned', 'open') THEN 'recovered' ELSE 'ended' END, last_at = ${now}
    FROM doses d
    WHERE l.kind = 'dose' AND l.state IN ('failing', 'quarantined') AND d.id = l.subject AND d.local_date = l.local_date
      AND (d.state NOT IN ('planned', 'open') OR d.next_action_at <> l.retry_at)`;
  await tx`
    UPDATE dead_letters SET state = 'ended', last_at = ${now}
    WHERE kind = 'message' AND state = 'quarantined' AND useful_until <= ${now}`;
  await closeQuarantineIncidents(tx, now);
}

/** Closes the incidents of tenants that have nothing quarantined (any more). */
export async function closeQuarantineIncidents(tx: Sql, now: Date): Promise<void> {
  await tx`
    UPDATE incidents i SET closed_at = ${now}
    WHERE i.kind = 'quarantined' AND i.closed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM dead_letters l WHERE l.tenant_id = i.tenant_id AND l.state = 'quarantined')`;
}

/** How many wait for somebody, by kind. */
export async function countDeadLetters(sql: Sql): Promise<{ dose: number; message: number }> {
  const rows = await sql<{ kind: 'dose' | 'message'; count: number }[]>`
    SELECT kind, count(*)::int AS count FROM dead_letters WHERE state IN ('failing', 'quarantined') GROUP BY kind`;
  return { dose: 0, message: 0, ...Object.fromEntries(rows.map(({ kind, count }) => [kind, count])) };
}
