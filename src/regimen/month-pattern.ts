import { choose } from './choose.ts';
import { bits, type DayPattern, lowestBit, weekdayOf } from './day-pattern.ts';
import { dayNumber, monthLength } from './local-time.ts';
import type { Rule } from './rule.ts';

const ALL_MONTHS = 0xfff;

/**
 * The days of a MONTHLY or YEARLY rule that can be told month by month; null for the others. A month's days depend only on
 * its length and its first weekday, so they are a table of 28 sets of bits, bit 0 being the first day. Months count from
 * January of year 0.
 */
export function everyMonths(rule: Rule): DayPattern | null {
  const { interval } = rule;
  const yearly = rule.freq === 'YEARLY';
  const numbered = rule.byDay.some((day) => day.nth !== 0);
  if (rule.byYearDay.length > 0 || rule.byWeekNo.length > 0) return null;
  if (yearly && (rule.bySetPos.length > 0 || (numbered && rule.byMonth.length === 0))) return null;
  /** The day, and in a yearly rule the month, are those of the start. */
  const implied = rule.byMonthDay.length === 0 && rule.byDay.length === 0;
  if (implied && rule.bySetPos.length > 0) return null;
  const table = implied ? [] : monthTable(rule);
  const everyYear = yearly ? interval === 1 : 12 % interval === 0;
  const alike = !yearly && rule.byMonth.length === 0 && new Set(table.map(bits)).size === 1;
  if (rule.count !== undefined && !everyYear && !alike) return null;

  const given = rule.byMonth.reduce((mask, month) => mask | (1 << (month - 1)), 0);
  const monthsOf = (startMonth: number) => given || (yearly && implied ? 1 << (startMonth % 12) : ALL_MONTHS);
  const lastDay = rule.monthEnd === 'last_day';
  const daysOf = (month: number, startDay: number) => {
    const length = lengthOf(month);
    if (!implied) return table[(length - 28) * 7 + weekdayOf(firstDay(month))] as number;
    if (startDay <= length) return 1 << (startDay - 1);
    return lastDay ? 1 << (length - 1) : 0;
  };
  const step = yearly ? interval * 12 : interval;
  /** The first month of a period that counts, `month` or later. */
  const aligned = (startMonth: number, month: number) => {
    const origin = yearly ? startMonth - (startMonth % 12) : startMonth;
    const period = Math.floor((month - origin) / step) * step + origin;
    return month < period + (yearly ? 12 : 1) ? month : period + step;
  };
  /** On how many days the rule fires in a month. */
  const sizeOf = (month: number, startMonth: number, startDay: number) =>
    (monthsOf(startMonth) >> (month % 12)) & 1 && aligned(startMonth, month) === month
      ? bits(daysOf(month, startDay))
      : 0;
  const yearSizes = new Map<number, number[]>();
  /** On how many days it fires in each kind of year; the start matters by its day and by its place in the year. */
  const yearSizesOf = (startMonth: number, startDay: number) => {
    const key = (startMonth % 12) * 32 + startDay;
    let sizes = yearSizes.get(key);
    if (sizes === undefined) {
      sizes = KINDS.map(({ year }) => sum(12, (i) => sizeOf(year * 12 + i, startMonth, startDay)));
      yearSizes.set(key, sizes);
    }
    return sizes;
  };

  return {
    next(start, day, last) {
      const startMonth = monthOf(start);
      const startDay = start - firstDay(startMonth) + 1;
      const months = monthsOf(startMonth);
      const today = monthOf(day);
      for (let month = aligned(startMonth, today); ; month = aligned(startMonth, month + 1)) {
        const first = firstDay(month);
        if (first > last) return Number.POSITIVE_INFINITY;
        if (((months >> (month % 12)) & 1) === 0) continue;
        const days = month === today ? daysOf(month, startDay) & (-1 << (day - first)) : daysOf(month, startDay);
        if (days !== 0) return first + lowestBit(days);
      }
    },
    count(start, day) {
      const startMonth = monthOf(start);
      const startDay = start - firstDay(startMonth) + 1;
      const size = (month: number) => sizeOf(month, startMonth, startDay);
      const inMonth = (until: number) => {
        const month = monthOf(until);
        return size(month) === 0 ? 0 : bits(daysOf(month, startDay) & ~(-1 << (until - firstDay(month))));
      };
      const month = monthOf(day);
      if (alike)
        return Math.ceil((month - startMonth) / step) * bits(table[0] as number) + inMonth(day) - inMonth(start);
      const sizes = yearSizesOf(startMonth, startDay);
      const upTo = (until: number) => {
        const year = Math.floor(until / 12);
        const years = sum(KINDS.length, (i) => (sizes[i] as number) * (KINDS[i] as YearKind).before(year));
        return years + sum(until - year * 12, (i) => size(year * 12 + i));
      };
      return upTo(month) + inMonth(day) - upTo(startMonth) - inMonth(start);
    },
  };
}

