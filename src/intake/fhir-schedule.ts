import { formatLocal, HOUR, type LocalMs, SECOND, secondOfDay, timeOf } from '../regimen/local-time.ts';
import { type Moment, refuse } from './fhir-read.ts';
import type { Repeat } from './fhir-repeat.ts';

/** The rules of a `repeat`, without its end. `from` is where they count from. */
interface Schedule {
  mode: 'wall' | 'elapsed';
  rrules: string[];
  rdates: string[];
  from: LocalMs;
}

/** The times of N doses a day when the prescriber names none. */
const DEFAULT_TIMES: Record<number, string[]> = {
  1: ['08:00:00'],
  2: ['08:00:00', '20:00:00'],
  3: ['08:00:00', '14:00:00', '20:00:00'],
  4: ['08:00:00', '12:00:00', '16:00:00', '20:00:00'],
};

/** From midnight to the dose of which only the date is known. */
export const FIRST_TIME = 8 * HOUR;

/** Lays a repeat out as RRULEs from its start. Throws a `Refusal` when it is not exactly one schedule. */
export function scheduleOf(repeat: Repeat, start: Moment, path: string): Schedule {
  if (repeat.period === undefined && repeat.timeOfDay.length === 0 && repeat.dayOfWeek.length === 0) {
    return singleDose(repeat, start, path);
  }
  if (repeat.period !== undefined && repeat.periodUnit === undefined)
    refuse(`${path}.periodUnit`, 'period has no unit: give periodUnit');
  if (repeat.period === undefined && repeat.frequency !== undefined && repeat.frequency !== timesPerPeriod(repeat)) {
    refuse(`${path}.period`, 'frequency has no period: give period and periodUnit');
  }
  return BY_UNIT[repeat.periodUnit ?? 'd']?.(repeat, start, path) as Schedule;
}

function singleDose(repeat: Repeat, start: Moment, path: string): Schedule {
  if (repeat.count !== 1 || (repeat.frequency ?? 1) !== 1) {
    refuse(path, 'it does not say when: give frequency, period and periodUnit, or timeOfDay');
  }
  const from = start.instant === undefined ? start.local + FIRST_TIME : start.local;
  return { mode: 'wall', rrules: [], rdates: [formatLocal(from)], from };
}

const BY_UNIT: Record<string, (repeat: Repeat, start: Moment, path: string) => Schedule> = {
  h: hourly,
  d: daily,
  wk: weekly,
  mo: monthly,
};

/** Hours that divide a day are a list of wall-clock hours; others are exact intervals on the time line. */
function hourly(repeat: Repeat, start: Moment, path: string): Schedule {
  const { period = 1, frequency = 1 } = repeat;
  if (frequency !== 1)
    refuse(
      `${path}.frequency`,
      'several doses in a period of hours are not one schedule: give the interval between doses',
    );
  for (const part of ['timeOfDay', 'dayOfWeek'] as const) {
    if (repeat[part].length > 0)
      refuse(`${path}.${part}`, 'it contradicts a period in hours: write the period in days');
  }
  const first = start.instant === undefined ? start.local + FIRST_TIME : start.local;
  if (24 % period !== 0)
    return { mode: 'elapsed', rrules: [`FREQ=HOURLY;INTERVAL=${period}`], rdates: [], from: first };
  const second = secondOfDay(first);
  const hours = Array.from({ length: 24 / period }, (_, i) => (Math.floor(second / 3600) + i * period) % 24);
  const times = hours.map((hour) => timeOf((hour * 3600 + (second % 3600)) * SECOND));
  return { mode: 'wall', rrules: atTimes('FREQ=DAILY', times.sort()), rdates: [], from: start.local };
}

