import { type LocalMs, secondOfDay } from '../local-time.ts';
import type { Rule } from '../rule.ts';
import { withStartDays } from '../start-days.ts';
import type { Phrases } from './phrases.ts';

/** More times of day than this are said as hours and minutes rather than one by one. */
const MOST_TIMES = 12;
const two = (n: number) => String(n).padStart(2, '0');

/**
 * One rule on the wall clock, without its bounds: when it fires. `start` fills in what RFC 5545 takes from DTSTART.
 * `lastDay`: a month too short for its day takes its last one.
 */
export function ruleInWords(given: Rule, start: LocalMs, lastDay: boolean, say: Phrases): string {
  const rule = endsLast(withStartDays(given, start));
  const steps = rule.freq === 'HOURLY' || rule.freq === 'MINUTELY';
  const parts = steps
    ? stepsInWords(rule, start, say)
    : [`${daysInWords(rule, say)} ${timesInWords(rule, start, say)}`];
  if (rule.bySetPos.length > 0) parts.push(say.positions(rule.bySetPos, rule.freq));
  if (lastDay && rule.byMonthDay.some((day) => day > 28)) parts.push(say.monthEnd);
  const weeksMatter = rule.byWeekNo.length > 0 || (rule.freq === 'WEEKLY' && rule.interval > 1);
  if (weeksMatter && rule.weekStart !== 0) parts.push(say.weekStart(rule.weekStart));
  return parts.join(', ');
}

/** Whether only the start's time of day says when the rule fires. */
export function countsFromTime(rule: Rule): boolean {
  return rule.freq === 'MINUTELY' || (rule.freq === 'HOURLY' && (24 % rule.interval !== 0 || rule.bySetPos.length > 0));
}

/** What counts from the end, after what counts from the beginning. */
function endsLast(rule: Rule): Rule {
  const sorted = (list: number[]) => list.toSorted((a, b) => Number(a < 0) - Number(b < 0) || a - b);
  return {
    ...rule,
    byMonthDay: sorted(rule.byMonthDay),
    byYearDay: sorted(rule.byYearDay),
    byWeekNo: sorted(rule.byWeekNo),
    bySetPos: sorted(rule.bySetPos),
  };
}

function daysInWords(rule: Rule, say: Phrases): string {
  const { freq, interval } = rule;
  const conditions = dayConditions(rule, say);
  const ofYear = freq === 'YEARLY' && conditions.ofYear;
  if (conditions.text !== '' && interval === 1 && rule.bySetPos.length === 0 && !ofYear) return conditions.text;
  const every = say.every(freq, interval);
  if (conditions.text === '') return every;
  return `${every}, ${freq === 'DAILY' ? say.only(conditions.text) : conditions.text}`;
}

/** What a day must be. `ofYear`: said of the year, so that "every year" belongs before it. */
function dayConditions(rule: Rule, say: Phrases): { text: string; ofYear: boolean } {
  const { byMonth, byMonthDay, byYearDay, byWeekNo, byDay, freq, interval } = rule;
  const plain = [...new Set(byDay.filter(({ nth }) => nth === 0).map(({ weekday }) => weekday))].sort();
  const nths = byDay.filter(({ nth }) => nth !== 0);
  const each = freq === 'MONTHLY' && interval > 1 ? '' : say.ofEachMonth;
  const ofMonth = byMonth.length > 0 ? say.ofMonths(byMonth) : each;
  const nthOf = freq === 'YEARLY' && byMonth.length === 0 ? say.ofTheYear : ofMonth;
  const weekdays = [
    ...nths.map(({ nth, weekday }) => say.nthWeekday(nth, weekday, nthOf)),
    ...(plain.length > 0 ? [say.weekdays(plain)] : []),
  ];
  const together = [
    ...(byWeekNo.length > 0 ? [say.weeks(byWeekNo)] : []),
    ...(byYearDay.length > 0 ? [say.yearDays(byYearDay)] : []),
    ...(byMonthDay.length > 0 ? [say.monthDays(byMonthDay, ofMonth)] : []),
    ...(weekdays.length > 0 ? [say.and(weekdays)] : []),
  ].join(say.both);
  const monthsSaid = byMonth.length === 0 || byMonthDay.length > 0 || nths.length > 0;
  const ofYear = byMonth.length > 0 || byWeekNo.length > 0 || byYearDay.length > 0 || nths.length > 0;
  if (monthsSaid) return { text: together, ofYear };
  if (together !== '') return { text: `${together}, ${say.inMonths(byMonth)}`, ofYear };
  return {
    text:
      freq === 'DAILY' && interval === 1 ? `${say.every(freq, 1)}, ${say.inMonths(byMonth)}` : say.inMonths(byMonth),
    ofYear,
  };
}

function timesInWords(rule: Rule, start: LocalMs, say: Phrases, hours = hoursOf(rule, start)): string {
  const { minutes, seconds } = minutesOf(rule, start);
  if (hours.length * minutes.length * seconds.length <= MOST_TIMES) {
    return say.times(
      hours.flatMap((hour) =>
        minutes.flatMap((minute) =>
          seconds.map((second) => `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`),
        ),
      ),
    );
  }
  return say.clock({
    hours: hours.length === 24 ? null : hours.map(two),
    minutes: minutes.map(two),
    seconds: seconds.map(two),
  });
}

function hoursOf(rule: Rule, start: LocalMs): number[] {
  return rule.byHour.length > 0 ? rule.byHour : [Math.floor(secondOfDay(start) / 3600)];
}

function minutesOf(rule: Rule, start: LocalMs): { minutes: number[]; seconds: number[] } {
  const date = new Date(start);
  return {
    minutes: rule.byMinute.length > 0 ? rule.byMinute : [date.getUTCMinutes()],
    seconds: rule.bySecond.length > 0 ? rule.bySecond : [date.getUTCSeconds()],
  };
}

/** HOURLY and MINUTELY: as times of day where the steps divide the day, else as steps counted from the start. */
function stepsInWords(rule: Rule, start: LocalMs, say: Phrases): string[] {
  const every = say.every(rule.freq, rule.interval);
  const conditions = dayConditions(rule, say).text;
  const days = conditions === '' ? [] : [conditions];
  if (!countsFromTime(rule)) {
    const first = Math.floor(secondOfDay(start) / 3600) % rule.interval;
    const all = Array.from({ length: 24 / rule.interval }, (_, i) => first + i * rule.interval);
    if (rule.byHour.length === 0) {
      if (rule.interval === 1) return [every, ...minutesInWords(rule, start, say), ...days];
      return [every, timesInWords(rule, start, say, all), ...days];
    }
    const hours = all.filter((hour) => rule.byHour.includes(hour));
    if (hours.length > 0) {
      return [`${conditions === '' ? say.every('DAILY', 1) : conditions} ${timesInWords(rule, start, say, hours)}`];
    }
  }
  const filters = [
    ...days,
    ...(rule.byHour.length > 0 ? [say.onlyInHours(rule.byHour.map(two))] : []),
    ...(rule.byMinute.length > 0 ? [say.minutes(rule.byMinute.map(two))] : []),
    ...(rule.bySecond.length > 0 ? [say.seconds(rule.bySecond.map(two))] : []),
  ];
  return filters.length === 0 ? [every] : [every, say.only(filters.join(', '))];
}

function minutesInWords(rule: Rule, start: LocalMs, say: Phrases): string[] {
  const { minutes, seconds } = minutesOf(rule, start);
  const text = say.minutes(minutes.map(two));
  return seconds.join() === '0' ? [text] : [text, say.seconds(seconds.map(two))];
}
