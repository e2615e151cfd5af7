import type { Answer } from '../domain/dose.ts';
import type { Language } from '../domain/language.ts';

/**
 * What somebody's message is answered with: one segment, the time named, no drug, never advice to double. `{{ time }}` is
 * the dose's local time, or those of several; `{{ clinic }}` and `{{ phone }}` are the tenant's. A tenant may word each of them.
 */
export type AnswerText =
  | 'taken'
  | 'taken_several'
  | 'skipped'
  | 'skipped_several'
  | 'snoozed'
  | 'snoozed_end'
  | 'no_more_snoozes'
  | 'clarify'
  | 'clarify_several'
  | 'clarify_none'
  | 'person'
  | 'several'
  | 'none'
  | 'gone'
  | 'urgent'
  | 'problem'
  | 'wrong_person'
  | 'stopped'
  | 'started'
  | 'help'
  | 'hello'
  | 'hello_open'
  | 'media';

export const ANSWERS: Record<Language, Record<AnswerText, string>> = {
  es: {
    taken: 'Gracias. Registramos su medicina de las {{ time }} como tomada.',
    taken_several: 'Gracias. Registramos como tomadas sus medicinas de las {{ time }}.',
    skipped: 'Gracias. Registramos que no tomó su medicina de las {{ time }}.',
    skipped_several: 'Gracias. Registramos que no tomó sus medicinas de las {{ time }}.',
    snoozed: 'De acuerdo. Le recordaremos otra vez su medicina de las {{ time }}.',
    snoozed_end: 'De acuerdo. Responda 1 cuando haya tomado su medicina de las {{ time }}.',
    no_more_snoozes:
      'Ya no podemos recordarle más tarde su medicina de las {{ time }}. Responda 1 si la tomó o 2 si no.',
    clarify: 'No entendimos su mensaje. Para su medicina de las {{ time }} responda 1 si ya la tomó o 2 si no.',
    clarify_several: 'No entendimos su mensaje. Responda 1 si ya tomó sus medicinas o 2 si no.',
    clarify_none: 'No entendimos su mensaje. Por favor, escríbanos de otra forma qué necesita.',
    person: 'Gracias por su mensaje. Una persona de su equipo de salud lo va a leer.',
    several: 'Tiene más de una medicina por confirmar. Abra el enlace del recordatorio que quiere responder.',
    none: 'No hay ninguna medicina por confirmar en este momento.',
    gone: 'Ese recordatorio ya no se puede responder. Use el más reciente.',
    urgent:
      'Si es una emergencia, llame ahora al servicio de emergencias de su localidad{% if phone %} o al {{ phone }}{% endif %}. Avisamos a su equipo de salud para que lea su mensaje.',
    problem:
      'Gracias por avisarnos. Su equipo de salud va a leer su mensaje. Si se siente muy mal, llame a emergencias.',
    wrong_person: 'Disculpe la molestia. No le enviaremos más recordatorios a este número.',
    stopped: 'Listo: no le enviaremos más recordatorios a este número. Para recibirlos de nuevo, responda START.',
    started: 'Listo: le enviaremos otra vez recordatorios a este número. Para no recibirlos, responda STOP.',
    help: '{{ clinic }}: recordatorios de medicinas de su equipo de salud. Responda 1 si la tomó, 2 si no. Para no recibir más, STOP.',
    hello: 'Gracias por escribirnos. Le avisaremos a la hora de su medicina.',
    hello_open: 'Gracias por escribirnos. Responda 1 si ya tomó su medicina de las {{ time }} o 2 si no.',
    media: 'Aquí no podemos ver fotos ni oír audios. Por favor, escríbanos con palabras.',
  },
  en: {
    taken: 'Thank you. Your {{ time }} medicine is recorded as taken.',
    taken_several: 'Thank you. Your medicines of {{ time }} are recorded as taken.',
    skipped: 'Thank you. Your {{ time }} medicine is recorded as not taken.',
    skipped_several: 'Thank you. Your medicines of {{ time }} are recorded as not taken.',
    snoozed: 'All right. We will remind you of your {{ time }} medicine again.',
    snoozed_end: 'All right. Please reply 1 when you have taken your {{ time }} medicine.',
    no_more_snoozes: 'We cannot put your {{ time }} medicine off any more. Reply 1 if you took it or 2 if you did not.',
    clarify: 'We did not understand. For your {{ time }} medicine reply 1 if you took it or 2 if you did not.',
    clarify_several: 'We did not understand. Reply 1 if you took your medicines or 2 if you did not.',
    clarify_none: 'We did not understand. Please tell us in other words what you need.',
    person: 'Thank you for your message. A person of your care team will read it.',
    several: 'More than one medicine waits for an answer. Please open the link in the reminder you mean.',
    none: 'No medicine waits for an answer at the moment.',
    gone: 'That reminder can no longer be answered. Please use the newest one.',
    urgent:
      'If this is an emergency, call your local emergency service now{% if phone %}, or {{ phone }}{% endif %}. We have told your care team to read your message.',
    problem:
      'Thank you for telling us. Your care team will read your message. If you feel very ill, call emergency services.',
    wrong_person: 'We are sorry. We will send no more reminders to this number.',
    stopped: 'Done: we will send no more reminders to this number. To get them again, reply START.',
    started: 'Done: we will send reminders to this number again. To get no more, reply STOP.',
    help: '{{ clinic }}: medicine reminders from your care team. Reply 1 if you took it, 2 if you did not. To get no more, reply STOP.',
    hello: 'Thank you for writing. We will remind you when it is time for your medicine.',
    hello_open: 'Thank you for writing. Reply 1 if you took your {{ time }} medicine or 2 if you did not.',
    media: 'We cannot see pictures or hear recordings here. Please write to us in words.',
  },
  pt: {
    taken: 'Obrigado. Registramos o remédio das {{ time }} como tomado.',
    taken_several: 'Obrigado. Registramos como tomados os remédios das {{ time }}.',
    skipped: 'Obrigado. Registramos que não tomou o remédio das {{ time }}.',
    skipped_several: 'Obrigado. Registramos que não tomou os remédios das {{ time }}.',
    snoozed: 'Certo. Vamos lembrar de novo do remédio das {{ time }}.',
    snoozed_end: 'Certo. Responda 1 quando tiver tomado o remédio das {{ time }}.',
    no_more_snoozes: 'Não podemos mais adiar o remédio das {{ time }}. Responda 1 se já tomou ou 2 se não tomou.',
    clarify: 'Não entendemos. Para o remédio das {{ time }} responda 1 se já tomou ou 2 se não tomou.',
    clarify_several: 'Não entendemos. Responda 1 se já tomou os remédios ou 2 se não tomou.',
    clarify_none: 'Não entendemos. Por favor, escreva de outra forma do que precisa.',
    person: 'Obrigado pela mensagem. Uma pessoa da sua equipe de saúde vai ler.',
    several: 'Há mais de um remédio por confirmar. Abra o link do lembrete que quer responder.',
    none: 'Não ha remédio por confirmar neste momento.',
    gone: 'Esse lembrete não pode mais ser respondido. Use o mais recente.',
    urgent:
      'Se for uma emergência, ligue agora para o serviço de emergência local{% if phone %} ou {{ phone }}{% endif %}. Avisamos sua equipe de saúde para ler sua mensagem.',
    problem:
      'Obrigado por avisar. Sua equipe de saúde vai ler sua mensagem. Se estiver muito mal, ligue para a emergência.',
    wrong_person: 'Desculpe o incômodo. Não enviaremos mais lembretes a este número.',
    stopped: 'Pronto: não enviaremos mais lembretes a este número. Para voltar a receber, responda START.',
    started: 'Pronto: enviaremos de novo lembretes a este número. Para não receber mais, responda STOP.',
    help: '{{ clinic }}: lembretes de remédios da sua equipe de saúde. Responda 1 se tomou, 2 se não. Para não receber mais, SAIR.',
    hello: 'Obrigado por escrever. Vamos avisar na hora do seu remédio.',
    hello_open: 'Obrigado por escrever. Responda 1 se já tomou o remédio das {{ time }} ou 2 se não tomou.',
    media: 'Aqui não podemos ver fotos nem ouvir áudios. Por favor, escreva em palavras.',
  },
};

