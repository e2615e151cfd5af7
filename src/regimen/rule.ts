import { type LocalMs, parseLocal } from './local-time.ts';

/** Longest first. SECONDLY is not a dose schedule and is refused. */
const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** `weekday` 0 is Monday; `nth` 0 means every one. */
export interface ByDay {
  weekday: number;
  nth: number;
}

/**
 * Visits the occurrences of one rule on the wall clock between `from` and `to`, both included, ascending, until `visit`
 * answers false. COUNT counts from `start`; UNTIL is the caller's, because it may be an instant. `start` itself occurs only
 * when the rule matches it.
 */
export type Walker = (start: LocalMs, from: LocalMs, to: LocalMs, visit: (local: LocalMs) => boolean) => void;

/** An RRULE, read. Lists are ascending and distinct; an empty list means the part is absent. */
export interface Rule {
  freq: Frequency;
  interval: number;
  count?: number;
  /** Inclusive. `utc`: an instant; otherwise wall clock. */
  until?: { ms: LocalMs; utc: boolean };
  /** In a MONTHLY or YEARLY rule, BYMONTHDAY (or the start's day) beyond the end of a short month is its last day. */
  monthEnd?: 'last_day';
  /** 0 is Monday. */
  weekStart: number;
  byDay: ByDay[];
  byMonth: number[];
  byMonthDay: number[];
  byYearDay: number[];
  byWeekNo: number[];
  byHour: number[];
  byMinute: number[];
  bySecond: number[];
  bySetPos: number[];
}

type NumberPart = Exclude<keyof Rule & `by${string}`, 'byDay'>;

/** RFC 5545 3.3.10. `signed` parts count from the end when negative and are never 0. BYSECOND=60 is not supported. */
const NUMBER_PARTS: Record<string, { part: NumberPart; min: number; max: number; signed: boolean }> = {
  BYMONTH: { part: 'byMonth', min: 1, max: 12, signed: false },
  BYMONTHDAY: { part: 'byMonthDay', min: 1, max: 31, signed: true },
  BYYEARDAY: { part: 'byYearDay', min: 1, max: 366, signed: true },
  BYWEEKNO: { part: 'byWeekNo', min: 1, max: 53, signed: true },
  BYHOUR: { part: 'byHour', min: 0, max: 23, signed: false },
  BYMINUTE: { part: 'byMinute', min: 0, max: 59, signed: false },
  BYSECOND: { part: 'bySecond', min: 0, max: 59, signed: false },
  BYSETPOS: { part: 'bySetPos', min: 1, max: 366, signed: true },
};

const MAX_TEXT = 500;
const MAX_INTERVAL = 10_000;
const MAX_COUNT = 20_000;

/** Which combinations RFC 5545 forbids (table of 3.3.10), each with its mend. */
const FORBIDDEN: [(rule: Rule) => boolean, string][] = [
  [(r) => r.count !== undefined && r.until !== undefined, 'has both COUNT and UNTIL; keep one of them'],
  [(r) => r.byWeekNo.length > 0 && r.freq !== 'YEARLY', 'has BYWEEKNO, which is only for FREQ=YEARLY'],
  [
    (r) => r.byYearDay.length > 0 && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(r.freq),
    'has BYYEARDAY, which is not for FREQ=DAILY, WEEKLY or MONTHLY; use FREQ=YEARLY',
  ],
  [(r) => r.byMonthDay.length > 0 && r.freq === 'WEEKLY', 'has BYMONTHDAY, which is not for FREQ=WEEKLY; use MONTHLY'],
  [
    (r) => r.byDay.some((d) => d.nth !== 0) && (!['YEARLY', 'MONTHLY'].includes(r.freq) || r.byWeekNo.length > 0),
    'has a numbered BYDAY (1MO), which is only for FREQ=MONTHLY or YEARLY without BYWEEKNO; write the day alone',
  ],
  [
    (r) => r.bySetPos.length > 0 && r.byDay.length === 0 && !Object.values(NUMBER_PARTS).some(isSelector(r)),
    'has BYSETPOS without another BY… part to choose from',
  ],
];

function isSelector(rule: Rule): (entry: { part: NumberPart }) => boolean {
  return ({ part }) => part !== 'bySetPos' && rule[part].length > 0;
}

/**
 * Reads one RFC 5545 RRULE value, without its `RRULE:` prefix and strictly: every part known, in range, at most once.
 * One trailing `;`, which calendars in the field write, is tolerated. Returns the text of what is wrong otherwise.
 */
