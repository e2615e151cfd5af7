import type { LocalMs } from './local-time.ts';
import type { Rule } from './rule.ts';

/** The rule with the days written out that RFC 5545 (3.3.10) takes from its start when it names none. */
export function withStartDays(rule: Rule, start: LocalMs): Rule {
  const date = new Date(start);
  if ([rule.byWeekNo, rule.byYearDay, rule.byMonthDay, rule.byDay].some((list) => list.length > 0)) return rule;
  const byMonthDay = [date.getUTCDate()];
  switch (rule.freq) {
    case 'YEARLY':
      return { ...rule, byMonthDay, byMonth: rule.byMonth.length > 0 ? rule.byMonth : [date.getUTCMonth() + 1] };
    case 'MONTHLY':
      return { ...rule, byMonthDay };
    case 'WEEKLY':
      return { ...rule, byDay: [{ weekday: (date.getUTCDay() + 6) % 7, nth: 0 }] };
    default:
      return rule;
  }
}
