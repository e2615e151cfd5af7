import type { Regimen } from '../domain/prescription.ts';
import { parseRule, type Rule, type Walker } from './rule.ts';
import { walkerOf } from './walk.ts';

/** A rule, read, and how its wall-clock occurrences are found. */
export interface ReadRule {
  rule: Rule;
  walk: Walker;
}

/** The same few rules come back in most regimens; the oldest leaves when there are too many. */
const MAX_KEPT = 5000;
const kept = { skip: new Map<string, ReadRule>(), last_day: new Map<string, ReadRule>() };

/** Reads an RRULE value; returns the text of what is wrong with it otherwise. */
export function readRule(text: string, monthEnd: Regimen['monthEnd'] = 'skip'): ReadRule | string {
  const known = kept[monthEnd].get(text);
  if (known !== undefined) return known;
  const rule = parseRule(text);
  if (typeof rule === 'string') return rule;
  if (monthEnd === 'last_day') rule.monthEnd = monthEnd;
  const read = { rule, walk: walkerOf(rule) };
  const rules = kept[monthEnd];
  if (rules.size === MAX_KEPT) rules.delete(rules.keys().next().value as string);
  rules.set(text, read);
  return read;
}
