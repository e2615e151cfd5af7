import { type Language, languageOf } from '../domain/language.ts';
import { page } from './page-frame.ts';

/** What the form says: stop (RFC 8058, the same for people and for mail services), or go on after all. */
export const UNSUBSCRIBE_FIELD = 'List-Unsubscribe';
export const STOP = 'One-Click';
export const GO_ON = 'Undo';

interface Words {
  heading: string;
  ask: string;
  stop: string;
  stopped: string;
  others: string;
  goOn: string;
}

const WORDS: Record<Language, Words> = {
  es: {
    heading: 'Correos de recordatorio',
    ask: '¿Ya no quiere recibir estos recordatorios por correo?',
    stop: 'No enviarme más correos',
    stopped: 'Ya no le enviaremos recordatorios a este correo.',
    others: 'Los que recibe por otros medios no cambian. Su clínica puede ver que dejó de recibirlos por correo.',
    goOn: 'Volver a recibirlos',
  },
  en: {
    heading: 'Reminder e-mails',
    ask: 'Do you no longer want these reminders by e-mail?',
    stop: 'Send me no more e-mails',
    stopped: 'We will send no more reminders to this e-mail address.',
    others: 'Those you get in other ways do not change. Your clinic can see that you no longer get them by e-mail.',
    goOn: 'Receive them again',
  },
  pt: {
    heading: 'E-mails de lembrete',
    ask: 'Não quer mais receber estes lembretes por e-mail?',
    stop: 'Não me enviar mais e-mails',
    stopped: 'Não enviaremos mais lembretes para este e-mail.',
    others:
      'Os que você recebe por outros meios não mudam. Sua clínica pode ver que você deixou de recebê-los por e-mail.',
    goOn: 'Voltar a recebê-los',
  },
};

/** The page behind the link of an e-mail's List-Unsubscribe, in the patient's language: no name, no address. */
export function unsubscribePage(locale: string, stopped: boolean): string {
  const language = languageOf(locale);
  const words = WORDS[language];
  const lines = stopped ? [words.stopped, words.others] : [words.ask, words.others];
  const [value, label] = stopped ? [GO_ON, words.goOn] : [STOP, words.stop];
  return page(language, words.heading, lines, [{ name: UNSUBSCRIBE_FIELD, value, label, isMain: !stopped }]);
}
