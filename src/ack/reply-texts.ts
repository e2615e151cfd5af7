import type { Language } from '../domain/language.ts';

/** What an incoming text message is answered with: one GSM-7 segment, the time named, no drug, never advice to double. */
export type ReplyText = 'taken' | 'skipped' | 'unclear' | 'several' | 'none';

export const REPLY_TEXTS: Record<Language, Record<ReplyText, string>> = {
  es: {
    taken: 'Gracias. Registramos su medicina de las {{ time }} como tomada.',
    skipped: 'Gracias. Registramos que no tomo su medicina de las {{ time }}.',
    unclear: 'No entendimos su mensaje. Para su medicina de las {{ time }} responda 1 si ya la tomo o 2 si no.',
    several: 'Tiene mas de una medicina por confirmar. Abra el enlace del recordatorio que quiere responder.',
    none: 'No hay ninguna medicina por confirmar en este momento.',
  },
  en: {
    taken: 'Thank you. Your {{ time }} medicine is recorded as taken.',
    skipped: 'Thank you. Your {{ time }} medicine is recorded as not taken.',
    unclear: 'We did not understand. For your {{ time }} medicine reply 1 if you took it or 2 if you did not.',
    several: 'More than one medicine waits for an answer. Please open the link in the reminder you mean.',
    none: 'No medicine waits for an answer at the moment.',
  },
  pt: {
    taken: 'Obrigado. Registramos o remedio das {{ time }} como tomado.',
    skipped: 'Obrigado. Registramos que nao tomou o remedio das {{ time }}.',
    unclear: 'Nao entendemos. Para o remedio das {{ time }} responda 1 se ja tomou ou 2 se nao tomou.',
    several: 'Ha mais de um remedio por confirmar. Abra o link do lembrete que quer responder.',
    none: 'Nao ha remedio por confirmar neste momento.',
  },
};
