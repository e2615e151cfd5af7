import type { Regimen } from '../domain/prescription.ts';
import type { FieldError } from '../domain/refusal.ts';
import { expand, hasMoreAfter, type Occurrence } from './expand.ts';
import { DAY, formatLocal, isZone, type LocalMs, MINUTE, parseLocal, SECOND, toInstant } from './local-time.ts';
import { type ReadRule, readRule } from './read.ts';
import type { Rule } from './rule.ts';
import { ELAPSED_UNIT } from './walk.ts';

const MAX_RULES = 20;
const MAX_DATES = 1000;
const MIN_YEAR = 1900;
const MAX_YEAR = 2199;
/** A rule must fire, and a regimen is looked at for doses too close together, within this time of its start. */
const FIRST_YEARS = 8 * 366 * DAY;
const SAMPLE = 400;
const MAX_CYCLE_DAYS = 366;
/** What bounds a day to 96 doses, in seconds. */
const CLOSEST = 15 * 60;

/**
 * What is wrong with a regimen in a zone at the time `now`; nothing when it can be accepted. The work is bounded
 * whatever the input. Checks deepen in steps: each assumes that the one before found nothing. `closestSeconds` is how
 * near each other two doses may be; a day compressed into a minute needs less than the default of 15 minutes.
 */
export function checkRegimen(regimen: Regimen, zone: string, now: Date, closestSeconds = CLOSEST): FieldError[] {
  const steps = [
    () => checkTexts(regimen, zone),
    () => checkRules(regimen, closestSeconds * SECOND),
    () => checkDoses(regimen, zone, now, closestSeconds * SECOND),
  ];
  for (const step of steps) {
    const errors = step();
    if (errors.length > 0) return errors;
  }
  return [];
}

function tooClose(closest: number): string {
  return `doses must be at least ${closest < MINUTE ? `${closest / SECOND} seconds` : `${closest / MINUTE} minutes`} apart`;
}

/** Sizes, dates, zone: no rule is read yet. */
function checkTexts(regimen: Regimen, zone: string): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (field: string, detail: string) => errors.push({ field, detail });
  if (!isZone(zone)) refuse('zone', 'is not an IANA time zone; use a name such as America/Lima');
  checkDate(regimen.start, 'regimen.start', refuse);
  if (regimen.rrules.length > MAX_RULES) refuse('regimen.rrules', `has more than ${MAX_RULES} rules; merge some`);
  for (const field of ['rdates', 'exdates'] as const) {
    const dates = regimen[field];
    if (dates.length > MAX_DATES) refuse(`regimen.${field}`, `has more than ${MAX_DATES} dates; use a rule`);
    else for (const [i, date] of dates.entries()) checkDate(date, `regimen.${field}[${i}]`, refuse);
  }
  if (regimen.rrules.length === 0 && regimen.rdates.length === 0) {
    refuse('regimen.rrules', 'has no rule, and there is no rdate: give at least one of them, or no dose is ever due');
  }
  checkCycle(regimen, refuse);
  return errors;
}

/** Days on and off: whole days, on the wall clock. */
function checkCycle({ cycle, mode }: Regimen, refuse: (field: string, detail: string) => void): void {
  if (cycle === undefined) return;
  for (const part of ['onDays', 'offDays'] as const) {
    const days = cycle[part];
    if (Number.isInteger(days) && days >= 1 && days <= MAX_CYCLE_DAYS) continue;
    refuse(`regimen.cycle.${part}`, `must be a whole number of days from 1 to ${MAX_CYCLE_DAYS}`);
  }
  if (mode === 'elapsed') refuse('regimen.cycle', 'counts local days, so it needs mode "wall"');
}

function checkDate(text: string, field: string, refuse: (field: string, detail: string) => void): void {
  const local = parseLocal(text);
  const year = local === null ? Number.NaN : new Date(local).getUTCFullYear();
  if (year >= MIN_YEAR && year <= MAX_YEAR) return;
  refuse(
    field,
    local === null
      ? 'is not a wall-clock date and time that exists; write YYYY-MM-DDTHH:mm:ss, without a zone'
      : `is outside the years ${MIN_YEAR} to ${MAX_YEAR}`,
  );
}

/** What dosebell asks of a rule beyond RFC 5545. */
const POLICY: [(rule: Rule, mode: Regimen['mode'], closest: number) => boolean, (closest: number) => string][] = [
  [
    (rule, _, closest) => rule.freq === 'MINUTELY' && rule.interval * MINUTE < closest,
    (closest) => `fires too often; ${tooClose(closest)}`,
  ],
  [(rule) => rule.bySecond.length > 1, () => 'has several BYSECOND values; give one, a dose has no seconds between'],
  [
    (rule, _, closest) => closestTimes(rule) < closest,
    (closest) => `has times of day too close together; ${tooClose(closest)}`,
  ],
  [
    (rule, mode) => mode === 'elapsed' && (ELAPSED_UNIT[rule.freq] === undefined || hasSelector(rule)),
    () =>
      'counts elapsed time, so it may only have FREQ=HOURLY, MINUTELY or DAILY with INTERVAL, COUNT and UNTIL; use mode "wall" for BY… parts',
  ],
];

