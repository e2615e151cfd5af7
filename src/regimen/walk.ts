import { arithmeticWalker } from './arithmetic.ts';
import { DAY, HOUR, MINUTE } from './local-time.ts';
import { visitPeriods } from './periods.ts';
import type { Frequency, Rule, Walker } from './rule.ts';
import { visitSteps } from './steps.ts';

/** By arithmetic where the rule has a common shape, the general way otherwise; the two agree on every rule. */
export function walkerOf(rule: Rule): Walker {
  return arithmeticWalker(rule) ?? generalWalker(rule);
}

/** Lays out the periods of any rule; a rule with COUNT is walked from its start. */
export function generalWalker(rule: Rule): Walker {
  const walk = rule.freq === 'HOURLY' || rule.freq === 'MINUTELY' ? visitSteps : visitPeriods;
  return (start, from, to, visit) => {
    if (from > to) return;
    let left = rule.count ?? Number.POSITIVE_INFINITY;
    walk(rule, start, rule.count === undefined ? from : start, to, (local) => {
      if (local > to) return false;
      if (local < start) return true;
      left -= 1;
      return (local < from || visit(local)) && left > 0;
    });
  };
}

/** The frequencies an elapsed-time rule may have, as lengths on the time line. */
export const ELAPSED_UNIT: Partial<Record<Frequency, number>> = { MINUTELY: MINUTE, HOURLY: HOUR, DAILY: DAY };

/** The occurrences of an elapsed-time rule: every interval from the start's instant on, between `from` and `to`. */
export function walkElapsed(
  rule: Rule,
  start: number,
  from: number,
  to: number,
  visit: (instant: number) => boolean,
): void {
  const step = (ELAPSED_UNIT[rule.freq] as number) * rule.interval;
  const last = start + (rule.count === undefined ? Number.POSITIVE_INFINITY : (rule.count - 1) * step);
  const first = start + Math.max(0, Math.ceil((from - start) / step)) * step;
  for (let at = first; at <= Math.min(to, last); at += step) {
    if (!visit(at)) return;
  }
}
