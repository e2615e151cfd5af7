import type { Sql } from './pool.ts';

/** Which doses: due in [from, to), of one tenant, and maybe of one patient or prescription. */
export interface AdherenceScope {
  tenantId: string;
  from: Date;
  to: Date;
  /** A dose counts as closed once its window ended before this. */
  now: Date;
  patientId?: string;
  prescriptionId?: string;
}

export type AdherenceCounts = Record<
  'due' | 'taken' | 'takenInTime' | 'skipped' | 'missed' | 'undelivered' | 'excluded' | 'open' | 'days' | 'correctDays',
  number
>;

/** Counts the doses of a scope by outcome. `days`: patient-days with an expected dose; `correctDays`: with all taken. */
export async function countAdherence(sql: Sql, scope: AdherenceScope): Promise<AdherenceCounts> {
  const { tenantId, from, to, now } = scope;
  const [row] = await sql<AdherenceCounts[]>`
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
        ${scope.patientId === undefined ? sql`` : sql`AND patient_id = ${scope.patientId}`}
        ${scope.prescriptionId === undefined ? sql`` : sql`AND prescription_id = ${scope.prescriptionId}`}
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
  return row as AdherenceCounts;
}
