import type { Language } from '../../domain/language.ts';
import type { Warning } from '../warnings.ts';
import { momentInWords } from '../words.ts';

type Of<Code extends Warning['code']> = Extract<Warning, { code: Code }>;
interface Interval {
  after: string;
  at: string;
  planned: string;
  real: string;
}

interface Texts {
  quiet(times: string, warning: Of<'quiet_hours'>): string;
  more(count: number): string;
  short(interval: Interval): string;
  long(interval: Interval): string;
  shortMonths(days: string): string;
  sameTime(at: string): string;
}

const MOST_TIMES = 8;

const TEXTS: Record<Language, Texts> = {
  es: {
    quiet: (times, { quiet, sent }) =>
      `hay dosis en las horas de silencio (${quiet.from}–${quiet.to}): ${times}; ${
        sent ? 'por ser crítica, y con su consentimiento, se avisa igualmente' : 'en esas horas no se avisa'
      }`,
    more: (count) => ` y ${count} más`,
    short: ({ after, at, planned, real }) =>
      `entre la dosis escrita para ${after} y la de ${at} pasan solo ${real} en vez de ${planned}, por el cambio de hora`,
    long: ({ after, at, planned, real }) =>
      `entre la dosis escrita para ${after} y la de ${at} pasan ${real} en vez de ${planned}, por el cambio de hora`,
    shortMonths: (days) =>
      `los meses sin día ${days} se quedan sin esa dosis: monthEnd "last_day" la da el último día del mes`,
    sameTime: (at) => `varias reglas dan la misma dosis, la primera ${at}: cuenta como una sola`,
  },
  en: {
    quiet: (times, { quiet, sent }) =>
      `there are doses in the quiet hours (${quiet.from}–${quiet.to}): ${times}; ${
        sent
          ? 'being critical, and with consent to it, they are reminded of all the same'
          : 'no reminder is sent in those hours'
      }`,
    more: (count) => ` and ${count} more`,
    short: ({ after, at, planned, real }) =>
      `between the dose written for ${after} and the one ${at} only ${real} pass instead of ${planned}, because the clock changes`,
    long: ({ after, at, planned, real }) =>
      `between the dose written for ${after} and the one ${at} ${real} pass instead of ${planned}, because the clock changes`,
    shortMonths: (days) =>
      `months without day ${days} have no such dose: monthEnd "last_day" gives it on the last day of the month`,
    sameTime: (at) => `several rules give the same dose, the first ${at}: it counts as one`,
  },
  pt: {
    quiet: (times, { quiet, sent }) =>
      `há doses no horário de silêncio (${quiet.from}–${quiet.to}): ${times}; ${
        sent ? 'por ser crítica, e com consentimento, o aviso é enviado mesmo assim' : 'nesse horário não se avisa'
      }`,
    more: (count) => ` e mais ${count}`,
    short: ({ after, at, planned, real }) =>
      `entre a dose escrita para ${after} e a de ${at} passam só ${real} em vez de ${planned}, pela mudança da hora`,
    long: ({ after, at, planned, real }) =>
      `entre a dose escrita para ${after} e a de ${at} passam ${real} em vez de ${planned}, pela mudança da hora`,
    shortMonths: (days) =>
      `os meses sem dia ${days} ficam sem essa dose: monthEnd "last_day" a dá no último dia do mês`,
    sameTime: (at) => `várias regras dão a mesma dose, a primeira ${at}: conta como uma só`,
  },
};

/** A warning for a person, in one sentence. */
export function warningInWords(warning: Warning, language: Language): string {
  const texts = TEXTS[language];
  switch (warning.code) {
    case 'quiet_hours': {
      const { times } = warning;
      const more = times.length > MOST_TIMES ? texts.more(times.length - MOST_TIMES) : '';
      return texts.quiet(times.slice(0, MOST_TIMES).join(', ') + more, warning);
    }
    case 'short_interval':
      return texts.short(intervalOf(warning, language));
    case 'long_interval':
      return texts.long(intervalOf(warning, language));
    case 'short_months':
      return texts.shortMonths(warning.days.join(', '));
    case 'same_time':
      return texts.sameTime(momentInWords(warning.at, language));
  }
}

function intervalOf(warning: Of<'short_interval' | 'long_interval'>, language: Language): Interval {
  return {
    after: momentInWords(warning.after, language),
    at: momentInWords(warning.at, language),
    planned: lengthOf(warning.plannedMinutes),
    real: lengthOf(warning.minutes),
  };
}

/** `1 h 30 min`, the same in every language. */
function lengthOf(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = Math.round(minutes % 60);
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
