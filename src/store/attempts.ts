import type { AttemptPurpose, AttemptState, ChannelName } from '../domain/attempt.ts';
import { attemptStatesBefore, isReminder } from '../domain/attempt.ts';
import type { DoseState } from '../domain/dose.ts';
import type { EscalationKind, EscalationState } from '../domain/escalation.ts';
import { timeOf } from '../domain/ids.ts';
import type { Consent } from '../domain/patient.ts';
import { finishing, type HeldChunk } from './chunks.ts';
import { column, type Sql, wideRows } from './pool.ts';

/**
 * An attempt as it is written before anything leaves. `contactPointId` null: nobody to reach, failed at once with `code`.
 * `doseId` null: it tells of a case that is about no dose.
 */
export interface NewAttempt {
  id: string;
  tenantId: string;
  patientId: string;
  doseId: string | null;
  localDate: string | null;
  escalationId: string | null;
  purpose: AttemptPurpose;
  rung: number;
  channel: ChannelName;
  contactPointId: string | null;
  chunkId: string | null;
  dueAt: Date;
  expiresAt: Date;
  code: string | null;
}

/** The UTC day an attempt id carries: its partition. */
export function dayOf(attemptId: string): string {
  return timeOf(attemptId).toISOString().slice(0, 10);
}

/** Writes intents, and the rungs that failed before a message existed. */
export async function insertAttempts(sql: Sql, attempts: NewAttempt[], now: Date): Promise<void> {
  if (attempts.length === 0) return;
  await sql`
    INSERT INTO attempts (id, day, tenant_id, patient_id, dose_id, local_date, escalation_id, purpose, rung, channel,
                          contact_point_id, chunk_id, due_at, expires_at, code, state, ended_at, created_at)
    SELECT *, CASE WHEN v.code IS NULL THEN 'intent' ELSE 'failed' END, CASE WHEN v.code IS NULL THEN NULL ELSE ${now}::timestamptz END, ${now}
    FROM unnest(${column(attempts, 'id')}::uuid[], ${attempts.map((a) => dayOf(a.id))}::date[], ${column(attempts, 'tenantId')}::uuid[],
                ${column(attempts, 'patientId')}::uuid[], ${column(attempts, 'doseId')}::uuid[], ${column(attempts, 'localDate')}::date[],
                ${column(attempts, 'escalationId')}::uuid[], ${column(attempts, 'purpose')}::text[], ${column(attempts, 'rung')}::smallint[],
                ${column(attempts, 'channel')}::text[], ${column(attempts, 'contactPointId')}::uuid[], ${column(attempts, 'chunkId')}::uuid[],
                ${column(attempts, 'dueAt')}::timestamptz[], ${column(attempts, 'expiresAt')}::timestamptz[], ${column(attempts, 'code')}::text[])
      AS v (id, day, tenant_id, patient_id, dose_id, local_date, escalation_id, purpose, rung, channel,
            contact_point_id, chunk_id, due_at, expires_at, code)`;
}

/** What is known of a dose's reminders so far. */
export interface ReachFacts {
  doseId: string;
  /** A provider took at least one reminder to the patient. */
  reached: boolean;
  /** A message is still under way or its fate unknown. */
  pending: boolean;
  lastCode: string | null;
}

export async function reachOf(sql: Sql, doseIds: string[]): Promise<Map<string, ReachFacts>> {
  if (doseIds.length === 0) return new Map();
  const rows = await sql<ReachFacts[]>`
    SELECT a.dose_id AS "doseId",
           bool_or(a.state IN ('accepted', 'delivered') AND a.purpose = 'reminder') AS reached,
           bool_or(a.state = 'intent' OR (a.state = 'unknown' AND a.check_at < 'infinity')) AS pending,
           (array_agg(coalesce(a.code, a.state) ORDER BY a.id DESC))[1] AS "lastCode"
    FROM attempts a WHERE a.dose_id = ANY(${doseIds}::uuid[]) AND a.purpose <> 'escalation'
    GROUP BY a.dose_id`;
  return new Map(rows.map((row) => [row.doseId, row]));
}

