import type { Regimen } from '../domain/prescription.ts';
import { DAY, dateOf, HOUR, type LocalMs, parseLocal, secondOfDay, timeOf, toInstant, toLocal } from './local-time.ts';
import { parseRule, type Rule } from './rule.ts';
import { walkElapsed, walkWall } from './walk.ts';

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

/** A regimen, read once. In elapsed mode `rdates` and `exdates` are instants, otherwise wall clock. */
interface Plan {
  elapsed: boolean;
  start: LocalMs;
  rules: Rule[];
  rdates: number[];
  exdates: Set<number>;
}

/** No clock on Earth is further from UTC than this, in history included. */
const FARTHEST = 16 * HOUR;
/** The longest gap in any zone: a whole day (Pacific/Apia, 30 December 2011). */
const LONGEST_GAP = DAY;
/** A bounded regimen is looked at this far ahead for a further dose. */
const LOOK_AHEAD = 60 * 366 * DAY;
const DAY_SECONDS = 86_400;

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
  const plan = readRegimen(regimen, zone);
  const window = { from: from.getTime(), to: to.getTime(), limit };
  const found = plan.elapsed ? expandElapsed(plan, zone, window) : expandWall(plan, zone, window);
  found.sort((a, b) => a.at.getTime() - b.at.getTime() || a.slot - b.slot);
  return found.slice(0, limit);
}

/** Whether the regimen has a dose at `at` or later: whether the window that begins there is worth looking at. */
export function hasMoreAfter(regimen: Regimen, zone: string, at: Date): boolean {
  const { rules } = readRegimen(regimen, zone);
  if (rules.some((rule) => rule.count === undefined && rule.until === undefined)) return true;
  return expand(regimen, zone, at, new Date(at.getTime() + LOOK_AHEAD), 1).length > 0;
}

interface Window {
  from: number;
  to: number;
  limit: number;
}

function expandWall(plan: Plan, zone: string, { from, to, limit }: Window): Occurrence[] {
  const found = new Map<LocalMs, Occurrence>();
  /** Whether the time is a dose of the window. */
  const take = (local: LocalMs, until?: number): boolean => {
    if (plan.exdates.has(local)) return false;
    const at = toInstant(local, zone);
    if (at < from || at >= to || (until !== undefined && at > until)) return false;
    found.set(local, { at: new Date(at), ...written(local, 0) });
    return true;
  };
  for (const rule of plan.rules) {
    const last = rule.until ? rule.until.ms + (rule.until.utc ? FARTHEST : 0) : Number.POSITIVE_INFINITY;
    const until = rule.until?.utc ? rule.until.ms : undefined;
    let taken = 0;
    let enough = Number.POSITIVE_INFINITY;
    walkWall(rule, plan.start, from - FARTHEST, Math.min(to + FARTHEST, last), (local) => {
      if (local > enough) return false;
      if (take(local, until)) taken += 1;
      // A gap may move a later time before an earlier one, so the walk goes on for one gap.
      if (taken >= limit && enough === Number.POSITIVE_INFINITY) enough = local + LONGEST_GAP;
      return true;
    });
  }
  for (const local of plan.rdates) take(local);
  return [...found.values()];
}

function expandElapsed(plan: Plan, zone: string, { from, to, limit }: Window): Occurrence[] {
  const found = new Map<number, Occurrence>();
  const take = (at: number): boolean => {
    if (plan.exdates.has(at) || at < from || at >= to) return false;
    const local = toLocal(at, zone);
    const secondTurn = toInstant(local, zone) !== at;
    found.set(at, { at: new Date(at), ...written(local, secondTurn ? DAY_SECONDS : 0) });
    return true;
  };
  const start = toInstant(plan.start, zone);
  for (const rule of plan.rules) {
    const last = rule.until ? (rule.until.utc ? rule.until.ms : toInstant(rule.until.ms, zone)) : to;
    let taken = 0;
    walkElapsed(rule, start, from, Math.min(to - 1, last), (at) => {
      if (take(at)) taken += 1;
      return taken < limit;
    });
  }
  for (const at of plan.rdates) take(at);
  return [...found.values()];
}

function written(local: LocalMs, turn: number): Omit<Occurrence, 'at'> {
  return { localDate: dateOf(local), localTime: timeOf(local), slot: secondOfDay(local) + turn };
}

function readRegimen(regimen: Regimen, zone: string): Plan {
  const elapsed = regimen.mode === 'elapsed';
  const readDate = (text: string) => (elapsed ? toInstant(readLocal(text), zone) : readLocal(text));
  return {
    elapsed,
    start: readLocal(regimen.start),
    rules: regimen.rrules.map((text) => {
      const rule = parseRule(text);
      if (typeof rule === 'string') throw new Error(`the rule ${rule}`);
      return rule;
    }),
    rdates: regimen.rdates.map(readDate),
    exdates: new Set(regimen.exdates.map(readDate)),
  };
}

function readLocal(text: string): LocalMs {
  const local = parseLocal(text);
  if (local === null) throw new Error('the regimen holds a date that is not YYYY-MM-DDTHH:mm:ss');
  return local;
}
