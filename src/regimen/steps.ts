import { choose } from './choose.ts';
import { DAY, HOUR, type LocalMs, MINUTE, SECOND } from './local-time.ts';
import type { Rule } from './rule.ts';

/**
 * The candidates of an HOURLY or MINUTELY rule as wall-clock times, ascending, from the step that holds `from` to `to`.
 * Plain arithmetic: rrule.js loops for ever on rules such as FREQ=HOURLY;INTERVAL=24;BYHOUR=5 from 08:00.
 */
export function visitSteps(
  rule: Rule,
  start: LocalMs,
  from: LocalMs,
  to: LocalMs,
  visit: (local: LocalMs) => boolean,
): void {
  const unit = rule.freq === 'HOURLY' ? HOUR : MINUTE;
  const step = rule.interval * unit;
  const origin = Math.floor(start / unit) * unit;
  const offsets = offsetsInStep(rule, start - origin);
  const fits = dayFilter(rule);
  let day = Number.NaN;
  let dayFits = false;
  for (let at = origin + Math.floor((Math.max(from, start) - origin) / step) * step; at <= to; at += step) {
    const today = Math.floor(at / DAY);
    if (today !== day) {
      day = today;
      dayFits = fits(today * DAY);
    }
    if (!dayFits || !has(rule.byHour, Math.floor((at - today * DAY) / HOUR))) continue;
    if (rule.freq === 'MINUTELY' && !has(rule.byMinute, new Date(at).getUTCMinutes())) continue;
    if (!offsets.every((offset) => visit(at + offset))) return;
  }
}

/** Where, inside each hour (or minute), the rule fires. */
export function offsetsInStep(rule: Rule, startInUnit: number): number[] {
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [Math.floor((startInUnit % MINUTE) / SECOND)];
  const hourly = rule.freq === 'HOURLY';
  const minutes = hourly && rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(startInUnit / MINUTE)];
  const all = minutes.flatMap((minute) => seconds.map((second) => minute * MINUTE + second * SECOND));
  return rule.bySetPos.length > 0 ? choose(all, rule.bySetPos) : all;
}

function dayFilter(rule: Rule): (midnight: LocalMs) => boolean {
  return (midnight) => {
    const date = new Date(midnight);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    const yearStart = Date.UTC(year, 0, 1);
    const monthDays = (Date.UTC(year, month + 1, 1) - Date.UTC(year, month, 1)) / DAY;
    const yearDays = (Date.UTC(year + 1, 0, 1) - yearStart) / DAY;
    return (
      has(rule.byMonth, month + 1) &&
      hasFromEitherEnd(rule.byMonthDay, date.getUTCDate(), monthDays) &&
      hasFromEitherEnd(rule.byYearDay, (midnight - yearStart) / DAY + 1, yearDays) &&
      (rule.byDay.length === 0 || rule.byDay.some((day) => day.weekday === (date.getUTCDay() + 6) % 7))
    );
  };
}

function has(list: number[], value: number): boolean {
  return list.length === 0 || list.includes(value);
}

function hasFromEitherEnd(list: number[], value: number, size: number): boolean {
  return list.length === 0 || list.includes(value) || list.includes(value - size - 1);
}