/** Each rule by itself: read, allowed, and firing at all. */
function checkRules(regimen: Regimen, closest: number): FieldError[] {
  const errors: FieldError[] = [];
  const rules: ReadRule[] = [];
  for (const [i, text] of regimen.rrules.entries()) {
    const read = readRule(text, regimen.monthEnd);
    if (typeof read !== 'string') rules.push(read);
    const problem =
      typeof read === 'string'
        ? read
        : (policyProblem(read.rule, regimen.mode, closest) ?? cycleProblem(regimen, read.rule));
    if (problem !== undefined) errors.push({ field: `regimen.rrules[${i}]`, detail: problem });
  }
  if (errors.length > 0 || regimen.mode === 'elapsed') return errors;
  // The first that never fires is enough: only such a rule takes long to walk.
  const silent = rules.findIndex((rule) => !fires(rule, parseLocal(regimen.start) as LocalMs));
  if (silent < 0) return [];
  return [
    { field: `regimen.rrules[${silent}]`, detail: 'never fires within 8 years of the start; check its BY… parts' },
  ];
}

/** COUNT with days off could mean the doses with or without those left out. */
function cycleProblem({ cycle }: Regimen, { count }: Rule): string | undefined {
  return cycle !== undefined && count !== undefined
    ? 'has COUNT, which a cycle of days on and off cannot have; use UNTIL'
    : undefined;
}

function policyProblem(rule: Rule, mode: Regimen['mode'], closest: number): string | undefined {
  return POLICY.find(([applies]) => applies(rule, mode, closest))?.[1](closest);
}

/** The shortest time between two of the rule's times of day. */
function closestTimes(rule: Rule): number {
  const hours = rule.byHour.length > 0 ? rule.byHour : [0];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [0];
  const times = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * MINUTE));
  return Math.min(...times.slice(1).map((time, i) => time - (times[i] as number)));
}

function hasSelector(rule: Rule): boolean {
  return Object.entries(rule).some(([part, value]) => part.startsWith('by') && value.length > 0);
}

function fires({ walk }: ReadRule, start: LocalMs): boolean {
  let found = false;
  walk(start, start, start + FIRST_YEARS, () => {
    found = true;
    return false;
  });
  return found;
}

/** All rules and dates together: doses exist, are far enough apart, and are not all past. */
function checkDoses(regimen: Regimen, zone: string, now: Date, closest: number): FieldError[] {
  const field = regimen.rrules.length === 0 ? 'regimen.rdates' : onlyRule(regimen);
  const sample = firstDoses(regimen, zone);
  if (sample.length === 0) {
    return [{ field, detail: 'gives no dose: UNTIL is before the first, or the exdates remove all' }];
  }
  const close = firstClosePair(sample, regimen.mode, closest);
  if (close) return [{ field, detail: `gives doses at ${close.join(' and ')}; ${tooClose(closest)}` }];
  if (!hasMoreAfter(regimen, zone, now)) {
    return [{ field, detail: 'has its last dose in the past; give a later end, or do not send a finished regimen' }];
  }
  return [];
}

function onlyRule(regimen: Regimen): string {
  return regimen.rrules.length === 1 ? 'regimen.rrules[0]' : 'regimen.rrules';
}

function firstDoses(regimen: Regimen, zone: string): Occurrence[] {
  const dates = [regimen.start, ...regimen.rdates].map((text) => toInstant(parseLocal(text) as LocalMs, zone));
  const from = new Date(dates.reduce((a, b) => Math.min(a, b)));
  const to = new Date(dates.reduce((a, b) => Math.max(a, b)) + FIRST_YEARS);
  return expand(regimen, zone, from, to, SAMPLE + regimen.rdates.length);
}

/** As the regimen writes them: in a gap two wall-clock times may fall together, which is no fault of the regimen. */
function firstClosePair(doses: Occurrence[], mode: Regimen['mode'], closest: number): [string, string] | undefined {
  const times = doses
    .map((dose) =>
      mode === 'elapsed' ? dose.at.getTime() : Date.parse(`${dose.localDate}T00:00:00Z`) + dose.slot * SECOND,
    )
    .sort((a, b) => a - b);
  const at = times.findIndex((time, i) => time - (times[i - 1] ?? Number.NEGATIVE_INFINITY) < closest);
  return at < 0 ? undefined : [formatLocal(times[at - 1] as number), formatLocal(times[at] as number)];
}
