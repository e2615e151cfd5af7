import type { Language } from '../domain/language.ts';
import type { Regimen } from '../domain/prescription.ts';
import { type LocalMs, parseLocal, secondOfDay, toLocal } from './local-time.ts';
import { parseRule, type Rule } from './rule.ts';
import { EN } from './words/en.ts';
import { ES } from './words/es.ts';
import type { Phrases } from './words/phrases.ts';
import { PT } from './words/pt.ts';
import { countsFromTime, ruleInWords } from './words/rule-in-words.ts';

const PHRASES: Record<Language, Phrases> = { es: ES, en: EN, pt: PT };

/** More dates than this are counted rather than named. */
const MOST_DATES = 12;

/**
 * What a regimen says, exactly: "todos los días a las 08:00 y 20:00, 21 dosis, desde el 23 de noviembre de 2026". A shape
 * that has no idiom is described part by part. Times are wall clock in `zone`. Throws on a regimen that cannot be read.
 */
export function regimenInWords(regimen: Regimen, zone: string, language: Language): string {
  const say = PHRASES[language];
  const start = localOf(regimen.start);
  const rules = regimen.rrules.map(readRule);
  const says = rules.map((rule) => [
    regimen.mode === 'elapsed'
      ? elapsedInWords(rule, say)
      : ruleInWords(rule, start, regimen.monthEnd === 'last_day', say),
    ...boundsInWords(rule, zone, say),
  ]);
  const parts = says.map((part) => part.join(', '));
  if (regimen.rdates.length > 0) parts.push(datesInWords(regimen.rdates, say));
  const text = [parts.length > 0 ? parts.join(say.also) : say.nothing];
  if (regimen.cycle !== undefined) text.push(say.cycle(regimen.cycle.onDays, regimen.cycle.offDays));
  if (regimen.exdates.length > 0) text.push(say.except(datesInWords(regimen.exdates, say)));
  if (rules.length > 0) text.push(sinceInWords(regimen, rules, start, say));
  return text.join(parts.length > 1 ? '; ' : ', ');
}

/** A wall-clock date and time: "el 8 de marzo de 2026 a las 02:30". */
export function momentInWords(local: LocalMs, language: Language): string {
  const say = PHRASES[language];
  return say.on(dateText(local, say), timeText(local));
}

function elapsedInWords(rule: Rule, say: Phrases): string {
  if (rule.freq === 'MINUTELY') return say.exactly('minutes', rule.interval);
  return say.exactly('hours', rule.freq === 'DAILY' ? rule.interval * 24 : rule.interval);
}

function boundsInWords(rule: Rule, zone: string, say: Phrases): string[] {
  if (rule.count !== undefined) return [say.doses(rule.count)];
  if (rule.until === undefined) return [];
  const local = rule.until.utc ? toLocal(rule.until.ms, zone) : rule.until.ms;
  return [say.until(dateText(local, say), timeText(local))];
}

/** The time is said where it decides something: what is counted from it, or doses of the first day before it. */
function sinceInWords(regimen: Regimen, rules: Rule[], start: LocalMs, say: Phrases): string {
  const time = secondOfDay(start);
  const decides =
    regimen.mode === 'elapsed' ||
    rules.some((rule) => countsFromTime(rule) || rule.freq === 'HOURLY' || earliest(rule, start) < time);
  return say.since(dateText(start, say), decides ? timeText(start) : undefined);
}

/** The first second of a day at which the rule may fire. */
function earliest(rule: Rule, start: LocalMs): number {
  const date = new Date(start);
  const hour = rule.byHour[0] ?? date.getUTCHours();
  const minute = rule.byMinute[0] ?? date.getUTCMinutes();
  return hour * 3600 + minute * 60 + (rule.bySecond[0] ?? date.getUTCSeconds());
}

function datesInWords(texts: string[], say: Phrases): string {
  const dates = texts.map(localOf).sort((a, b) => a - b);
  const [first, last] = [dates[0], dates.at(-1)] as [LocalMs, LocalMs];
  if (dates.length > MOST_DATES) return say.manyDates(dates.length, dateText(first, say), dateText(last, say));
  return say.and(dates.map((local) => say.on(dateText(local, say), timeText(local))));
}

function dateText(local: LocalMs, say: Phrases): string {
  const date = new Date(local);
  return say.date(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

/** `HH:mm`, with the seconds where they are not 0. */
function timeText(local: LocalMs): string {
  const text = new Date(local).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}

function readRule(text: string): Rule {
  const rule = parseRule(text);
  if (typeof rule === 'string') throw new Error(`the rule ${rule}`);
  return rule;
}

function localOf(text: string): LocalMs {
  const local = parseLocal(text);
  if (local === null) throw new Error('the regimen holds a date that is not YYYY-MM-DDTHH:mm:ss');
  return local;
}
