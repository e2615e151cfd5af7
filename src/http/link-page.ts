import { DateTime } from 'luxon';
import type { Answer, DoseState } from '../domain/dose.ts';
import { type Language, languageOf } from '../domain/language.ts';
import { page } from './page-frame.ts';

interface Words {
  heading: (time: string) => string;
  ask: string;
  answers: Record<Answer, string>;
  now: Partial<Record<DoseState, string>>;
  snoozed: string;
  correct: string;
  late: string;
  over: string;
  tooEarly: string;
  problem: Record<404 | 410 | 422 | 503, string>;
}

const WORDS: Record<Language, Words> = {
  es: {
    heading: (time) => `Su medicina de las ${time}`,
    ask: '¿Ya la tomó?',
    answers: { taken: 'Sí, la tomé', skipped: 'No la tomé', snoozed: 'Recuérdeme más tarde' },
    now: { taken: 'Está registrada como tomada. Gracias.', skipped: 'Está registrada como no tomada. Gracias.' },
    snoozed: 'Le recordaremos más tarde.',
    correct: 'Si no es así, corríjalo:',
    late: 'La hora de esta dosis ya pasó. No tome una dosis doble; si tiene dudas, consulte a su clínica.',
    over: 'Esta dosis fue cambiada por su clínica. No tiene que responder.',
    tooEarly: 'Esta respuesta no se pudo registrar para esta dosis.',
    problem: {
      404: 'Este enlace no es válido. Ábralo tal como llegó en su recordatorio.',
      410: 'Este enlace ya venció. Use el de un recordatorio más reciente.',
      422: 'No entendimos la respuesta. Vuelva a abrir el enlace e intente de nuevo.',
      503: 'Su respuesta todavía no se registró: llegan muchas a la vez. Intente de nuevo en un momento.',
    },
  },
  en: {
    heading: (time) => `Your ${time} medicine`,
    ask: 'Have you taken it?',
    answers: { taken: 'Yes, I took it', skipped: 'I did not take it', snoozed: 'Remind me later' },
    now: { taken: 'It is recorded as taken. Thank you.', skipped: 'It is recorded as not taken. Thank you.' },
    snoozed: 'We will remind you later.',
    correct: 'If that is not right, correct it:',
    late: 'The time of this dose has passed. Do not take a double dose; if in doubt, ask your clinic.',
    over: 'Your clinic has changed this dose. There is nothing to answer.',
    tooEarly: 'This answer could not be recorded for this dose.',
    problem: {
      404: 'This link is not valid. Open it just as it came in your reminder.',
      410: 'This link has expired. Use the one in a newer reminder.',
      422: 'We did not understand the answer. Open the link again and retry.',
      503: 'Your answer is not recorded yet: many arrive at once. Please try again in a moment.',
    },
  },
  pt: {
    heading: (time) => `Seu remédio das ${time}`,
    ask: 'Você já tomou?',
    answers: { taken: 'Sim, tomei', skipped: 'Não tomei', snoozed: 'Lembre-me mais tarde' },
    now: { taken: 'Está registrado como tomado. Obrigado.', skipped: 'Está registrado como não tomado. Obrigado.' },
    snoozed: 'Lembraremos você mais tarde.',
    correct: 'Se não for assim, corrija:',
    late: 'A hora desta dose já passou. Não tome uma dose dupla; em caso de dúvida, consulte sua clínica.',
    over: 'Sua clínica mudou esta dose. Não é preciso responder.',
    tooEarly: 'Esta resposta não pôde ser registrada para esta dose.',
    problem: {
      404: 'Este link não é válido. Abra-o como veio no seu lembrete.',
      410: 'Este link expirou. Use o de um lembrete mais recente.',
      422: 'Não entendemos a resposta. Abra o link de novo e tente outra vez.',
      503: 'Sua resposta ainda não foi registrada: chegam muitas ao mesmo tempo. Tente de novo em um momento.',
    },
  },
};

/** What the page shows of a dose: never a drug, a name or an address. */
export interface LinkPage {
  state: DoseState;
  dueAt: Date;
  windowEndsAt: Date;
  zone: string;
  locale: string;
}

/** The page of a dose: its local time, what is recorded, and the answers that are still possible. */
export function dosePage(dose: LinkPage, now: Date, said?: { answer: Answer; refused: boolean }): string {
  const language = languageOf(dose.locale);
  const words = WORDS[language];
  const due = DateTime.fromJSDate(dose.dueAt, { zone: dose.zone }).setLocale(language);
  const lines = [due.toLocaleString({ weekday: 'long', day: 'numeric', month: 'long' })];
  const over = dose.state === 'cancelled' || dose.state === 'excluded';
  const recorded = words.now[dose.state];
  if (over) lines.push(words.over);
  else if (said?.refused) lines.push(words.tooEarly);
  else if (said?.answer === 'snoozed') lines.push(words.snoozed);
  else if (recorded !== undefined) lines.push(recorded, words.correct);
  else lines.push(words.ask);
  const late = now > dose.windowEndsAt;
  if (late && !over) lines.push(words.late);
  const answers = (['taken', 'skipped', 'snoozed'] as const).filter(
    (answer) => !over && answer !== dose.state && (answer !== 'snoozed' || (dose.state === 'open' && !late)),
  );
  const buttons = answers.map((value, i) => ({ name: 'action', value, label: words.answers[value], isMain: i === 0 }));
  return page(language, words.heading(due.toFormat('HH:mm')), lines, buttons);
}

/** The page of a link that cannot be used; no patient is known, so the browser's language decides. */
export function problemPage(status: number, acceptLanguage: string | undefined): string {
  const language = languageOf(acceptLanguage ?? '');
  const text = WORDS[language].problem[status as 404] ?? WORDS[language].problem[422];
  return page(language, 'dosebell', [text]);
}