function daily(repeat: Repeat, start: Moment, path: string): Schedule {
  const { period = 1, dayOfWeek } = repeat;
  if (dayOfWeek.length > 0) {
    if (period !== 1) refuse(`${path}.dayOfWeek`, 'it contradicts a period of several days: write the period in weeks');
    return wall(`FREQ=WEEKLY;BYDAY=${weekdays(dayOfWeek)}`, timesOf(repeat, 1, path), start);
  }
  if (period > 1 && (repeat.frequency ?? 1) > 1 && repeat.timeOfDay.length === 0) {
    refuse(
      `${path}.frequency`,
      'several doses over several days do not say which days: give timeOfDay, or a period of one day',
    );
  }
  return wall(`FREQ=DAILY${interval(period)}`, timesOf(repeat, 1, path), start);
}

function weekly(repeat: Repeat, start: Moment, path: string): Schedule {
  const { period = 1, dayOfWeek } = repeat;
  const days = dayOfWeek.length > 0 ? weekdays(dayOfWeek) : WEEKDAYS[(new Date(start.local).getUTCDay() + 6) % 7];
  const count = Math.max(1, new Set(dayOfWeek).size);
  if (dayOfWeek.length === 0 && (repeat.frequency ?? 1) > 1) {
    refuse(`${path}.frequency`, 'several doses a week do not say which days: give dayOfWeek');
  }
  return wall(`FREQ=WEEKLY${interval(period)};BYDAY=${days};WKST=MO`, timesOf(repeat, count, path), start);
}

/** On the start's day of the month; on the last day of a month that does not have it. */
function monthly(repeat: Repeat, start: Moment, path: string): Schedule {
  if (repeat.dayOfWeek.length > 0)
    refuse(`${path}.dayOfWeek`, 'weekdays of a month are not read: write the period in weeks');
  const day = new Date(start.local).getUTCDate();
  const days = day <= 28 ? `${day}` : `${[28, 29, 30, 31].filter((d) => d <= day).join(',')};BYSETPOS=-1`;
  return wall(`FREQ=MONTHLY${interval(repeat.period ?? 1)};BYMONTHDAY=${days}`, timesOf(repeat, 1, path), start);
}

/** The times of day of a repeat whose period has `days` days with doses. */
function timesOf(repeat: Repeat, days: number, path: string): string[] {
  const { frequency = timesPerPeriod(repeat), timeOfDay } = repeat;
  if (timeOfDay.length > 0) {
    if (frequency !== timeOfDay.length * days) {
      refuse(`${path}.frequency`, 'it is not the number of timeOfDay: correct one of them');
    }
    return timeOfDay;
  }
  const daily = repeat.periodUnit === undefined || repeat.periodUnit === 'd';
  if (!daily && frequency !== days)
    refuse(`${path}.frequency`, 'it does not say on which days: give dayOfWeek and timeOfDay');
  const times = DEFAULT_TIMES[frequency / days];
  if (!times) refuse(`${path}.frequency`, 'no times are known for so many doses: give timeOfDay');
  return times;
}

/** How many doses a period has by its lists alone. */
function timesPerPeriod({ dayOfWeek, timeOfDay, periodUnit }: Repeat): number {
  const days = periodUnit === 'wk' ? Math.max(1, new Set(dayOfWeek).size) : 1;
  return days * Math.max(1, timeOfDay.length);
}

function wall(rule: string, times: string[], start: Moment): Schedule {
  return { mode: 'wall', rrules: atTimes(rule, times), rdates: [], from: start.local };
}

/** One rule per minute of the hour: BYHOUR × BYMINUTE is a cross product. */
function atTimes(rule: string, times: string[]): string[] {
  const hours = Map.groupBy(times, (time) => time.slice(3));
  return [...hours].map(([rest, at]) => {
    const [minute, second] = rest.split(':').map(Number);
    return `${rule};BYHOUR=${at.map((time) => Number(time.slice(0, 2))).join(',')};BYMINUTE=${minute};BYSECOND=${second}`;
  });
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

function weekdays(days: string[]): string {
  return [...new Set(days.map((day) => day.slice(0, 2).toUpperCase()))].join(',');
}

function interval(period: number): string {
  return period === 1 ? '' : `;INTERVAL=${period}`;
}
