import type { Regimen } from '../domain/prescription.ts';
import { DAY, dateOf, type LocalMs, parseLocal, secondOfDay, timeOf } from './local-time.ts';
import { type ReadRule, readRule } from './read.ts';
import { walkElapsed } from './walk.ts';
import { type Zone, zoneNamed } from './zone.ts';

/**
 * One dose of a regimen. `at` is the instant; `localDate` and `localTime` are the wall clock as the regimen writes it
 * (02:30 even where a gap moves it to 03:30), in elapsed mode the wall clock of the instant. `slot` is the second of
 * that local day, plus 86,400 for the second turn of a repeated hour: (localDate, slot) names the dose.
 */
export interface Occurrence {
  at: Date;
  localDate: string;
  localTime: string;
  slot: number;
}

/** The longest gap or overlap in any zone: a whole day (Pacific/Apia, 30 December 2011). */
const LONGEST_GAP = DAY;
/** A bounded regimen is looked at this far ahead for a further dose. */
const LOOK_AHEAD = 60 * 366 * DAY;
const DAY_SECONDS = 86_400;

/** Instants, `to` not included. */
interface Window {
  from: number;
  to: number;
  limit: number;
}

/**
 * The doses of a regimen with `from ≤ at < to`, ascending, at most `limit`: all its rules and rdates together, each
 * once, without its exdates. COUNT counts per rule, before exdates. Throws on a regimen that `checkRegimen` refuses.
 */
export function expand(
  regimen: Regimen,
  zone: string,
  from: Date,
  to: Date,
  limit: number = Number.POSITIVE_INFINITY,
): Occurrence[] {
  const window = { from: from.getTime(), to: to.getTime(), limit };
  const expandMode = regimen.mode === 'elapsed' ? expandElapsed : expandWall;
  const found = ordered(expandMode(regimen, zoneNamed(zone), window));
  return found.length > limit ? found.slice(0, limit) : found;
}

/** Whether the regimen has a dose at `at` or later: whether the window that begins there is worth looking at. */
export function hasMoreAfter(regimen: Regimen, zone: string, at: Date): boolean {
  for (const text of regimen.rrules) {
    const { rule } = readable(text, regimen.monthEnd);
    if (rule.count === undefined && rule.until === undefined) return true;
  }
  return expand(regimen, zone, at, new Date(at.getTime() + LOOK_AHEAD), 1).length > 0;
}

function expandWall(regimen: Regimen, zone: Zone, { from, to, limit }: Window): Occurrence[] {
  const start = readLocal(regimen.start);
  const exdates = datesIn(regimen.exdates, readLocal);
  const isOff = daysOff(regimen.cycle, start);
  const found: Occurrence[] = [];
  /** Whether the time is a dose of the window. */
  const take = (local: LocalMs, before: number): boolean => {
    const at = local - zone.offsetOfLocal(local);
    if (at < from || at >= before || exdates?.has(local)) return false;
    found.push(occurrence(at, local, 0));
    return true;
  };
  // A wall-clock time is read by the offset at its instant, or by one that a gap or an overlap ended less than a day before.
  const first = from + Math.min(zone.offsetAt(from), zone.offsetAt(from - LONGEST_GAP));
  for (const text of regimen.rrules) {
    const { rule, walk } = readable(text, regimen.monthEnd);
    const end = rule.until?.utc ? Math.min(to, rule.until.ms + 1) : to;
    const last = end + Math.max(zone.offsetAt(end), zone.offsetAt(end - LONGEST_GAP));
    let taken = 0;
    let enough = Number.POSITIVE_INFINITY;
    walk(start, first, rule.until?.utc === false ? Math.min(last, rule.until.ms) : last, (local) => {
      if (local > enough) return false;
      if (isOff?.(local)) return true;
      if (take(local, end)) taken += 1;
      // A gap may move a later time before an earlier one, so the walk goes on for one gap.
      if (taken >= limit && enough === Number.POSITIVE_INFINITY) enough = local + LONGEST_GAP;
      return true;
    });
  }
  for (const text of regimen.rdates) take(readLocal(text), to);
  return found;
}

/** Whether a wall-clock time falls on a day off; undefined where there are none. */
function daysOff(cycle: Regimen['cycle'], start: LocalMs): ((local: LocalMs) => boolean) | undefined {
  if (cycle === undefined) return undefined;
  const firstDay = Math.floor(start / DAY);
  const { onDays, offDays } = cycle;
  return (local) => (Math.floor(local / DAY) - firstDay) % (onDays + offDays) >= onDays;
}

function expandElapsed(regimen: Regimen, zone: Zone, { from, to, limit }: Window): Occurrence[] {
  const instantOf = (local: LocalMs) => local - zone.offsetOfLocal(local);
  const read = (text: string) => instantOf(readLocal(text));
  const start = read(regimen.start);
  const exdates = datesIn(regimen.exdates, read);
  const found: Occurrence[] = [];
  const take = (at: number): boolean => {
    if (at < from || at >= to || exdates?.has(at)) return false;
    const local = at + zone.offsetAt(at);
    found.push(occurrence(at, local, instantOf(local) === at ? 0 : DAY_SECONDS));
    return true;
  };
  for (const text of regimen.rrules) {
    const { rule } = readable(text, regimen.monthEnd);
    const last = rule.until ? (rule.until.utc ? rule.until.ms : instantOf(rule.until.ms)) : to;
    let taken = 0;
    walkElapsed(rule, start, from, Math.min(to - 1, last), (at) => {
      if (take(at)) taken += 1;
      return taken < limit;
    });
  }
  for (const text of regimen.rdates) take(read(text));
  return found;
}

/** `turn`: the seconds that set the second turn of a repeated hour apart. */
function occurrence(at: number, local: LocalMs, turn: number): Occurrence {
  return { at: new Date(at), localDate: dateOf(local), localTime: timeOf(local), slot: secondOfDay(local) + turn };
}

/** Ascending, each once. One rule gives them so already, but for a gap. */
function ordered(found: Occurrence[]): Occurrence[] {
  const inOrder = (dose: Occurrence, i: number) => i === 0 || compare(found[i - 1] as Occurrence, dose) < 0;
  if (found.length < 2 || found.every(inOrder)) return found;
  found.sort(compare);
  return found.filter(inOrder);
}

function compare(a: Occurrence, b: Occurrence): number {
  return (
    a.at.getTime() - b.at.getTime() ||
    (a.localDate === b.localDate ? a.slot - b.slot : a.localDate < b.localDate ? -1 : 1)
  );
}

function readable(text: string, monthEnd: Regimen['monthEnd']): ReadRule {
  const read = readRule(text, monthEnd);
  if (typeof read === 'string') throw new Error(`the rule ${read}`);
  return read;
}

function datesIn(texts: string[], read: (text: string) => number): Set<number> | undefined {
  return texts.length === 0 ? undefined : new Set(texts.map(read));
}

function readLocal(text: string): LocalMs {
  const local = parseLocal(text);
  if (local === null) throw new Error('the regimen holds a date that is not YYYY-MM-DDTHH:mm:ss');
  return local;
}
