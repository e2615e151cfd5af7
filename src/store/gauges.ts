import type { DoseState } from '../domain/dose.ts';
import type { EscalationKind } from '../domain/escalation.ts';
import type { Sql } from './pool.ts';

/**
 * Doses past their next action that nobody took for `graceSeconds`: neither open in anybody's hands nor explained by an
 * outcome. Must be 0. Reads only the partial index of doses with something left to do.
 */
export async function unaccountedDoses(sql: Sql, now: Date, graceSeconds: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM doses
    WHERE next_action_at < ${now}::timestamptz - ${graceSeconds} * interval '1 second'`;
  return row?.count ?? 0;
}

/** Doses due in the 24 hours before `now`, by state. */
export async function dosesByState(sql: Sql, now: Date): Promise<{ state: DoseState; count: number }[]> {
  return sql<{ state: DoseState; count: number }[]>`
    SELECT state, count(*)::int AS count FROM doses
    WHERE due_at > ${now}::timestamptz - interval '1 day' AND due_at <= ${now}
      AND local_date BETWEEN ${now}::timestamptz::date - 2 AND ${now}::timestamptz::date + 1
    GROUP BY state`;
}

export async function openEscalations(sql: Sql): Promise<{ kind: EscalationKind; count: number }[]> {
  return sql<{ kind: EscalationKind; count: number }[]>`
    SELECT kind, count(*)::int AS count FROM escalations WHERE state <> 'resolved' GROUP BY kind`;
}

/** Messages of the 24 hours before `now` whose fate nobody will ever know. Reads only the partial index of unknown ones. */
export async function unknownForGood(sql: Sql, now: Date): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM attempts
    WHERE check_at = 'infinity' AND day >= ${now}::timestamptz::date - 1
      AND created_at > ${now}::timestamptz - interval '1 day'`;
  return row?.count ?? 0;
}
