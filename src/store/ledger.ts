import type { AttemptState, ChannelName } from '../domain/attempt.ts';
import type { Sql } from './pool.ts';

/** A dose held by nobody for this long is unaccounted for; so much too do two processes differ about one moment. In seconds. */
export const GRACE_SECONDS = 60;
/** A dose's end may be held back this long after its window by messages under way. In seconds. */
const END_SECONDS = 300;

/** Why a dose counts in no outcome, in words; the keys are what metrics and the API name. */
export const WHYS = {
  held_by_nobody: 'its next action is more than a minute past, and nobody took it',
  window_over: 'its window is over for more than five minutes, and it has not ended',
  cancelled_when_due: 'it was cancelled after it was due',
  answer_missing: 'no answer that was applied says what its state says',
  answer_not_applied: 'an answer that was applied says otherwise',
  no_reminder: 'it ended as missed, and no provider ever took a reminder to the patient',
  was_reminded: 'it ended as undelivered, and a provider had taken a reminder to the patient',
} as const;
export type Why = keyof typeof WHYS;

/** Doses of these tenants on the local dates [from, to), as they are at `now`. */
export interface AccountScope {
  tenantIds: string[];
  from: string;
  to: string;
  now: Date;
}

/** due = taken + skipped + missed + undelivered + excluded + open + unaccounted; promised is that the last is 0. */
export const OUTCOMES = ['taken', 'skipped', 'missed', 'undelivered', 'excluded', 'open', 'unaccounted'] as const;
export type Accounts = Record<'due' | (typeof OUTCOMES)[number], number>;

/**
 * The doses of a scope by outcome, of each tenant that has any. A dose counts in the outcome it claims only if the rows
 * around it bear that out. Cancelled doses were never due; planned ones are not, before their moment.
 */
export async function doseAccounts(sql: Sql, scope: AccountScope): Promise<(Accounts & { tenantId: string })[]> {
  return sql<(Accounts & { tenantId: string })[]>`
    SELECT tenant_id AS "tenantId", count(*)::int AS due,
           count(*) FILTER (WHERE why IS NULL AND state = 'taken')::int AS taken,
           count(*) FILTER (WHERE why IS NULL AND state = 'skipped')::int AS skipped,
           count(*) FILTER (WHERE why IS NULL AND state = 'missed')::int AS missed,
           count(*) FILTER (WHERE why IS NULL AND state = 'undelivered')::int AS undelivered,
           count(*) FILTER (WHERE why IS NULL AND state = 'excluded')::int AS excluded,
           count(*) FILTER (WHERE why IS NULL AND state IN ('planned', 'open'))::int AS open,
           count(why)::int AS unaccounted
    FROM (${judged(sql, scope)}) AS d
    WHERE why IS NOT NULL OR (state <> 'cancelled' AND NOT (state = 'planned' AND due_at > ${scope.now}))
    GROUP BY tenant_id ORDER BY tenant_id`;
}

export interface UnaccountedDose {
  tenantId: string;
  doseId: string;
  localDate: string;
  why: Why;
}

/** The unaccounted doses of a scope, by due time, `limit` at most. */
export async function unaccountedOf(sql: Sql, scope: AccountScope, limit: number): Promise<UnaccountedDose[]> {
  return sql<UnaccountedDose[]>`
    SELECT tenant_id AS "tenantId", id AS "doseId", local_date AS "localDate", why
    FROM (${judged(sql, scope)}) AS d WHERE why IS NOT NULL ORDER BY due_at, id LIMIT ${limit}`;
}

/** How many doses of a scope are unaccounted for, by why. */
export async function unaccountedByWhy(sql: Sql, scope: AccountScope): Promise<{ why: Why; count: number }[]> {
  return sql<{ why: Why; count: number }[]>`
    SELECT why, count(*)::int AS count FROM (${judged(sql, scope)}) AS d WHERE why IS NOT NULL GROUP BY why`;
}

/**
 * Each dose with what contradicts it, or NULL. An answer outweighs another only when it came more than the grace later: two
 * that come together may be applied in either order. Without its OFFSET the planner judges a dose anew for every column counted.
 */