/** The words of a numbered question, which no tenant changes: what follows them is read back by number. */
interface QuestionWords {
  which: Record<Answer, string>;
  who: Record<Answer, string>;
  all: string;
  parts: Record<DayPart, string>;
}

export type DayPart = 'morning' | 'midday' | 'evening' | 'night';

export const QUESTION_WORDS: Record<Language, QuestionWords> = {
  es: {
    which: {
      taken: 'Responda con el numero. ¿Cual tomo?',
      skipped: 'Responda con el numero. ¿Cual no tomo?',
      snoozed: 'Responda con el numero. ¿Cual tomara luego?',
    },
    who: {
      taken: 'Responda con el numero. ¿Quien la tomo?',
      skipped: 'Responda con el numero. ¿Quien no la tomo?',
      snoozed: 'Responda con el numero. ¿Quien la tomara luego?',
    },
    all: 'todas',
    parts: { morning: 'Mañana', midday: 'Mediodia', evening: 'Tarde', night: 'Noche' },
  },
  en: {
    which: {
      taken: 'Reply with the number. Which did you take?',
      skipped: 'Reply with the number. Which did you not take?',
      snoozed: 'Reply with the number. Which will you take later?',
    },
    who: {
      taken: 'Reply with the number. Who took it?',
      skipped: 'Reply with the number. Who did not take it?',
      snoozed: 'Reply with the number. Who will take it later?',
    },
    all: 'all',
    parts: { morning: 'Morning', midday: 'Midday', evening: 'Evening', night: 'Night' },
  },
  pt: {
    which: {
      taken: 'Responda com o numero. Qual tomou?',
      skipped: 'Responda com o numero. Qual nao tomou?',
      snoozed: 'Responda com o numero. Qual vai tomar depois?',
    },
    who: {
      taken: 'Responda com o numero. Quem tomou?',
      skipped: 'Responda com o numero. Quem nao tomou?',
      snoozed: 'Responda com o numero. Quem vai tomar depois?',
    },
    all: 'todos',
    parts: { morning: 'Manha', midday: 'Meio-dia', evening: 'Tarde', night: 'Noite' },
  },
};
