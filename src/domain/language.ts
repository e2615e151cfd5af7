export const LANGUAGES = ['es', 'en', 'pt'] as const;

/** The languages dosebell has texts in. */
export type Language = (typeof LANGUAGES)[number];

/** The language of a BCP 47 locale; English where there are no texts in it. */
export function languageOf(locale: string): Language {
  const language = locale.slice(0, 2).toLowerCase();
  return LANGUAGES.find((known) => known === language) ?? 'en';
}
