import type { Language } from '../domain/language.ts';
import type { Regimen } from '../domain/prescription.ts';
import { expand, type Occurrence } from './expand.ts';
import { DAY, type LocalMs, parseLocal, toInstant, toLocal } from './local-time.ts';
import type { QuietHours } from './quiet.ts';
import { warningsOf } from './warnings.ts';
import { warningInWords } from './words/warnings-in-words.ts';
import { regimenInWords } from './words.ts';

const TEXTS: Record<
  Language,
  { doses(count: number, days: number): string; none: string; more: string; local: string }
> = {
  es: {
    doses: (n, days) => `${n} dosis en ${days} días`,
    none: 'ninguna dosis en esos días',
    more: 'y más',
    local: 'hora local',
  },
  en: {
    doses: (n, days) => `${n} doses in ${days} days`,
    none: 'no dose in these days',
    more: 'and more',
    local: 'local time',
  },
  pt: {
    doses: (n, days) => `${n} doses em ${days} dias`,
    none: 'nenhuma dose nesses dias',
    more: 'e mais',
    local: 'hora local',
  },
};

const MOST_ROWS = 200;

/**
 * A regimen for people to read: its words, the doses of `days` days (from `now`, or from the start when that is to come) in
 * local time and in UTC, and the warnings. The regimen must be one that `checkRegimen` accepts.
 */
export function previewText(given: {
  regimen: Regimen;
  zone: string;
  now: Date;
  days: number;
  language: Language;
  quietHours: QuietHours | undefined;
  critical: boolean;
}): string {
  const { regimen, zone, days, language } = given;
  const texts = TEXTS[language];
  const start = toInstant(parseLocal(regimen.start) as LocalMs, zone);
  const from = new Date(Math.max(given.now.getTime(), start));
  const to = new Date(toInstant(toLocal(from.getTime(), zone) + days * DAY, zone));
  const doses = expand(regimen, zone, from, to, MOST_ROWS + 1);
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  const width = Math.max(...Array.from({ length: 7 }, (_, day) => weekday.format(new Date(day * DAY)).length));
  const rows = doses.slice(0, MOST_ROWS).map((dose) => row(dose, zone, weekday, width));
  const head = `  ${`${zone} (${texts.local})`.padEnd(width + 22)}UTC`;
  const table = rows.length === 0 ? [texts.none] : [`${texts.doses(rows.length, days)}:`, head, ...rows];
  const warnings = warningsOf(given).map((warning) => `! ${warningInWords(warning, language)}`);
  const more = doses.length > MOST_ROWS ? [`  … ${texts.more}`] : [];
  const parts = [[regimenInWords(regimen, zone, language)], [...table, ...more], warnings];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

/** The wall clock as it will be: 03:30 where the regimen wrote a 02:30 that does not exist. */
function row({ at }: Occurrence, zone: string, weekday: Intl.DateTimeFormat, width: number): string {
  const local = new Date(toLocal(at.getTime(), zone));
  const shown = local.toISOString();
  return `  ${weekday.format(local).padEnd(width)} ${shown.slice(0, 10)} ${shown.slice(11, 19)}  ${at.toISOString().slice(0, 19)}Z`;
}
