import type { Language } from '#src/domain/language.ts';
import { wantedLanguage } from '#src/http/language.ts';

/** The languages of the clinic's pages; Spanish comes first. */
export type PageLanguage = Extract<Language, 'es' | 'en'>;

/** The language of these two that `Accept-Language` wants most; Spanish when it wants neither. */
export function pageLanguage(acceptLanguage?: string): PageLanguage {
  return wantedLanguage<PageLanguage>(acceptLanguage, ['es', 'en']) ?? 'es';
}