/** Everything sending one attempt needs, read just before it leaves. Encrypted fields are opened by the caller. */
export interface AttemptToSend {
  id: string;
  tenantId: string;
  /** Null: it is about no dose. */
  doseId: string | null;
  localDate: string | null;
  escalationId: string | null;
  purpose: AttemptPurpose;
  rung: number;
  channel: ChannelName;
  contactPointId: string;
  /** When the person behind the contact point last wrote to us there. */
  wroteAt: Date | null;
  dueAt: Date;
  expiresAt: Date;
  createdAt: Date;
  tries: number;
  /** Workers that died with it in hand. */
  lost: number;
  /** Its lane: that of the critical ones takes cases and what people write, too. */
  critical: boolean;
  doseState: DoseState | null;
  doseDueAt: Date | null;
  contact: Uint8Array;
  contactState: string;
  /** Who was asked to send it before, and what became of that. */
  account: string | null;
  code: string | null;
  locale: string;
  zone: string;
  consent: Consent;
  deceased: boolean;
  escalationState: EscalationState | null;
  escalationKind: EscalationKind | null;
  /** What a person wrote. */
  body: Uint8Array | null;
}

/** The dose that a reminder is for; none for messages that no rung of a ladder sent. */
export function remindedDose<A extends Pick<AttemptToSend, 'purpose' | 'doseId' | 'localDate' | 'rung'>>({
  purpose,
  doseId,
  localDate,
  rung,
}: A): { doseId: string; localDate: string; rung: number }[] {
  return isReminder(purpose) && doseId !== null && localDate !== null ? [{ doseId, localDate, rung }] : [];
}

/**
 * The attempts of a chunk (or of a list of ids) that are in a state (to be sent: `intent`), with the truth of this moment. The
 * state stands in the text of the query: as a parameter it had PostgreSQL plan the query anew for every chunk, 2 ms each.
 */
export async function readToSend(
  sql: Sql,
  which: { chunkId: string } | { ids: string[] },
  state: AttemptState,
): Promise<AttemptToSend[]> {
  const filter =
    'chunkId' in which
      ? sql`a.chunk_id = ${which.chunkId}`
      : sql`a.id = ANY(${which.ids}::uuid[]) AND a.day = ANY(${[...new Set(which.ids.map(dayOf))]}::date[])`;
  return wideRows(sql<AttemptToSend[]>`
    SELECT a.id, a.tenant_id AS "tenantId", a.purpose IN ('escalation', 'message') OR d.critical AS critical, a.dose_id AS "doseId", a.local_date AS "localDate",
           a.escalation_id AS "escalationId", a.purpose, a.rung, a.channel, a.contact_point_id AS "contactPointId", a.due_at AS "dueAt", a.expires_at AS "expiresAt",
           a.created_at AS "createdAt", a.tries, a.lost, d.state AS "doseState", d.due_at AS "doseDueAt", c.value AS contact,
           c.state AS "contactState", c.wrote_at AS "wroteAt", a.account, a.code, t.locale, t.zone, t.consent,
           t.deceased_at IS NOT NULL AS deceased, e.state AS "escalationState", e.kind AS "escalationKind", m.body
    FROM attempts a
    LEFT JOIN doses d ON d.id = a.dose_id AND d.local_date = a.local_date
    JOIN contact_points c ON c.id = a.contact_point_id
    JOIN patients t ON t.id = a.patient_id
    LEFT JOIN escalations e ON e.id = a.escalation_id
    LEFT JOIN messages m ON m.id = a.message_id
    WHERE ${filter} AND a.state = ${sql.unsafe(`'${state}'`)}
    ORDER BY a.id`);
}

/** The medications that these attempts remind of, encrypted, by attempt. */
export async function medicationsOf(sql: Sql, attempts: AttemptToSend[]): Promise<Map<string, Uint8Array>> {
  const ofDoses = attempts.filter(({ doseId }) => doseId !== null);
  if (ofDoses.length === 0) return new Map();
  const rows = await sql<{ id: string; medication: Uint8Array }[]>`
    SELECT v.id, p.medication
    FROM unnest(${column(ofDoses, 'id')}::uuid[], ${column(ofDoses, 'doseId')}::uuid[], ${column(ofDoses, 'localDate')}::date[])
      AS v (id, dose_id, local_date)
    JOIN doses d ON d.id = v.dose_id AND d.local_date = v.local_date JOIN prescriptions p ON p.id = d.prescription_id`;
  return new Map(rows.map(({ id, medication }) => [id, medication]));
}

/**
 * A new state of one attempt. `tries` tells which try it is about; `chunkId` is set when it goes out again; `mayHaveLeft` when
 * nothing proves that the try did not leave.
 */
export interface AttemptUpdate {
  id: string;
  tries: number;
  mayHaveLeft: boolean;
  state: AttemptState;
  code: string | null;
  ref: string | null;
  chunkId: string | null;
}

