import type { Sql } from '../store/pool.ts';

/**
 * Adherence from the ledger, over doses whose window is closed. Every rate states its denominator by name; where it is 0
 * the rate is null, never 0 or 1. Silence is not a miss: `bounds` shows what the silent doses could change.
 */
export interface AdherenceReport {
  from: Date;
  to: Date;
  /** Doses due in [from, to) by outcome. `open`: the window is not closed yet, in no rate. */
  due: number;
  taken: number;
  takenInTime: number;
  skipped: number;
  missed: number;
  undelivered: number;
  excluded: number;
  open: number;
  /** E: closed doses that count = taken + skipped + missed + undelivered. */
  expected: number;
  /** taken / E. */
  taking: number | null;
  /** Taken inside the window / E. */
  timing: number | null;
  /** (taken + reported as not taken) / E. */
  reportingRate: number | null;
  undeliveredRate: number | null;
  /** [taken / E, (taken + silent) / E]: silent = missed + undelivered. */
  bounds: [number, number] | null;
  /** Days on which every expected dose was taken / days with at least one expected dose (local dates). */
  correctDays: number | null;
}

type Counts = Record<
  'due' | 'taken' | 'takenInTime' | 'skipped' | 'missed' | 'undelivered' | 'excluded' | 'open' | 'days' | 'correctDays',
  number
>;

/** Computed from the doses themselves at each call, never from counters. `from` and `to` bound the due time, half open. */
export async function adherence(
  sql: Sql,
  want: { tenantId: string; from: Date; to: Date; now: Date; patientId?: string; prescriptionId?: string },
): Promise<AdherenceReport> {
  const { tenantId, from, to, now } = want;
  const [row] = await sql<Counts[]>`
    WITH of_patient_day AS (
      SELECT patient_id, local_date,
        count(*)::int AS due,
        count(*) FILTER (WHERE closed AND state = 'taken')::int AS taken,
        count(*) FILTER (WHERE closed AND state = 'taken' AND NOT late)::int AS taken_in_time,
        count(*) FILTER (WHERE closed AND state = 'skipped')::int AS skipped,
        count(*) FILTER (WHERE closed AND state = 'missed')::int AS missed,
        count(*) FILTER (WHERE closed AND state = 'undelivered')::int AS undelivered,
        count(*) FILTER (WHERE state IN ('excluded', 'cancelled'))::int AS excluded
      FROM (SELECT *, window_ends_at <= ${now} AND state NOT IN ('planned', 'open') AS closed FROM doses) AS d
      WHERE tenant_id = ${tenantId} AND due_at >= ${from} AND due_at < ${to}
        AND local_date BETWEEN ${from}::timestamptz::date - 1 AND ${to}::timestamptz::date + 1
        ${want.patientId === undefined ? sql`` : sql`AND patient_id = ${want.patientId}`}
        ${want.prescriptionId === undefined ? sql`` : sql`AND prescription_id = ${want.prescriptionId}`}
      GROUP BY patient_id, local_date),
    counted AS (SELECT *, taken + skipped + missed + undelivered AS expected FROM of_patient_day)
    SELECT coalesce(sum(due), 0)::int AS due, coalesce(sum(taken), 0)::int AS taken,
      coalesce(sum(taken_in_time), 0)::int AS "takenInTime", coalesce(sum(skipped), 0)::int AS skipped,
      coalesce(sum(missed), 0)::int AS missed, coalesce(sum(undelivered), 0)::int AS undelivered,
      coalesce(sum(excluded), 0)::int AS excluded,
      coalesce(sum(due - expected - excluded), 0)::int AS open,
      count(*) FILTER (WHERE expected > 0)::int AS days,
      count(*) FILTER (WHERE expected > 0 AND taken = expected)::int AS "correctDays"
    FROM counted`;
  const { days, correctDays, ...counts } = row as Counts;
  const expected = counts.taken + counts.skipped + counts.missed + counts.undelivered;
  const of = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const silent = counts.missed + counts.undelivered;
  return {
    from,
    to,
    ...counts,
    expected,
    taking: of(counts.taken, expected),
    timing: of(counts.takenInTime, expected),
    reportingRate: of(counts.taken + counts.skipped, expected),
    undeliveredRate: of(counts.undelivered, expected),
    bounds: expected === 0 ? null : [counts.taken / expected, (counts.taken + silent) / expected],
    correctDays: of(correctDays, days),
  };
}
