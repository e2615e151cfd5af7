import { choose } from './choose.ts';
import { type DayPattern, everyDays, everyWeeks } from './day-pattern.ts';
import { DAY, HOUR, type LocalMs, MINUTE } from './local-time.ts';
import { everyMonths } from './month-pattern.ts';
import type { Rule, Walker } from './rule.ts';
import { offsetsInStep } from './steps.ts';

const EVERY_WEEKDAY = 0x7f;

/**
 * The walker of a rule of the common shapes, which works out the occurrences of a window, and how many came before it,
 * without walking from the start; null for the others.
 */
export function arithmeticWalker(rule: Rule): Walker | null {
  if (rule.freq === 'HOURLY' || rule.freq === 'MINUTELY') return stepWalker(rule);
  const pattern = dayPattern(rule);
  return pattern && walkerOfDays(rule, pattern, timesInDay(rule));
}

function dayPattern(rule: Rule): DayPattern | null {
  const { freq, interval, byMonth, byMonthDay, bySetPos } = rule;
  const months = byMonth.length + byMonthDay.length > 0;
  switch (freq) {
    case 'DAILY':
      return months ? chosenDays(rule) : everyDays(interval, weekdayMask(rule));
    case 'WEEKLY':
      if (bySetPos.length > 0) return null;
      return months
        ? chosenDays(rule)
        : everyWeeks(interval, rule.byDay.length === 0 ? 0 : weekdayMask(rule), rule.weekStart);
    default: {
      // BYSETPOS chooses among days here, so there must be one time in each.
      const times = [rule.byHour, rule.byMinute, rule.bySecond].every((list) => list.length <= 1);
      return bySetPos.length > 0 && !times ? null : everyMonths(rule);
    }
  }
}

/** Every day, or every week on certain days, in certain months or on certain days of the month: as a monthly rule says it. */
function chosenDays(rule: Rule): DayPattern | null {
  const weekly = rule.freq === 'WEEKLY';
  if (rule.interval > 1 || (weekly && rule.byDay.length === 0)) return null;
  const everyDay = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, nth: 0 }));
  const { monthEnd: _, ...same } = rule;
  return everyMonths({ ...same, freq: 'MONTHLY', bySetPos: [], byDay: rule.byDay.length > 0 ? rule.byDay : everyDay });
}

function weekdayMask({ byDay }: Rule): number {
  return byDay.length === 0 ? EVERY_WEEKDAY : byDay.reduce((mask, { weekday }) => mask | (1 << weekday), 0);
}

/** The times of day at which a rule fires, ascending, in milliseconds; what it does not say is that of the start. */
type TimesInDay = (start: LocalMs) => number[];

function timesInDay(rule: Rule): TimesInDay {
  const { byHour, byMinute, bySecond } = rule;
  const daily = rule.freq === 'DAILY';
  return remembered((inDay) => {
    const hours = byHour.length > 0 ? byHour : [Math.floor(inDay / HOUR)];
    const minutes = byMinute.length > 0 ? byMinute : [Math.floor(inDay / MINUTE) % 60];
    const seconds = bySecond.length > 0 ? bySecond : [Math.floor(inDay / 1000) % 60];
    const all = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => ((h * 60 + m) * 60 + s) * 1000)));
    return daily && rule.bySetPos.length > 0 ? choose(all, rule.bySetPos) : all;
  });
}

/** Regimens begin at few times of day. */
const MAX_REMEMBERED = 100;

/** Times by the start's time of day, worked out once. */
function remembered(timesOf: (inDay: number) => number[]): TimesInDay {
  const known = new Map<number, number[]>();
  return (start) => {
    const inDay = start - Math.floor(start / DAY) * DAY;
    let times = known.get(inDay);
    if (times === undefined) {
      if (known.size === MAX_REMEMBERED) known.clear();
      times = timesOf(inDay);
      known.set(inDay, times);
    }
    return times;
  };
}

/** Fires at certain times of certain days. */
function walkerOfDays(rule: Rule, pattern: DayPattern, timesOf: TimesInDay): Walker {
  return (start, from, to, visit) => {
    const times = timesOf(start);
    const startDay = Math.floor(start / DAY);
    const lastDay = Math.floor(to / DAY);
    let day = pattern.next(startDay, Math.max(startDay, Math.floor(from / DAY)), lastDay);
    if (day > lastDay) return;
    let left = Number.POSITIVE_INFINITY;
    if (rule.count !== undefined) {
      const early = times.filter((time) => startDay * DAY + time < start).length;
      const skipped = day > startDay && pattern.next(startDay, startDay, startDay) === startDay ? early : 0;
      left = rule.count - pattern.count(startDay, day) * times.length + skipped;
    }
    for (; day <= lastDay; day = pattern.next(startDay, day + 1, lastDay)) {
      for (let i = 0; i < times.length; i++) {
        const local = day * DAY + (times[i] as number);
        if (local < start) continue;
        if (local > to || left <= 0) return;
        left -= 1;
        if (local >= from && !visit(local)) return;
      }
    }
  };
}

/** HOURLY and MINUTELY: steps that divide the day are times of day, others an even row when no day or hour is chosen. */
function stepWalker(rule: Rule): Walker | null {
  if (rule.byMonth.length + rule.byMonthDay.length + rule.byYearDay.length > 0) return null;
  const unit = rule.freq === 'HOURLY' ? HOUR : MINUTE;
  const step = rule.interval * unit;
  if (DAY % step === 0) return walkerOfDays(rule, everyDays(1, weekdayMask(rule)), stepsInDay(rule, unit, step));
  const chosen = rule.byDay.length + rule.byHour.length + (unit === MINUTE ? rule.byMinute.length : 0) > 0;
  return chosen ? null : walkerOfSteps(rule, unit, step);
}

function stepsInDay(rule: Rule, unit: number, step: number): TimesInDay {
  const fits = (list: number[], value: number) => list.length === 0 || list.includes(value);
  return remembered((inDay) => {
    const offsets = offsetsInStep(rule, inDay % unit);
    const times: number[] = [];
    for (let at = Math.floor((inDay % step) / unit) * unit; at < DAY; at += step) {
      if (!fits(rule.byHour, Math.floor(at / HOUR))) continue;
      if (unit === MINUTE && !fits(rule.byMinute, Math.floor(at / MINUTE) % 60)) continue;
      for (const offset of offsets) times.push(at + offset);
    }
    return times;
  });
}

function walkerOfSteps(rule: Rule, unit: number, step: number): Walker {
  return (start, from, to, visit) => {
    const origin = Math.floor(start / unit) * unit;
    const offsets = offsetsInStep(rule, start - origin);
    const early = offsets.filter((offset) => origin + offset < start).length;
    let n = Math.max(0, Math.floor((from - origin) / step));
    let left = (rule.count ?? Number.POSITIVE_INFINITY) + (n > 0 ? early : 0) - n * offsets.length;
    for (; origin + n * step <= to; n++) {
      for (const offset of offsets) {
        const local = origin + n * step + offset;
        if (local < start) continue;
        if (local > to || left <= 0) return;
        left -= 1;
        if (local >= from && !visit(local)) return;
      }
    }
  };
}