export function parseRule(text: string): Rule | string {
  if (text.length > MAX_TEXT) return `is longer than ${MAX_TEXT} characters; split it into several rules`;
  if (/[\r\n:]/.test(text)) {
    return 'must be one RRULE value such as FREQ=DAILY;BYHOUR=8; the prefix, DTSTART, TZID, RDATE and EXDATE lines do not belong in it';
  }
  const rule: Rule = {
    freq: 'DAILY',
    interval: 1,
    weekStart: 0,
    byDay: [],
    byMonth: [],
    byMonthDay: [],
    byYearDay: [],
    byWeekNo: [],
    byHour: [],
    byMinute: [],
    bySecond: [],
    bySetPos: [],
  };
  const seen = new Set<string>();
  for (const part of text.toUpperCase().replace(/;$/, '').split(';')) {
    const [key, value, ...rest] = part.split('=') as [string, string?, ...string[]];
    if (value === undefined || rest.length > 0) return `has "${shown(part)}", which is not NAME=value`;
    if (seen.has(key)) return `names ${shown(key)} twice; keep one`;
    seen.add(key);
    const problem = readPart(rule, key, value);
    if (problem) return problem;
  }
  if (!seen.has('FREQ')) return `has no FREQ; begin with FREQ= and one of ${FREQUENCIES.join(', ')}`;
  return FORBIDDEN.find(([applies]) => applies(rule))?.[1] ?? rule;
}

function readPart(rule: Rule, key: string, value: string): string | undefined {
  const numbers = NUMBER_PARTS[key];
  if (numbers) {
    const list = readNumbers(value, numbers);
    if (!list) return `has ${key}=${shown(value)}; ${range(numbers)}`;
    rule[numbers.part] = list;
    return undefined;
  }
  const read = READERS[key];
  if (!read) return `has "${shown(key)}", which is not a part of an RFC 5545 RRULE`;
  return read(rule, value) ? undefined : `has ${key}=${shown(value)}; ${EXPECTED[key]}`;
}

const EXPECTED: Record<string, string> = {
  FREQ: `use one of ${FREQUENCIES.join(', ')}`,
  INTERVAL: `use a whole number from 1 to ${MAX_INTERVAL}`,
  COUNT: `use a whole number from 1 to ${MAX_COUNT}`,
  UNTIL: 'use a date and time, 20270131T235959 (wall clock) or 20270131T235959Z (UTC)',
  WKST: `use one of ${WEEKDAYS.join(', ')}`,
  BYDAY: 'use days such as MO,WE,FR, or 1MO, -1FR with FREQ=MONTHLY or YEARLY',
};

/** Each reads a value into the rule, or answers false. */
const READERS: Record<string, (rule: Rule, value: string) => boolean> = {
  FREQ(rule, value) {
    rule.freq = value as Frequency;
    return FREQUENCIES.includes(rule.freq);
  },
  INTERVAL(rule, value) {
    rule.interval = readCount(value);
    return rule.interval >= 1 && rule.interval <= MAX_INTERVAL;
  },
  COUNT(rule, value) {
    rule.count = readCount(value);
    return rule.count >= 1 && rule.count <= MAX_COUNT;
  },
  UNTIL(rule, value) {
    const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)$/.exec(value);
    if (!match) return false;
    const [, year, month, day, hour, minute, second, utc] = match;
    const ms = parseLocal(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
    if (ms === null) return false;
    rule.until = { ms, utc: utc === 'Z' };
    return true;
  },
  WKST(rule, value) {
    rule.weekStart = WEEKDAYS.indexOf(value as 'MO');
    return rule.weekStart >= 0;
  },
  BYDAY(rule, value) {
    const days = value.split(',').map((day) => /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(day));
    for (const day of days) {
      const nth = Number(day?.[1] ?? 0);
      if (!day || Math.abs(nth) > 53 || (day[1] !== undefined && nth === 0)) return false;
      rule.byDay.push({ nth, weekday: WEEKDAYS.indexOf(day[2] as 'MO') });
    }
    return true;
  },
};

function readCount(value: string): number {
  return /^\d{1,6}$/.test(value) ? Number(value) : 0;
}

function readNumbers(value: string, { min, max, signed }: { min: number; max: number; signed: boolean }) {
  const list = new Set<number>();
  for (const item of value.split(',')) {
    if (!(signed ? /^[+-]?\d{1,3}$/ : /^\d{1,2}$/).test(item)) return null;
    const number = Number(item);
    if (Math.abs(number) < min || Math.abs(number) > max) return null;
    list.add(number);
  }
  return [...list].sort((a, b) => a - b);
}

function range({ min, max, signed }: { min: number; max: number; signed: boolean }): string {
  return `use whole numbers from ${min} to ${max}${signed ? `, or -${max} to -${min} to count from the end` : ''}`;
}

/** A piece of the caller's text, short enough and plain enough to put in an error. */
function shown(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain;
}