function judged(sql: Sql, scope: AccountScope) {
  const { now } = scope;
  const grace = sql`${GRACE_SECONDS} * interval '1 second'`;
  const reminder = sql`
    SELECT 1 FROM attempts a
    WHERE a.dose_id = d.id AND ${aroundDays(sql, scope)} AND a.purpose = 'reminder'`;
  return sql`
    SELECT d.tenant_id, d.id, d.local_date, d.state, d.due_at, CASE
        WHEN d.state IN ('planned', 'open') AND d.next_action_at < ${now}::timestamptz - ${grace} THEN 'held_by_nobody'
        WHEN d.state IN ('planned', 'open') AND d.window_ends_at < ${now}::timestamptz - ${END_SECONDS} * interval '1 second' THEN 'window_over'
        WHEN d.state = 'cancelled' AND d.resolved_at > d.due_at THEN 'cancelled_when_due'
        WHEN d.state IN ('taken', 'skipped') AND said.same IS NULL THEN 'answer_missing'
        WHEN d.state <> 'cancelled' AND said.other > coalesce(said.same + ${grace}, '-infinity') THEN 'answer_not_applied'
        WHEN d.state = 'missed' AND NOT EXISTS (${reminder} AND a.accepted_at IS NOT NULL) THEN 'no_reminder'
        WHEN d.state = 'undelivered' AND EXISTS (
          ${reminder} AND a.state IN ('accepted', 'delivered') AND a.accepted_at < d.missed_at - ${grace}) THEN 'was_reminded'
      END AS why
    FROM doses d CROSS JOIN LATERAL (
      SELECT max(c.reported_at) FILTER (WHERE c.answer = d.state) AS same,
             max(c.reported_at) FILTER (WHERE c.answer <> d.state) AS other
      FROM confirmations c WHERE c.dose_id = d.id AND c.effect = 'applied' AND c.answer <> 'snoozed') AS said
    WHERE ${within(sql, scope)} OFFSET 0`;
}

/** Doses of the scope's local dates; any zone is within a day of UTC, which bounds the index of due times. */
function within(sql: Sql, { tenantIds, from, to }: AccountScope) {
  return sql`
    d.tenant_id = ANY(${tenantIds}::uuid[]) AND d.local_date >= ${from} AND d.local_date < ${to}
    AND d.due_at >= ${from}::date - interval '1 day' AND d.due_at < ${to}::date + interval '1 day'`;
}

/** The partitions of the messages about those doses: until a week later, for the cases of an outage. */
function aroundDays(sql: Sql, { from, to }: AccountScope) {
  return sql`a.day >= ${from}::date - 1 AND a.day < ${to}::date + 7`;
}

/** The doses of a scope, each with the messages about it. */
function withMessages(sql: Sql, scope: AccountScope) {
  return sql`
    doses d JOIN attempts a ON a.dose_id = d.id AND a.local_date = d.local_date
      AND ${within(sql, scope)} AND ${aroundDays(sql, scope)}`;
}

export interface MessageCount {
  tenantId: string;
  channel: ChannelName;
  state: AttemptState;
  count: number;
}

/** The messages about the doses of a scope, by channel and state. */
export async function messageCounts(sql: Sql, scope: AccountScope): Promise<MessageCount[]> {
  return sql<MessageCount[]>`
    SELECT d.tenant_id AS "tenantId", a.channel, a.state, count(*)::int AS count
    FROM ${withMessages(sql, scope)} GROUP BY 1, 2, 3`;
}

/** A message nobody can say the fate of. `forGood`: nobody will ask any more. */
export interface UnknownMessage {
  tenantId: string;
  attemptId: string;
  doseId: string;
  channel: ChannelName;
  code: string | null;
  forGood: boolean;
}

/** The unknown messages about the doses of a scope, oldest first, `limit` at most. */
export async function unknownMessages(sql: Sql, scope: AccountScope, limit: number): Promise<UnknownMessage[]> {
  return sql<UnknownMessage[]>`
    SELECT d.tenant_id AS "tenantId", a.id AS "attemptId", d.id AS "doseId", a.channel, a.code,
           a.check_at = 'infinity' AS "forGood"
    FROM ${withMessages(sql, scope)} WHERE a.state = 'unknown' ORDER BY a.id LIMIT ${limit}`;
}

export interface AskableMessage {
  id: string;
  tenantId: string;
  doseId: string;
  state: Extract<AttemptState, 'accepted' | 'delivered' | 'failed' | 'unknown'>;
}

/**
 * Messages about the doses of a scope that one of `accounts` was asked to send, newest first, `limit` at most. Left out are
 * those a look-up by number and text cannot tell: newer than the grace, of a patient whose data changed since, and what failed
 * or is unknown where the same contact got another message about the dose.
 */
export async function askableMessages(
  sql: Sql,
  scope: AccountScope,
  { accounts, limit }: { accounts: string[]; limit: number },
): Promise<AskableMessage[]> {
  return sql<AskableMessage[]>`
    SELECT a.id, d.tenant_id AS "tenantId", d.id AS "doseId", a.state
    FROM ${withMessages(sql, scope)} JOIN patients t ON t.id = d.patient_id
    WHERE a.account = ANY(${accounts}::text[])
      AND a.state IN ('accepted', 'delivered', 'failed', 'unknown') AND a.code IS DISTINCT FROM 'not_asked'
      AND a.created_at < ${scope.now}::timestamptz - ${GRACE_SECONDS} * interval '1 second' AND t.updated_at <= a.created_at
      AND (a.state IN ('accepted', 'delivered') OR NOT EXISTS (
        SELECT 1 FROM attempts o
        WHERE o.dose_id = a.dose_id AND o.day BETWEEN a.day - 1 AND a.day + 1 AND o.id <> a.id
          AND o.contact_point_id = a.contact_point_id AND o.accepted_at IS NOT NULL))
    ORDER BY a.id DESC LIMIT ${limit}`;
}