/** What writing the outcomes of a chunk takes; `held` is null where no chunk holds them. */
interface Settling {
  now: Date;
  checkAt: Date;
  held: Pick<HeldChunk, 'id' | 'account'> | null;
}

/**
 * Writes the outcomes of a chunk, one statement for each state (as a rule there is one), and returns the ids that really
 * changed. Only forward: each row is guarded by the states that may precede its new one.
 */
export async function updateAttempts(sql: Sql, updates: AttemptUpdate[], settling: Settling): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const [state, some] of Map.groupBy(updates, (update) => update.state)) {
    for (const { id } of await updating(sql, state, some, settling)) changed.add(id);
  }
  return changed;
}

/**
 * That a message left is true whoever says it. Anything else holds for the try it is about, and is written by the holder of
 * its chunk only: where the lease was lost and the message is in another chunk by now, another worker may be sending it. One that
 * may have left in an earlier try does not end as `failed` or `cancelled`, whatever became of the last: it is `unknown` for good.
 */
function updating(sql: Sql, state: AttemptState, updates: AttemptUpdate[], { now, checkAt, held }: Settling) {
  const isEnd = state === 'failed' || state === 'cancelled';
  const isRetry = state === 'intent';
  const hasLeft = state === 'accepted' || state === 'delivered';
  const mayHaveLeft = sql`(a.may_have_left OR v.may_have_left)`;
  return sql<{ id: string }[]>`
    UPDATE attempts a SET
      state = ${isEnd ? sql`CASE WHEN ${mayHaveLeft} THEN 'unknown' ELSE ${state} END` : state}, may_have_left = ${mayHaveLeft},
      code = ${isEnd ? sql`coalesce(v.code, 'unspecified')` : sql`v.code`},
      ref = coalesce(v.ref, a.ref), account = coalesce(${held?.account ?? null}, a.account),
      accepted_at = ${hasLeft ? sql`coalesce(a.accepted_at, ${now})` : sql`a.accepted_at`},
      delivered_at = ${state === 'delivered' ? now : null}::timestamptz,
      ended_at = ${isEnd ? sql`CASE WHEN NOT ${mayHaveLeft} THEN ${now}::timestamptz END` : null},
      check_at = ${isEnd ? sql`CASE WHEN ${mayHaveLeft} THEN 'infinity'::timestamptz END` : state === 'unknown' ? checkAt : null}
      ${isRetry ? sql`, chunk_id = coalesce(v.chunk_id, a.chunk_id), tries = a.tries + 1` : sql``}
    FROM unnest(${column(updates, 'id')}::uuid[], ${updates.map((u) => dayOf(u.id))}::date[], ${column(updates, 'code')}::text[],
                ${column(updates, 'ref')}::text[], ${column(updates, 'chunkId')}::uuid[], ${column(updates, 'tries')}::int[],
                ${column(updates, 'mayHaveLeft')}::text[]::boolean[])
      AS v (id, day, code, ref, chunk_id, tries, may_have_left)
    WHERE a.id = v.id AND a.day = v.day ${hasLeft ? sql`` : sql`AND a.tries = v.tries`}
      AND a.state = ANY(${statesBefore(state, held !== null)})
      ${hasLeft || held === null ? sql`` : sql`AND a.chunk_id = ${held.id}`}
    RETURNING a.id`;
}

/**
 * Ends a chunk of which every message was accepted: what `updateAttempts()` and `finishChunk()` write, in one statement. It may
 * run twice. False when the lease was lost; that the messages left is written all the same.
 */
export async function acceptChunk(sql: Sql, held: HeldChunk, accepted: AttemptUpdate[], now: Date): Promise<boolean> {
  const left = updating(sql, 'accepted', accepted, { now, checkAt: now, held }); // nothing is left to be looked into
  const [row] = await sql<{ finished: boolean }[]>`
    WITH finished AS (${finishing(sql, held)}), accepted AS (${left})
    SELECT EXISTS (SELECT FROM finished) AS finished`;
  return row?.finished === true;
}

/**
 * What a try came to moves no message that another try proved to have left: only a receipt does. A worker writes retries of
 * intents besides; what was found out is about an unknown message.
 */
function statesBefore(state: AttemptState, isHeld: boolean): AttemptState[] {
  const before = attemptStatesBefore(state);
  if (state === 'accepted' || state === 'delivered') return before;
  if (!isHeld) return before.filter((each) => each === 'unknown');
  return state === 'intent' ? [...before, state] : before.filter((each) => each !== 'accepted');
}
