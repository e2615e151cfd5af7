import rrule from 'rrule';
import { choose } from './choose.ts';
import { DAY, type LocalMs, monthLength, secondOfDay } from './local-time.ts';
import type { ByDay, Rule } from './rule.ts';

const { RRule } = rrule;

/** The Gregorian calendar repeats, weekdays included, every 400 years. */
const CYCLE_YEARS = 400;
const CYCLE = 146_097 * DAY;
/** rrule.js gives up after this year. */
const LAST_YEAR = 9999;

/**
 * The candidates of a DAILY, WEEKLY, MONTHLY or YEARLY rule, ascending, as wall-clock times: everything from the period
 * that holds `from` (or `start`, if later) on, until `visit` answers false. COUNT, UNTIL and the lower bound are the
 * caller's. rrule.js only lays out the days of each period; what it is known to get wrong is kept from it: unsorted
 * BYHOUR lists, numbered and plain BYDAY together, BYSETPOS, and walks without an end. A rule that never fires
 * (30 February) stops within 400 years of `to`, because it is run that close to the library's last year.
 */
export function visitPeriods(
  rule: Rule,
  start: LocalMs,
  from: LocalMs,
  to: LocalMs,
  visit: (local: LocalMs) => boolean,
): void {
  const cycles = Math.max(0, Math.floor((LAST_YEAR - new Date(to).getUTCFullYear()) / CYCLE_YEARS));
  const shift = cycles * CYCLE;
  const days = new RRule(
    {
      freq: RRule[rule.freq as 'DAILY'],
      interval: rule.interval,
      wkst: rule.weekStart,
      dtstart: new Date(firstPeriod(rule, start, Math.max(from, start)) + shift),
      ...selectors(rule, start),
    },
    true,
  );
  const emit = rule.bySetPos.length > 0 ? chooser(rule, visit) : { add: visit, end: () => true };
  const isDay = monthDayFilter(rule, start);
  days.all((date) => !isDay(date) || emit.add(date.getTime() - shift));
  emit.end();
}

/** The first day, at midnight, of the period that holds `from`, among those the interval counts from `start`. */
function firstPeriod(rule: Rule, start: LocalMs, from: LocalMs): LocalMs {
  const whole = (distance: number) => Math.floor(distance / rule.interval) * rule.interval;
  const first = periodOf(rule, start);
  const wanted = periodOf(rule, from);
  const period = first + whole(wanted - first);
  switch (rule.freq) {
    case 'YEARLY':
      return Date.UTC(period, 0, 1);
    case 'MONTHLY':
      return Date.UTC(Math.floor(period / 12), period % 12, 1);
    case 'WEEKLY':
      return (period * 7 + weekOrigin(rule)) * DAY;
    default:
      return period * DAY;
  }
}

/** The number of the rule's period (year, month since year 0, week, day) that holds a time. */
function periodOf(rule: Rule, local: LocalMs): number {
  const date = new Date(local);
  switch (rule.freq) {
    case 'YEARLY':
      return date.getUTCFullYear();
    case 'MONTHLY':
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    case 'WEEKLY':
      return Math.floor((Math.floor(local / DAY) - weekOrigin(rule)) / 7);
    default:
      return Math.floor(local / DAY);
  }
}

/** Days from 1970-01-01, a Thursday, to a day that begins a week. */
function weekOrigin(rule: Rule): number {
  return rule.weekStart - 3;
}

/** The rule's BY… parts with what RFC 5545 takes from DTSTART written out, so that the walk may begin at any period. */
function selectors(rule: Rule, start: LocalMs) {
  const date = new Date(start);
  const noDay = [rule.byWeekNo, rule.byYearDay, rule.byMonthDay, rule.byDay].every((list) => list.length === 0);
  const ifNoDay = (frequencies: string[], value: number) => (noDay && frequencies.includes(rule.freq) ? [value] : []);
  return {
    bymonth: filled(rule.byMonth, ifNoDay(['YEARLY'], date.getUTCMonth() + 1)),
    bymonthday: filled(withMonthEnds(rule, start), []),
    byyearday: filled(rule.byYearDay, []),
    byweekno: filled(rule.byWeekNo, []),
    byweekday: rule.byDay.length > 0 ? weekdays(rule) : filled(ifNoDay(['WEEKLY'], (date.getUTCDay() + 6) % 7), []),
    byhour: filled(rule.byHour, [Math.floor(secondOfDay(start) / 3600)]),
    byminute: filled(rule.byMinute, [date.getUTCMinutes()]),
    bysecond: filled(rule.bySecond, [date.getUTCSeconds()]),
  };
}

/** BYMONTHDAY, or the day RFC 5545 takes from the start in its place. */
function monthDaysOf(rule: Rule, start: LocalMs): number[] {
  const noDay = [rule.byWeekNo, rule.byYearDay, rule.byMonthDay, rule.byDay].every((list) => list.length === 0);
  return noDay && ['YEARLY', 'MONTHLY'].includes(rule.freq) ? [new Date(start).getUTCDate()] : rule.byMonthDay;
}

/** With `last_day` every day that may be the last of a month is laid out, and `monthDayFilter` takes the wanted ones. */
function withMonthEnds(rule: Rule, start: LocalMs): number[] {
  const wanted = monthDaysOf(rule, start);
  return movesMonthEnds(rule, wanted) ? [...new Set([...wanted, 28, 29, 30, 31])] : wanted;
}

function movesMonthEnds(rule: Rule, wanted: number[]): boolean {
  return rule.monthEnd === 'last_day' && ['YEARLY', 'MONTHLY'].includes(rule.freq) && wanted.some((day) => day > 28);
}

function monthDayFilter(rule: Rule, start: LocalMs): (date: Date) => boolean {
  const wanted = monthDaysOf(rule, start);
  if (!movesMonthEnds(rule, wanted)) return () => true;
  return (date) => {
    const day = date.getUTCDate();
    const length = monthLength(date.getUTCFullYear(), date.getUTCMonth());
    return wanted.includes(day) || wanted.includes(day - length - 1) || (day === length && wanted.some((d) => d > day));
  };
}

function filled(given: number[], otherwise: number[]): number[] | null {
  if (given.length > 0) return given;
  return otherwise.length > 0 ? otherwise : null;
}

/** rrule.js drops plain days beside numbered ones (3MO,WE): a plain day is written as each of its numbers. */
function weekdays(rule: Rule) {
  const days = [RRule.MO, RRule.TU, RRule.WE, RRule.TH, RRule.FR, RRule.SA, RRule.SU] as const;
  const perPeriod = rule.freq === 'MONTHLY' || rule.byMonth.length > 0 ? 5 : 53;
  const numbered = rule.byDay.some((day) => day.nth !== 0);
  return rule.byDay.flatMap(({ weekday, nth }: ByDay) => {
    const day = days[weekday as 0];
    if (nth !== 0) return [day.nth(nth)];
    return numbered ? Array.from({ length: perPeriod }, (_, i) => day.nth(i + 1)) : [day];
  });
}

/** BYSETPOS: gathers each period's candidates and passes on the chosen ones. */
function chooser(rule: Rule, visit: (local: LocalMs) => boolean) {
  let period: number | undefined;
  let set: LocalMs[] = [];
  const end = () => choose(set, rule.bySetPos).every(visit);
  const add = (local: LocalMs): boolean => {
    const of = periodOf(rule, local);
    if (of !== period) {
      if (!end()) {
        set = [];
        return false;
      }
      period = of;
      set = [];
    }
    set.push(local);
    return true;
  };
  return { add, end };
}
