import type { Frequency } from '../rule.ts';

/**
 * What one language needs to say any regimen. Days of the week count from Monday, 0; months from January, 1; a negative
 * day, week or position counts from the end. Times are `HH:mm`, or `HH:mm:ss` where the second is not 0. A phrase begins
 * in small letters and stands anywhere in a sentence.
 */
export interface Phrases {
  /** "a, b and c". */
  and(items: string[]): string;
  every(unit: Frequency, n: number): string;
  /** Elapsed time: "every 8 hours exactly". */
  exactly(unit: 'hours' | 'minutes', n: number): string;
  weekdays(days: number[]): string;
  /** `of`: one of the three below. */
  monthDays(days: number[], of: string): string;
  nthWeekday(nth: number, weekday: number, of: string): string;
  ofEachMonth: string;
  ofMonths(months: number[]): string;
  ofTheYear: string;
  yearDays(days: number[]): string;
  weeks(numbers: number[]): string;
  inMonths(months: number[]): string;
  /** Between two conditions that a day must meet together. */
  both: string;
  /** Before conditions that choose from what was said. */
  only(conditions: string): string;
  times(times: string[]): string;
  /** `null`: every hour. */
  clock(parts: { hours: string[] | null; minutes: string[]; seconds: string[] }): string;
  onlyInHours(hours: string[]): string;
  minutes(minutes: string[]): string;
  seconds(seconds: string[]): string;
  /** BYSETPOS: "only the first time of the month". */
  positions(positions: number[], unit: Frequency): string;
  weekStart(day: number): string;
  /** In a month without that day, the last one. */
  monthEnd: string;
  /** Days on and days off, in turn. */
  cycle(onDays: number, offDays: number): string;
  doses(count: number): string;
  date(year: number, month: number, day: number): string;
  /** A date phrase with, or without, its time of day. */
  on(date: string, time?: string): string;
  since(date: string, time?: string): string;
  until(date: string, time: string): string;
  also: string;
  except(dates: string): string;
  /** Too many dates to name each. */
  manyDates(count: number, first: string, last: string): string;
  nothing: string;
}

/** "a, b and c" with the language's "and". */
export function joinWith(and: string): (items: string[]) => string {
  return (items) => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${and} ${items.at(-1)}`);
}
