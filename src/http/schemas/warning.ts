import { type Static, Type } from 'typebox';
import { LANGUAGES, type Language, languageOf } from '../../domain/language.ts';
import type { Warning } from '../../regimen/warnings.ts';
import { warningInWords } from '../../regimen/words/warnings-in-words.ts';
import { wantedLanguage } from '../language.ts';
import { Id } from './common.ts';

const warning = {
  code: Type.Enum(['quiet_hours', 'short_interval', 'long_interval', 'short_months', 'same_time'], {
    description:
      'doses in quiet hours; under half, or over one and a half, of the planned time between two doses, because the clock changes; a day that some months do not have; several rules that give one dose',
  }),
  detail: Type.String({
    description: 'in the patient’s language, or the one that Accept-Language wants (es, en, pt)',
  }),
};
const description = 'accepted, but perhaps not meant: for a person to look at';

export const Warnings = Type.Array(Type.Object(warning), {
  description,
  examples: [
    [
      {
        code: 'quiet_hours',
        detail: 'hay dosis en las horas de silencio (22:00–07:00): 06:00; en esas horas no se avisa',
      },
    ],
  ],
});

/** Of a patient who moves to another zone: each names its prescription. */
export const MoveWarnings = Type.Array(Type.Object({ prescriptionId: Id, ...warning }), { description });

/** The language in which a caller is told of a patient: what Accept-Language names, else the patient's. */
export function languageFor(headers: { 'accept-language'?: string | undefined }, locale: string): Language {
  return wantedLanguage(headers['accept-language'], LANGUAGES) ?? languageOf(locale);
}

export function warningView(warning: Warning, language: Language): Static<typeof Warnings>[number] {
  return { code: warning.code, detail: warningInWords(warning, language) };
}
