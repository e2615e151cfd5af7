import { type AdherenceScope, countAdherence } from '../store/adherence.ts';
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

/** Computed from the doses themselves at each call, never from counters. `from` and `to` bound the due time, half open. */
export async function adherence(sql: Sql, scope: AdherenceScope): Promise<AdherenceReport> {
  const { days, correctDays, ...counts } = await countAdherence(sql, scope);
  const expected = counts.taken + counts.skipped + counts.missed + counts.undelivered;
  const of = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const silent = counts.missed + counts.undelivered;
  return {
    from: scope.from,
    to: scope.to,
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
