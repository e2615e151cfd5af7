import type { AttemptPurpose, ChannelName } from '../domain/attempt.ts';
import type { DoseState } from '../domain/dose.ts';
import { dayOf } from './attempts.ts';
import type { Sql } from './pool.ts';

export const DEAD_LETTER_STATES = ['failing', 'quarantined', 'recovered', 'redriven', 'dropped', 'ended'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

interface Letter {
  id: string;
  state: DeadLetterState;
  reason: string;
  tries: number;
  tenantId: string;
  usefulUntil: Date;
  retryAt: Date | null;
  firstAt: Date;
  lastAt: Date;
}

/** The dose of a letter as it is now. */
interface LetterDose {
  doseId: string;
  localDate: string;
  doseState: DoseState;
  doseReason: string | null;
  windowEndsAt: Date;
  critical: boolean;
}

/** A message may be about no dose: about a case, or what a person wrote. */
type NoDose = Record<keyof LetterDose, null>;

/** A dead letter with its dose as it is now: ids, codes and times. `attemptId`: the message. */
export type DeadLetter = Letter &
  (({ kind: 'dose'; attemptId: null } & LetterDose) | ({ kind: 'message'; attemptId: string } & (LetterDose | NoDose)));

/** Dead letters, oldest first, after the id `after`: of one tenant unless it is null, in these states. */
export async function listDeadLetters(
  sql: Sql,
  want: { tenantId: string | null; states: readonly DeadLetterState[]; after: string | null; limit: number },
): Promise<DeadLetter[]> {
  const tenant = want.tenantId === null ? sql`` : sql`AND l.tenant_id = ${want.tenantId}`;
  const after = want.after === null ? sql`` : sql`AND l.id > ${want.after}`;
  return select(sql, sql`l.state = ANY(${[...want.states]}) ${tenant} ${after} ORDER BY l.id LIMIT ${want.limit}`);
}

/** Whose dead letter it is asked for; `tenantId` null: whoever's. */
export interface Named {
  id: string;
  tenantId: string | null;
}

/** Null: there is none of this id, or it is another tenant's. */
export async function readDeadLetter(sql: Sql, { id, tenantId }: Named): Promise<DeadLetter | null> {
  const [letter] = await select(
    sql,
    sql`l.id = ${id} ${tenantId === null ? sql`` : sql`AND l.tenant_id = ${tenantId}`}`,
  );
  return letter ?? null;
}

/** As `readDeadLetter`; the letter is this transaction's until it ends, so that of two who act on it the second sees the first. */
export async function lockDeadLetter(tx: Sql, named: Named): Promise<DeadLetter | null> {
  await tx`SELECT 1 FROM dead_letters WHERE id = ${named.id} FOR UPDATE`;
  return readDeadLetter(tx, named);
}

function select(sql: Sql, where: ReturnType<Sql>): Promise<DeadLetter[]> {
  return sql<DeadLetter[]>`
    SELECT l.id, l.kind, l.state, l.reason, l.tries, l.tenant_id AS "tenantId", l.dose_id AS "doseId",
           CASE WHEN l.kind = 'message' THEN l.subject END AS "attemptId", l.local_date AS "localDate",
           l.useful_until AS "usefulUntil", CASE WHEN l.state = 'failing' THEN l.retry_at END AS "retryAt",
           l.first_at AS "firstAt", l.last_at AS "lastAt", d.state AS "doseState", d.reason AS "doseReason",
           d.window_ends_at AS "windowEndsAt", d.critical
    FROM dead_letters l LEFT JOIN doses d ON d.id = l.dose_id AND d.local_date = l.local_date
    WHERE ${where}`;
}

/** Closes a letter that waits for somebody. False: it was closed already. */
export async function closeDeadLetter(
  tx: Sql,
  id: string,
  { state, now }: { state: 'redriven' | 'dropped'; now: Date },
): Promise<boolean> {
  const closed = await tx`
    UPDATE dead_letters SET state = ${state}, last_at = ${now}
    WHERE id = ${id} AND state IN ('failing', 'quarantined')`;
  return closed.count === 1;
}

/** The dose's next action comes at `at`: now for one that is to go on, its window's end for one that is given up. */
export async function resumeDose(
  tx: Sql,
  dose: { doseId: string; localDate: string },
  at: Date,
  now: Date,
): Promise<void> {
  await tx`
    UPDATE doses SET next_action_at = ${at}, state = 'open', opened_at = coalesce(opened_at, ${now})
    WHERE id = ${dose.doseId} AND local_date = ${dose.localDate} AND state IN ('planned', 'open')`;
}

/** What sending a failed message again takes. */
export interface FailedMessage {
  channel: ChannelName;
  purpose: AttemptPurpose;
  expiresAt: Date;
  /** Of the case it tells of. */
  escalationState: string | null;
}

/** Failed, or `unknown` for good after a try that may be repeated: a repeat of it shows once. */
const hasFailed = (sql: Sql) =>
  sql`(a.state = 'failed' OR (a.state = 'unknown' AND a.check_at = 'infinity' AND a.may_have_left))`;

/** Null: it is not failed (any more). Locked until the transaction ends. */
export async function lockFailedMessage(tx: Sql, attemptId: string): Promise<FailedMessage | null> {
  const [row] = await tx<FailedMessage[]>`
    SELECT a.channel, a.purpose, a.expires_at AS "expiresAt", e.state AS "escalationState"
    FROM attempts a LEFT JOIN escalations e ON e.id = a.escalation_id
    WHERE a.id = ${attemptId} AND a.day = ${dayOf(attemptId)} AND ${hasFailed(tx)}
    FOR UPDATE OF a`;
  return row ?? null;
}

/** The one way back from an end, by somebody's decision: the same attempt goes out again in another chunk. */
export async function resendMessage(tx: Sql, attemptId: string, chunkId: string): Promise<void> {
  await tx`
    UPDATE attempts a SET state = 'intent', code = NULL, ended_at = NULL, check_at = NULL, chunk_id = ${chunkId}, tries = tries + 1
    WHERE a.id = ${attemptId} AND a.day = ${dayOf(attemptId)} AND ${hasFailed(tx)}`;
}
