import type { Regimen } from '../domain/prescription.ts';
import { expand, type Occurrence } from './expand.ts';
import { DAY, type LocalMs, MINUTE, parseLocal } from './local-time.ts';
import { isQuietTime, type QuietHours } from './quiet.ts';
import { parseRule } from './rule.ts';
import { withStartDays } from './start-days.ts';

/** Something a person should look at before the regimen is used: accepted, but perhaps not meant. */
export type Warning =
  /** Doses at these times `HH:mm` fall into the quiet hours; `sent`: they are reminded of all the same (critical). */
  | { code: 'quiet_hours'; times: string[]; quiet: QuietHours; sent: boolean }
  /** Between two doses (wall clock as written) less than half, or more than one and a half, of the planned time passes. */
  | { code: 'short_interval' | 'long_interval'; after: LocalMs; at: LocalMs; plannedMinutes: number; minutes: number }
  /** A rule on these days of the month has no dose in shorter months. */
  | { code: 'short_months'; days: number[] }
  /** Several rules or dates give the dose of this time: it is one dose. */
  | { code: 'same_time'; at: LocalMs };

/** A year and a bit: every change of the clocks that is coming is in it. */
const WINDOW = 400 * DAY;
const MOST_DOSES = 10_000;
/** A change of the clocks that touches a regimen twice a year needs no more. */
const MOST_INTERVALS = 4;
const SHORTEST = 0.5;
const LONGEST = 1.5;

/** The warnings of an accepted regimen from `now` on. The work is bounded. */
export function warningsOf(given: {
  regimen: Regimen;
  zone: string;
  now: Date;
  quietHours?: QuietHours | undefined;
  critical: boolean;
}): Warning[] {
  const { regimen, zone, now, quietHours, critical } = given;
  const look = (part: Partial<Regimen>) =>
    expand({ ...regimen, ...part }, zone, now, new Date(now.getTime() + WINDOW), MOST_DOSES);
  const doses = look({});
  return [
    ...(quietHours ? quietDoses(doses, quietHours, critical) : []),
    ...(regimen.mode === 'wall' ? oddIntervals(doses) : []),
    ...shortMonths(regimen),
    ...sameTimes(regimen, look),
  ];
}

function quietDoses(doses: Occurrence[], quiet: QuietHours, sent: boolean): Warning[] {
  const times = [...new Set(doses.map(({ localTime }) => localTime.slice(0, 5)))].filter((time) =>
    isQuietTime(quiet, time),
  );
  return times.length === 0 ? [] : [{ code: 'quiet_hours', times: times.sort(), quiet, sent }];
}

/** Where the clocks change between two doses, compares what passes with what the regimen writes. */
function oddIntervals(doses: Occurrence[]): Warning[] {
  const written = doses
    .map((dose) => ({ at: dose.at.getTime(), local: parseLocal(`${dose.localDate}T${dose.localTime}`) as LocalMs }))
    .sort((a, b) => a.local - b.local);
  const found = written.slice(1).flatMap((dose, i) => {
    const before = written[i] as typeof dose;
    return oddInterval(before.local, dose.local, dose.local - before.local, dose.at - before.at);
  });
  return found.slice(0, MOST_INTERVALS);
}

function oddInterval(after: LocalMs, at: LocalMs, planned: number, real: number): Warning[] {
  if (real >= planned * SHORTEST && real <= planned * LONGEST) return [];
  const code = real < planned ? 'short_interval' : 'long_interval';
  // Where a gap turns two doses round, nothing passes between them.
  return [{ code, after, at, plannedMinutes: planned / MINUTE, minutes: Math.max(0, Math.round(real / MINUTE)) }];
}

/** By month, from January; a 29 February that is there every fourth year is not there every year. */
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function shortMonths({ rrules, start, monthEnd }: Regimen): Warning[] {
  if (monthEnd === 'last_day') return [];
  const days = rrules.flatMap((text) => {
    const read = parseRule(text);
    if (typeof read === 'string' || !['MONTHLY', 'YEARLY'].includes(read.freq) || read.bySetPos.length > 0) return [];
    const rule = withStartDays(read, parseLocal(start) as LocalMs);
    const lengths = MONTH_DAYS.filter((_, i) => rule.byMonth.length === 0 || rule.byMonth.includes(i + 1));
    return rule.byMonthDay.filter((day) => lengths.some((length) => day > length));
  });
  return days.length === 0 ? [] : [{ code: 'short_months', days: [...new Set(days)].sort((a, b) => a - b) }];
}

function sameTimes(regimen: Regimen, look: (part: Partial<Regimen>) => Occurrence[]): Warning[] {
  const sources: Partial<Regimen>[] = regimen.rrules.map((rule) => ({ rrules: [rule], rdates: [] }));
  if (regimen.rdates.length > 0) sources.push({ rrules: [] });
  if (sources.length < 2) return [];
  const seen = new Set<number>();
  for (const source of sources) {
    const minutes = look(source).map(({ at }) => Math.floor(at.getTime() / MINUTE));
    const at = minutes.findIndex((minute) => seen.has(minute));
    if (at >= 0) {
      const dose = look(source)[at] as Occurrence;
      return [{ code: 'same_time', at: parseLocal(`${dose.localDate}T${dose.localTime}`) as LocalMs }];
    }
    for (const minute of minutes) seen.add(minute);
  }
  return [];
}

/**
 * What a patient's move from one zone to another does to the time between the last dose in the old zone and the first in
 * the new one, when both are to be had: it may be far from what the regimen plans.
 */
export function zoneChangeWarnings(regimen: Regimen, zones: { from: string; to: string }, now: Date): Warning[] {
  const around = (zone: string, days: number) => {
    const other = new Date(now.getTime() + days * DAY);
    const [from, to] = days < 0 ? [other, now] : [now, other];
    return expand(regimen, zone, from, to);
  };
  const last = around(zones.from, -31).at(-1);
  const [planned] = around(zones.from, 31);
  const [next] = around(zones.to, 31);
  if (last === undefined || planned === undefined || next === undefined) return [];
  const local = ({ localDate, localTime }: Occurrence) => parseLocal(`${localDate}T${localTime}`) as LocalMs;
  const since = (dose: Occurrence) => dose.at.getTime() - last.at.getTime();
  return oddInterval(local(last), local(next), since(planned), since(next));
}