function sum(n: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += term(i);
  return total;
}

function firstDay(month: number): number {
  return dayNumber(Math.floor(month / 12), month % 12);
}

function lengthOf(month: number): number {
  return monthLength(Math.floor(month / 12), month % 12);
}

/** The month that holds a day. */
function monthOf(day: number): number {
  const guess = Math.floor((day + 719_528) / 30.436_875); // from 1 January of year 0, by the mean length of a month
  if (firstDay(guess) > day) return guess - 1;
  return firstDay(guess + 1) <= day ? guess + 1 : guess;
}

/** By the month's length, from 28, and within that by its first weekday. */
function monthTable(rule: Rule): number[] {
  return [28, 29, 30, 31].flatMap((length) => [0, 1, 2, 3, 4, 5, 6].map((weekday) => monthDays(rule, length, weekday)));
}

function monthDays(rule: Rule, length: number, firstWeekday: number): number {
  const days: number[] = [];
  for (let day = 1; day <= length; day++) {
    if (isMonthDay(rule, day, length) && isWeekday(rule, day, length, firstWeekday)) days.push(day);
  }
  const chosen = rule.bySetPos.length > 0 ? choose(days, rule.bySetPos) : days;
  return chosen.reduce((mask, day) => mask | (1 << (day - 1)), 0);
}

function isMonthDay({ byMonthDay, monthEnd }: Rule, day: number, length: number): boolean {
  if (byMonthDay.length === 0 || byMonthDay.includes(day) || byMonthDay.includes(day - length - 1)) return true;
  return monthEnd === 'last_day' && day === length && byMonthDay.some((wanted) => wanted > length);
}

function isWeekday({ byDay }: Rule, day: number, length: number, firstWeekday: number): boolean {
  if (byDay.length === 0) return true;
  const fromStart = Math.ceil(day / 7);
  const fromEnd = -Math.ceil((length - day + 1) / 7);
  return byDay.some(
    ({ weekday, nth }) =>
      weekday === (firstWeekday + day - 1) % 7 && (nth === 0 || nth === fromStart || nth === fromEnd),
  );
}

/** Years common or leap with the same weekdays: 14 kinds, which the calendar repeats every 400 years. */
interface YearKind {
  /** One of them. */
  year: number;
  /** How many there are from year 0 on and before a year. */
  before(year: number): number;
}

const KINDS = yearKinds();

function yearKinds(): YearKind[] {
  const cycle = Array.from({ length: 400 }, (_, year) => year);
  const kindOf = (year: number) => weekdayOf(dayNumber(year, 0)) * 2 + (monthLength(year, 1) - 28);
  return [...Map.groupBy(cycle, kindOf).values()].map((years) => {
    const before = cycle.map((year) => years.filter((each) => each < year).length);
    return {
      year: years[0] as number,
      before: (year) => Math.floor(year / 400) * years.length + (before[year % 400] as number),
    };
  });
}
