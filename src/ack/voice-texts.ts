import type { Language } from '../domain/language.ts';

/**
 * What a call says. `{{ time }}` is the dose's time in words with what leads to it (spoken-time.ts), `{{ minutes }}` how long a
 * call is put off. No drug, no name and no diagnosis: whoever picks up hears it.
 */
export type VoiceText =
  | 'reminder'
  | 'caregiver'
  | 'options'
  | 'later'
  | 'again'
  | 'taken'
  | 'skipped'
  | 'snoozed'
  | 'noMore'
  | 'answered'
  | 'over'
  | 'goodbye';

export const VOICE_TEXTS: Record<Language, Record<VoiceText, string>> = {
  es: {
    reminder: 'Hola. Le llamamos para recordarle su medicina {{ time }}.',
    caregiver: 'Hola. La persona que usted cuida no ha confirmado su medicina {{ time }}.',
    options: 'Si ya la tomó, marque 1. Si no la tomó, marque 2.',
    later: 'Para que le llamemos en {{ minutes }} minutos, marque 3.',
    again: 'No entendimos.',
    taken: 'Gracias. Registramos la medicina {{ time }} como tomada. Adiós.',
    skipped: 'Gracias. Registramos que no tomó la medicina {{ time }}. Adiós.',
    snoozed: 'Gracias. Le llamaremos más tarde. Adiós.',
    noMore: 'Ya no podemos llamarle más tarde por esta medicina.',
    answered: 'Hola. Ya recibimos su respuesta sobre la medicina {{ time }}. Gracias. Adiós.',
    over: 'Hola. Le llamamos por un recordatorio que ya no necesita respuesta. Gracias. Adiós.',
    goodbye: 'No recibimos su respuesta. Adiós.',
  },
  en: {
    reminder: 'Hello. We are calling to remind you of your medicine {{ time }}.',
    caregiver: 'Hello. The person you care for has not confirmed the medicine {{ time }}.',
    options: 'If it was taken, press 1. If it was not taken, press 2.',
    later: 'To be called in {{ minutes }} minutes, press 3.',
    again: 'We did not understand.',
    taken: 'Thank you. The medicine {{ time }} is recorded as taken. Goodbye.',
    skipped: 'Thank you. The medicine {{ time }} is recorded as not taken. Goodbye.',
    snoozed: 'Thank you. We will call you later. Goodbye.',
    noMore: 'We can no longer call you later about this medicine.',
    answered: 'Hello. We already have your answer about the medicine {{ time }}. Thank you. Goodbye.',
    over: 'Hello. We are calling about a reminder that needs no answer any more. Thank you. Goodbye.',
    goodbye: 'We did not get an answer. Goodbye.',
  },
  pt: {
    reminder: 'Olá. Estamos ligando para lembrar do seu remédio {{ time }}.',
    caregiver: 'Olá. A pessoa de quem você cuida não confirmou o remédio {{ time }}.',
    options: 'Se já tomou, tecle 1. Se não tomou, tecle 2.',
    later: 'Para ligarmos em {{ minutes }} minutos, tecle 3.',
    again: 'Não entendemos.',
    taken: 'Obrigado. Registramos o remédio {{ time }} como tomado. Até logo.',
    skipped: 'Obrigado. Registramos que o remédio {{ time }} não foi tomado. Até logo.',
    snoozed: 'Obrigado. Ligaremos mais tarde. Até logo.',
    noMore: 'Já não podemos ligar mais tarde por este remédio.',
    answered: 'Olá. Já temos a sua resposta sobre o remédio {{ time }}. Obrigado. Até logo.',
    over: 'Olá. Estamos ligando por um lembrete que já não precisa de resposta. Obrigado. Até logo.',
    goodbye: 'Não recebemos uma resposta. Até logo.',
  },
};
