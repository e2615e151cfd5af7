import type { Frequency } from '../rule.ts';
import { joinWith, type Phrases } from './phrases.ts';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const UNITS: Record<Frequency, string> = {
  YEARLY: 'year',
  MONTHLY: 'month',
  WEEKLY: 'week',
  DAILY: 'day',
  HOURLY: 'hour',
  MINUTELY: 'minute',
};
const WORDS = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

const and = joinWith('and');
const months = (list: number[]) => and(list.map((month) => MONTHS[month - 1] as string));
const plural = (items: unknown[], noun: string) => (items.length === 1 ? noun : `${noun}s`);
const counted = (n: number, noun: string) => (n === 1 ? noun : `${n} ${noun}s`);

function ordinal(n: number): string {
  const suffix = (n % 100 > 10 && n % 100 < 14 ? undefined : ['th', 'st', 'nd', 'rd'][n % 10]) ?? 'th';
  return `${n}${suffix}`;
}

/** "last", "2nd-to-last", or the number. */
const fromEnd = (n: number) => (n === -1 ? 'last' : `${ordinal(-n)}-to-last`);
const place = (n: number) => (n > 0 ? (WORDS[n] ?? ordinal(n)) : fromEnd(n));
const onDays = (list: number[]) => and(list.map((day) => (day > 0 ? ordinal(day) : `${fromEnd(day)} day`)));

export const EN: Phrases = {
  and,
  every: (unit, n) => `every ${counted(n, UNITS[unit])}`,
  exactly: (unit, n) => `every ${counted(n, unit.slice(0, -1))} exactly`,
  weekdays: (list) => {
    if (list.length === 7) return 'every day';
    if (list.join() === '0,1,2,3,4') return 'Monday to Friday';
    return `on ${and(list.map((day) => `${DAYS[day]}s`))}`;
  },
  monthDays: (list, of) => `on the ${onDays(list)}${of}`,
  nthWeekday: (nth, weekday, of) => `on the ${place(nth)} ${DAYS[weekday]}${of}`,
  ofEachMonth: ' of each month',
  ofMonths: (list) => ` of ${months(list)}`,
  ofTheYear: ' of the year',
  yearDays: (list) => `on the ${and(list.map((day) => `${day > 0 ? ordinal(day) : fromEnd(day)} day`))} of the year`,
  weeks: (list) =>
    `in ${plural(list, 'week')} ${and(list.map((n) => (n > 0 ? `${n}` : n === -1 ? 'last' : `${-n} from the end`)))} of the year`,
  inMonths: (list) => `in ${months(list)}`,
  both: ' and at the same time ',
  only: (conditions) => `only ${conditions}`,
  times: (list) => `at ${and(list)}`,
  clock: ({ hours, minutes, seconds }) =>
    `${EN.minutes(minutes)} of ${hours === null ? 'every hour' : `${plural(hours, 'hour')} ${and(hours)}`}${
      seconds.join() === '00' ? '' : `, ${EN.seconds(seconds)}`
    }`,
  onlyInHours: (list) => `in ${plural(list, 'hour')} ${and(list)}`,
  minutes: (list) => `at ${plural(list, 'minute')} ${and(list)}`,
  seconds: (list) => `at ${plural(list, 'second')} ${and(list)}`,
  positions: (list, unit) => `only the ${and(list.map(place))} time of the ${UNITS[unit]}`,
  weekStart: (day) => `with weeks that begin on ${DAYS[day]}`,
  monthEnd: 'in shorter months, on the last day',
  cycle: (on, off) => `${on} ${on === 1 ? 'day' : 'days'} on and ${off} off`,
  doses: (count) => counted(count, 'dose').replace(/^dose$/, '1 dose'),
  date: (year, month, day) => `${day} ${MONTHS[month - 1]} ${year}`,
  on: (date, time) => `on ${date}${time === undefined ? '' : ` at ${time}`}`,
  since: (date, time) => `from ${date}${time === undefined ? '' : ` at ${time}`}`,
  until: (date, time) => `until ${date} at ${time} inclusive`,
  also: '; also, ',
  except: (dates) => `except ${dates}`,
  manyDates: (count, first, last) => `on ${count} dates, from ${first} to ${last}`,
  nothing: 'no dose',
};
