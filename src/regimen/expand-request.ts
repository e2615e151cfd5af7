import type { Regimen } from '../domain/prescription.ts';
import { expand } from './expand.ts';
import { DAY, HOUR, isZone, MINUTE, parseLocal, toInstant } from './local-time.ts';
import { type Frequency, parseRule, type Rule } from './rule.ts';

/** One line of `dosebell expand`, read. `from` and `to` are instants in milliseconds. */
interface ExpandRequest {
  rules: { text: string; rule: Rule }[];
  start: string;
  zone: string;
  rdates: string[];
  exdates: string[];
  mode: 'wall' | 'elapsed';
  cycle: Regimen['cycle'];
  from: number;
  to: number;
  limit: number;
}

export type ExpandAnswer = { id: Id; occurrences: string[] } | { id: Id; error: { code: ErrorCode; detail: string } };
type Id = string | number | null;

/** Every way a line is refused. */
type ErrorCode =
  | 'bad_json'
  | 'bad_field'
  | 'bad_rule'
  | 'bad_date'
  | 'unknown_zone'
  | 'bad_limit'
  | 'bad_window'
  | 'never_fires'
  | 'line_too_long'
  | 'internal';

class LineError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

export const DEFAULT_LIMIT = 1000;
export const MAX_LIMIT = 100_000;
const MAX_ITEMS = 10_000;
const MAX_RULES = 100;
const FIRST_YEAR = 1600;
const LAST_INSTANT = Date.UTC(9999, 11, 30);
const YEAR = 366 * DAY;

/** What a near miss would silently leave out of the answer. */
const NEAR_MISSES: Record<string, string> = {
  rrules: 'rrule',
  rdates: 'rdate',
  exdates: 'exdate',
  exrule: 'exdate',
  start: 'dtstart',
  timezone: 'tz',
  tzid: 'tz',
  zone: 'tz',
  until: 'to',
  count: 'limit',
};

/**
 * Answers one line of `dosebell expand`: the occurrences as instants, ascending, each instant once, or why not. Never
 * throws. What a dose schedule is refused for (doses 15 minutes apart, an end in the past) is no error here.
 */
export function answerLine(line: string): ExpandAnswer {
  let id: Id = null;
  try {
    const json = readJson(line);
    id = readId(json);
    return { id, occurrences: occurrencesOf(readRequest(json)) };
  } catch (error) {
    const code = error instanceof LineError ? error.code : 'internal';
    return { id, error: { code, detail: (error as Error).message } };
  }
}

function occurrencesOf(request: ExpandRequest): string[] {
  const { start, zone, rdates, exdates, mode, cycle, from, to, limit } = request;
  for (const { text, rule } of request.rules) refuseSilent(request, text, rule);
  const rrules = request.rules.map(({ text }) => text);
  const regimen = { mode, start, rrules, rdates, exdates, ...(cycle === undefined ? {} : { cycle }) };
  const texts = new Set<string>();
  // Where a gap makes one instant of two wall-clock times, the limit is of instants.
  for (let want = limit; texts.size < limit; want += limit - texts.size) {
    const found = expand(regimen, zone, new Date(from), new Date(to), want);
    for (const { at } of found) texts.add(`${at.toISOString().slice(0, 19)}Z`);
    if (found.length < want) break;
  }
  return [...texts].slice(0, limit);
}

/**
 * How long a rule may be silent from its start on before it counts as one that never fires: the calendar repeats after 400
 * years; by the hour and the minute that is too long a walk. A long interval is given as many turns.
 */
const PATIENCE: Record<Frequency, { years: number; unit: number }> = {
  YEARLY: { years: 400, unit: YEAR },
  MONTHLY: { years: 400, unit: 31 * DAY },
  WEEKLY: { years: 400, unit: 7 * DAY },
  DAILY: { years: 400, unit: DAY },
  HOURLY: { years: 48, unit: HOUR },
  MINUTELY: { years: 48, unit: MINUTE },
};

function refuseSilent({ mode, start, zone }: ExpandRequest, text: string, rule: Rule): void {
  if (mode === 'elapsed') return;
  const { years, unit } = PATIENCE[rule.freq];
  const patience = Math.round(years * Math.max(1, (rule.interval * unit) / YEAR));
  const from = instantOf(start, zone) - DAY;
  const to = Math.min(from + patience * YEAR, LAST_INSTANT);
  if (rule.until && rule.until.ms < to) return;
  const alone = { mode, start, rrules: [text], rdates: [], exdates: [] };
  if (expand(alone, zone, new Date(from), new Date(to), 1).length > 0) return;
  throw new LineError(
    'never_fires',
    `"${text}" does not fire within ${patience} years of dtstart; check its BY… parts`,
  );
}

function readJson(line: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new LineError('bad_json', 'the line is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new LineError('bad_json', 'the line is not a JSON object');
  }
  return json as Record<string, unknown>;
}

function readId({ id = null }: Record<string, unknown>): Id {
  if (id === null || typeof id === 'string' || typeof id === 'number') return id;
  throw new LineError('bad_field', 'id must be a string or a number');
}

