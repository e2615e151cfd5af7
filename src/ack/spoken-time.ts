import type { Language } from '../domain/language.ts';

/** The hours of the clock as Spanish and Portuguese say them; a voice reads "la 1" as "la uno" and "as 2" as "as dois". */
const HOURS = {
  es: 'las doce, la una, las dos, las tres, las cuatro, las cinco, las seis, las siete, las ocho, las nueve, las diez, las once',
  pt: 'doze, uma, duas, três, quatro, cinco, seis, sete, oito, nove, dez, onze',
};
const [ES_HOURS, PT_HOURS] = [HOURS.es.split(', '), HOURS.pt.split(', ')];

const NOON = 12;

/** A time of day as a person says it, with the words that lead to it: "de las ocho de la mañana", "for 8:05 in the morning". */
export function spokenTime(language: Language, hour: number, minute: number): string {
  return SPOKEN[language](hour, minute);
}

const SPOKEN: Record<Language, (hour: number, minute: number) => string> = {
  es(hour, minute) {
    const minutes = minute === 0 ? '' : ` y ${{ 15: 'cuarto', 30: 'media' }[minute] ?? minute}`;
    const part = hour === NOON && minute === 0 ? 'del mediodía' : `de la ${ES_PARTS[partOf(hour)]}`;
    return `de ${ES_HOURS[hour % 12]}${minutes} ${part}`;
  },
  pt(hour, minute) {
    const minutes = minute === 0 ? '' : ` e ${minute === 30 ? 'meia' : minute}`;
    if (hour === 0) return `da meia-noite${minutes}`;
    if (hour === NOON) return `do meio-dia${minutes}`;
    const article = hour % 12 === 1 ? 'da' : 'das';
    return `${article} ${PT_HOURS[hour % 12]}${minutes} da ${PT_PARTS[partOf(hour)]}`;
  },
  en(hour, minute) {
    if (minute === 0 && hour % NOON === 0) return hour === 0 ? 'for midnight' : 'for noon';
    const minutes = minute === 0 ? " o'clock" : `:${String(minute).padStart(2, '0')}`;
    return `for ${hour % 12 || 12}${minutes} ${EN_PARTS[partOf(hour)]}`;
  },
};

type Part = 'night' | 'small' | 'morning' | 'afternoon' | 'evening';

const ES_PARTS: Record<Part, string> = {
  night: 'noche',
  small: 'madrugada',
  morning: 'mañana',
  afternoon: 'tarde',
  evening: 'noche',
};
const PT_PARTS: Record<Part, string> = {
  night: 'noite',
  small: 'madrugada',
  morning: 'manhã',
  afternoon: 'tarde',
  evening: 'noite',
};
const EN_PARTS: Record<Part, string> = {
  night: 'at night',
  small: 'in the morning',
  morning: 'in the morning',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
};

function partOf(hour: number): Part {
  if (hour === 0) return 'night';
  if (hour < 6) return 'small';
  if (hour < NOON) return 'morning';
  return hour < 19 ? 'afternoon' : 'evening';
}
