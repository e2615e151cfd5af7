import type { Regimen } from '../domain/prescription.ts';
import { expand, hasMoreAfter } from '../regimen/expand.ts';
import { DAY, formatLocal, HOUR, type LocalMs, SECOND, toInstant } from '../regimen/local-time.ts';
import { checkRegimen } from '../regimen/validate.ts';
import {
  type Element,
  element,
  isElement,
  LAST_MOMENT,
  type Moment,
  NOT_A_MOMENT,
  readMoment,
  refuse,
} from './fhir-read.ts';
import { type Repeat, readRepeat } from './fhir-repeat.ts';
import { FIRST_TIME, scheduleOf } from './fhir-schedule.ts';

/** What a Timing is read with: the patient's zone, when the order was written, the present, and its own FHIRPath. */
interface TimingContext {
  zone: string;
  authoredOn: unknown;
  now: Date;
  path: string;
}

/** How far ahead the last dose of a `count` is looked for. */
const COUNT_YEARS = 60;

/**
 * A FHIR R4 Timing as a regimen, by the rules of its `repeat`, `event` and `code`. Throws a `Refusal` that names the
 * FHIRPath for whatever it does not read; null when the last dose is in the past.
 */
export function readTiming(value: unknown, context: TimingContext): Regimen | null {
  const { path, zone, now } = context;
  if (!isElement(value)) refuse(path, 'there is no timing: give timing.repeat or timing.event');
  if (value.modifierExtension !== undefined) {
    refuse(
      `${path}.modifierExtension`,
      'it changes what the timing means and is not understood: send the timing without it',
    );
  }
  const regimen = value.event === undefined ? readRepeated(value, context) : readEvents(value, context);
  if (!hasMoreAfter(regimen, zone, now)) return null;
  const [problem] = checkRegimen(regimen, zone, now);
  if (problem) refuse(path, `${problem.field} ${problem.detail}`);
  return regimen;
}

function readEvents(timing: Element, { path, zone }: TimingContext): Regimen {
  if (timing.repeat !== undefined) refuse(`${path}.repeat`, 'both event and repeat: keep one of them');
  const events = Array.isArray(timing.event) ? timing.event : [timing.event];
  const rdates = events.map((event, i) => {
    const moment = readMoment(event, zone);
    if (!moment) refuse(`${path}.event[${i}]`, NOT_A_MOMENT);
    return formatLocal(moment.instant === undefined ? moment.local + FIRST_TIME : moment.local);
  });
  rdates.sort();
  if (rdates[0] === undefined) refuse(`${path}.event`, 'it is empty: give the times of the doses');
  return { mode: 'wall', start: rdates[0], rrules: [], rdates, exdates: [] };
}

function readRepeated(timing: Element, context: TimingContext): Regimen {
  const repeat = readRepeat(timing, context.path);
  const path = `${context.path}.repeat`;
  const start = readStart(repeat, context, path);
  const { mode, rrules, rdates, from } = scheduleOf(repeat, start, path);
  const regimen: Regimen = { mode, start: formatLocal(from), rrules, rdates, exdates: [] };
  const bounded = withEnd(regimen, readEnd(repeat, { ...start, local: from }, context, path));
  return repeat.count === undefined || rrules.length === 0 ? bounded : withCount(bounded, repeat.count, context.zone);
}

function readStart(repeat: Repeat, { authoredOn, zone }: TimingContext, path: string): Moment {
  const given = element(repeat.boundsPeriod).start;
  const moment = readMoment(given ?? authoredOn, zone);
  if (moment) return moment;
  if (given !== undefined) refuse(`${path}.boundsPeriod.start`, NOT_A_MOMENT);
  refuse(`${path}.boundsPeriod.start`, 'no start: give boundsPeriod.start, or authoredOn on the request');
}

/** The end as an UNTIL value: an instant with Z, or a wall-clock time. */
function readEnd(repeat: Repeat, start: Moment, { zone }: TimingContext, path: string): string | undefined {
  if (repeat.boundsDuration !== undefined)
    return endOfDuration(repeat.boundsDuration, start, zone, `${path}.boundsDuration`);
  const end = element(repeat.boundsPeriod).end;
  if (end === undefined) return undefined;
  const moment = readMoment(end, zone);
  if (!moment) refuse(`${path}.boundsPeriod.end`, NOT_A_MOMENT);
  // A date-only end includes that day.
  return moment.instant === undefined ? basic(moment.local + DAY - SECOND) : `${basic(moment.instant)}Z`;
}

/** UCUM units of a Duration; days and longer are counted on the calendar. */
const ADD = new Map<unknown, (start: LocalMs, size: number, zone: string) => string>([
  ['a', (start, size) => basic(addMonths(start, size * 12) - SECOND)],
  ['mo', (start, size) => basic(addMonths(start, size) - SECOND)],
  ['wk', (start, size) => basic(start + size * 7 * DAY - SECOND)],
  ['d', (start, size) => basic(start + size * DAY - SECOND)],
  ['h', (start, size, zone) => `${basic(toInstant(start, zone) + size * HOUR - SECOND)}Z`],
]);

/** A Duration is half-open: every 12 h for 5 d is 10 doses. */
function endOfDuration(value: unknown, start: Moment, zone: string, path: string): string {
  const { value: amount, code, unit, comparator } = element(value);
  if (comparator !== undefined)
    refuse(`${path}.comparator`, 'the end is not exact: give a plain duration or boundsPeriod.end');
  if (!Number.isInteger(amount) || (amount as number) < 1 || (amount as number) > 10_000) {
    refuse(`${path}.value`, 'not a whole number from 1 to 10000');
  }
  const add = ADD.get(code ?? unit);
  if (!add) refuse(`${path}.code`, 'not a unit of time that is read: use h, d, wk, mo or a');
  return add(start.local, amount as number, zone);
}

/** The same day of a later month, or its last day. */
function addMonths(local: LocalMs, months: number): LocalMs {
  const date = new Date(local);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  return date.setUTCMonth(date.getUTCMonth() + months, Math.min(date.getUTCDate(), lastDay));
}

function withEnd(regimen: Regimen, until: string | undefined): Regimen {
  if (until === undefined) return regimen;
  return { ...regimen, rrules: regimen.rrules.map((rule) => `${rule};UNTIL=${until}`) };
}

/** Ends the regimen at its `count`th dose. An UNTIL, because a COUNT counts in one rule only. */
function withCount(regimen: Regimen, count: number, zone: string): Regimen {
  const from = Date.parse(`${regimen.start}Z`) - DAY;
  const doses = expand(regimen, zone, new Date(from), new Date(from + COUNT_YEARS * 366 * DAY), count);
  const last = doses[count - 1];
  if (!last) return regimen;
  const until =
    regimen.mode === 'elapsed'
      ? `${basic(last.at.getTime())}Z`
      : basic(Date.parse(`${last.localDate}T${last.localTime}Z`));
  return withEnd({ ...regimen, rrules: regimen.rrules.map((rule) => rule.replace(/;UNTIL=\w+$/, '')) }, until);
}

/** RFC 5545 basic form, `20270131T080000`. */
function basic(ms: number): string {
  return formatLocal(Math.min(ms, LAST_MOMENT)).replace(/[-:]/g, '');
}