function readRequest(json: Record<string, unknown>): ExpandRequest {
  for (const [wrong, right] of Object.entries(NEAR_MISSES)) {
    if (json[wrong] !== undefined) throw new LineError('bad_field', `"${wrong}" is not a field; write "${right}"`);
  }
  const mode = readMode(json.mode);
  const rules = readTexts(json, 'rrule', MAX_RULES).map((text) => ({ text, rule: readRule(text, mode) }));
  const start = readDate(json.dtstart, 'dtstart');
  const zone = readZone(json.tz);
  const rdates = readTexts(json, 'rdate', MAX_ITEMS).map((text) => readDate(text, 'rdate'));
  const exdates = readTexts(json, 'exdate', MAX_ITEMS).map((text) => readDate(text, 'exdate'));
  if (rules.length + rdates.length === 0) {
    throw new LineError('bad_field', 'there is neither rrule nor rdate; give at least one of them');
  }
  const first = Math.min(...[start, ...rdates].map((text) => instantOf(text, zone)));
  const from = json.from == null ? first : readInstant(json.from, 'from');
  const to = json.to == null ? LAST_INSTANT : Math.min(readInstant(json.to, 'to'), LAST_INSTANT);
  if (from > to) throw new LineError('bad_window', 'from is after to');
  const cycle = readCycle(json.cycle, mode);
  if (cycle !== undefined && rules.some(({ rule }) => rule.count !== undefined)) {
    throw new LineError('bad_field', 'cycle cannot go with COUNT: would it count the days off? Use UNTIL');
  }
  return { rules, start, zone, rdates, exdates, mode, cycle, from, to, limit: readLimit(json.limit) };
}

function readMode(value: unknown): 'wall' | 'elapsed' {
  if (value == null || value === 'wall') return 'wall';
  if (value === 'elapsed') return value;
  throw new LineError('bad_field', 'mode must be "wall" or "elapsed"');
}

/** A text, or a list of texts. */
function readTexts(json: Record<string, unknown>, field: string, most: number): string[] {
  const value = json[field] ?? [];
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) {
    throw new LineError('bad_field', `${field} must be a text or a list of texts`);
  }
  if (list.length > most) throw new LineError('bad_field', `${field} has more than ${most} entries`);
  return list;
}

function readCycle(value: unknown, mode: 'wall' | 'elapsed'): Regimen['cycle'] {
  if (value === undefined) return undefined;
  const { onDays, offDays } = (value ?? {}) as { onDays?: unknown; offDays?: unknown };
  const areDays = [onDays, offDays].every((days) => Number.isInteger(days) && (days as number) >= 1);
  if (areDays && mode === 'wall') return { onDays: onDays as number, offDays: offDays as number };
  throw new LineError('bad_field', 'cycle must be {"onDays": 21, "offDays": 7}, whole days, with mode "wall"');
}

function readRule(text: string, mode: 'wall' | 'elapsed'): Rule {
  const rule = parseRule(text);
  if (typeof rule === 'string') throw new LineError('bad_rule', `rrule ${rule}`);
  if (mode === 'elapsed' && !isElapsed(rule)) {
    throw new LineError(
      'bad_rule',
      'rrule counts elapsed time, so it may only have FREQ=HOURLY, MINUTELY or DAILY with INTERVAL, COUNT and UNTIL',
    );
  }
  return rule;
}

function isElapsed(rule: Rule): boolean {
  if (!['DAILY', 'HOURLY', 'MINUTELY'].includes(rule.freq)) return false;
  return Object.values(rule).every((value) => !Array.isArray(value) || value.length === 0);
}

/** Asking whether a zone exists costs as much as hundreds of occurrences. */
const knownZones = new Set<string>();
/** The tz database has about 600 names; each may be written in capitals and small letters. */
const MOST_ZONES = 2000;

function readZone(value: unknown): string {
  if (typeof value !== 'string') throw new LineError('bad_field', 'tz must be an IANA zone such as "America/Lima"');
  if (knownZones.has(value)) return value;
  if (isZone(value)) {
    if (knownZones.size === MOST_ZONES) knownZones.clear();
    knownZones.add(value);
    return value;
  }
  throw new LineError('unknown_zone', 'tz is not an IANA time zone; use a name such as "America/Lima"');
}

function readDate(value: unknown, field: string): string {
  const local = typeof value === 'string' ? parseLocal(value) : null;
  if (local === null || typeof value !== 'string') {
    throw new LineError(
      'bad_date',
      `${field} must be a wall-clock date that exists, YYYY-MM-DDTHH:mm:ss without a zone`,
    );
  }
  if (new Date(local).getUTCFullYear() >= FIRST_YEAR && local < LAST_INSTANT) return value;
  throw new LineError('bad_date', `${field} is outside the years ${FIRST_YEAR} to 9999`);
}

function instantOf(text: string, zone: string): number {
  return toInstant(parseLocal(text) as number, zone);
}

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** RFC 3339: with `Z` or an offset. */
function readInstant(value: unknown, field: string): number {
  const match = typeof value === 'string' ? INSTANT.exec(value) : null;
  const local = match ? parseLocal(match[1] as string) : null;
  if (match === null || local === null) {
    throw new LineError('bad_date', `${field} must be an instant that exists such as 2026-11-22T13:00:00Z`);
  }
  const [, , fraction = '', sign, hours = '0', minutes = '0'] = match;
  const offset = (Number(hours) * HOUR + Number(minutes) * MINUTE) * (sign === '-' ? -1 : 1);
  return local + Number(fraction.padEnd(3, '0')) - offset;
}

function readLimit(value: unknown): number {
  if (value == null) return DEFAULT_LIMIT;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_LIMIT) return value;
  throw new LineError('bad_limit', `limit must be a whole number from 0 to ${MAX_LIMIT}`);
}
