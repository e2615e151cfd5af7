import type { FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import { type PageLanguage, pageLanguage } from './language.ts';
import type { Texts } from './texts.ts';
import { en } from './texts-en.ts';
import { es } from './texts-es.ts';

const TEXTS: Record<PageLanguage, Texts> = { es, en };

/** What every page is written with: the reader's language and the time it is. `by` is who signed in. */
export interface View {
  language: PageLanguage;
  texts: Texts;
  now: Date;
  by: string | null;
}

export function viewFor(request: FastifyRequest, now: Date, by: string | null): View {
  const language = pageLanguage(request.headers['accept-language']);
  return { language, texts: TEXTS[language], now, by };
}

/** `dom 22 nov, 08:00` in the zone. */
export function localTime({ language }: View, at: Date, zone: string): string {
  const local = DateTime.fromJSDate(at, { zone }).setLocale(language);
  return `${local.toFormat('ccc d LLL')}, ${local.toFormat('HH:mm')}`;
}

/** `08:00:04` in the zone. */
export function localSeconds(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toFormat('HH:mm:ss');
}

/** `hace 2 horas`. */
export function ago({ language, now }: View, at: Date): string {
  return (
    DateTime.fromJSDate(at)
      .setLocale(language)
      .toRelative({ base: DateTime.fromJSDate(now) }) ?? ''
  );
}

/** `dom 22 nov` of a local date `YYYY-MM-DD`. */
export function dayName({ language }: View, localDate: string): string {
  return DateTime.fromISO(localDate, { zone: 'utc', locale: language }).toFormat('ccc d LLL');
}

/** `America/Lima` → `Lima`. */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) as string).replaceAll('_', ' ');
}

/** The words of a code, or the code itself for the ones of a provider that have none. */
export function codeWords({ texts }: View, code: string | null): string {
  if (code === null) return '';
  return Object.hasOwn(texts.codes, code) ? (texts.codes[code] as string) : texts.unknownCode(code);
}
