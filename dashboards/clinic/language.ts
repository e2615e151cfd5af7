import type { Language } from '#src/domain/language.ts';

/** The languages of the clinic's pages; Spanish comes first. */
export type PageLanguage = Extract<Language, 'es' | 'en'>;

/** The language of these two that `Accept-Language` (RFC 9110 §12.5.4) wants most; Spanish when it wants neither. */
export function pageLanguage(acceptLanguage = ''): PageLanguage {
  const wanted = acceptLanguage.split(',').map((part) => {
    const [tag = '', quality] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*q=/);
    return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  const weight = (language: PageLanguage) =>
    Math.max(0, ...wanted.filter((each) => each.language === language).map((each) => each.quality));
  return weight('en') > weight('es') ? 'en' : 'es';
}
