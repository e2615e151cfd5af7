import { type Element, element, elements, firstLine, isElement, refuse } from './fhir-read.ts';

/** Timing.repeat, with what Timing.code adds to it, read and checked part by part. */
export interface Repeat {
  boundsPeriod?: Element;
  boundsDuration?: Element;
  count?: number;
  frequency?: number;
  period?: number;
  periodUnit?: string;
  /** `mon` … `sun` */
  dayOfWeek: string[];
  /** `HH:mm:ss`, ascending and distinct */
  timeOfDay: string[];
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const UNITS = ['h', 'd', 'wk', 'mo'];
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

const positive = (value: unknown) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 10_000;
const listOf = (fits: (item: string) => boolean) => (value: unknown) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= 100 &&
  value.every((item) => typeof item === 'string' && fits(item));

/** The parts that are read: whether a value is well-formed, and how to mend one that is not. */
const PARTS: Record<string, [(value: unknown) => boolean, string]> = {
  boundsPeriod: [isElement, 'not a Period'],
  boundsDuration: [isElement, 'not a Duration'],
  count: [positive, 'not a whole number from 1 to 10000'],
  frequency: [positive, 'not a whole number from 1 to 10000'],
  period: [positive, 'only a whole number from 1 to 10000 is read: write it in a smaller unit'],
  periodUnit: [
    (value) => UNITS.includes(value as string),
    'only h, d, wk and mo are read: write the period in one of these',
  ],
  dayOfWeek: [listOf((day) => DAYS.includes(day)), 'not a list of mon … sun'],
  timeOfDay: [listOf((time) => TIME.test(time)), 'not a list of times HH:mm:ss'],
};

/** What R4 allows beyond that, with what to send instead. */
const NOT_READ: Record<string, string> = {
  boundsRange: 'a range of lengths is not one end: give boundsPeriod or boundsDuration',
  countMax: 'a range is not one schedule: give count alone',
  frequencyMax: 'a range is not one schedule: give frequency alone',
  periodMax: 'a range is not one schedule: give period alone',
  duration:
    'the length of an administration is not read: leave it out, or give boundsDuration for the length of the treatment',
  durationMax: 'the length of an administration is not read: leave it out',
  durationUnit: 'the length of an administration is not read: leave it out',
  when: 'times tied to meals and sleep are not read: give timeOfDay',
  offset: 'times tied to meals and sleep are not read: give timeOfDay',
};

type Cycle = { frequency: number; period: number; periodUnit: string; timeOfDay?: string[] };
const perDay = (frequency: number, timeOfDay?: string[]): Cycle => ({
  frequency,
  period: 1,
  periodUnit: 'd',
  ...(timeOfDay ? { timeOfDay } : {}),
});
const everyHours = (period: number): Cycle => ({ frequency: 1, period, periodUnit: 'h' });

const GTS = 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation';
/** HL7's codes of that system that are read. BID is two doses a day, which is not every 12 hours. */
const CODES: Record<string, Cycle> = {
  QD: perDay(1),
  BID: perDay(2),
  TID: perDay(3),
  QID: perDay(4),
  AM: perDay(1, ['08:00:00']),
  PM: perDay(1, ['20:00:00']),
  QOD: { frequency: 1, period: 2, periodUnit: 'd' },
  WK: { frequency: 1, period: 1, periodUnit: 'wk' },
  MO: { frequency: 1, period: 1, periodUnit: 'mo' },
  Q1H: everyHours(1),
  Q2H: everyHours(2),
  Q3H: everyHours(3),
  Q4H: everyHours(4),
  Q6H: everyHours(6),
  Q8H: everyHours(8),
};

/** Reads `repeat` and `code` of a Timing; throws a `Refusal` for any part that is not understood or contradicts another. */
export function readRepeat(timing: Element, path: string): Repeat {
  const cycle = readCode(timing, path);
  if (timing.repeat === undefined && !cycle)
    refuse(path, 'only words say when: give timing.repeat, timing.event or a code such as BID');
  if (timing.repeat !== undefined && !isElement(timing.repeat)) refuse(`${path}.repeat`, 'not a Timing.repeat');
  const given = element(timing.repeat);
  for (const [part, value] of Object.entries(given)) {
    if (part === 'id' || part === 'extension') continue;
    const known = Object.hasOwn(PARTS, part) ? PARTS[part] : undefined;
    if (!known) refuse(`${path}.repeat.${shown(part)}`, notRead(part));
    const [fits, mend] = known;
    if (!fits(value)) refuse(`${path}.repeat.${part}`, mend);
  }
  const repeat = { dayOfWeek: [], timeOfDay: [], ...given } as Repeat;
  return withCycle({ ...repeat, timeOfDay: [...new Set(repeat.timeOfDay)].sort() }, cycle, path);
}

function notRead(part: string): string {
  return (Object.hasOwn(NOT_READ, part) && NOT_READ[part]) || 'it is not understood: leave it out';
}

/** The name of a part that somebody else chose, fit for a path. */
function shown(part: string): string {
  return part.replace(/\W/g, '?').slice(0, 40);
}

/** What the code says and `repeat` leaves open; what both say must be the same. */
function withCycle(repeat: Repeat, cycle: Cycle | undefined, path: string): Repeat {
  if (!cycle) return repeat;
  for (const part of ['frequency', 'period', 'periodUnit'] as const) {
    if (repeat[part] !== undefined && repeat[part] !== cycle[part]) {
      refuse(`${path}.code`, `the code and repeat.${part} disagree: correct one of them`);
    }
  }
  if (repeat.timeOfDay.length === 0) return { ...repeat, ...cycle, timeOfDay: cycle.timeOfDay ?? [] };
  if (cycle.timeOfDay)
    refuse(`${path}.code`, 'the code names the time of day, and so does repeat.timeOfDay: keep one of them');
  return { ...repeat, ...cycle, timeOfDay: repeat.timeOfDay };
}

/** The cycle of a known code. A code of another system, or words, only stand beside a `repeat` that says it in full. */
function readCode(timing: Element, path: string): Cycle | undefined {
  const codings = elements(element(timing.code).coding);
  const coding = codings.find(({ system }) => system === GTS || system === undefined);
  if (!coding) {
    if (codings.length > 0 && timing.repeat === undefined)
      refuse(`${path}.code`, `not a code of ${GTS}: use one, or timing.repeat`);
    return undefined;
  }
  const code = firstLine(coding.code)?.toUpperCase() ?? '';
  const cycle = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (!cycle) refuse(`${path}.code`, `only ${Object.keys(CODES).join(', ')} are read: say it in timing.repeat instead`);
  return cycle;
}
