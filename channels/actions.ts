import type { Answer } from '#src/domain/dose.ts';
import type { Language } from '#src/domain/language.ts';
import type { OutboundMessage } from './channel.ts';

/** A button of a notification: what it answers, and what is written on it. */
export interface Action {
  action: Answer;
  title: string;
}

const TITLES: Record<Language, Record<Answer, string>> = {
  es: { taken: 'La tomé', snoozed: 'Más tarde', skipped: 'No la tomaré' },
  en: { taken: 'Taken', snoozed: 'Later', skipped: 'Skip' },
  pt: { taken: 'Tomei', snoozed: 'Mais tarde', skipped: 'Não vou tomar' },
};

/** The most needed first, since a device may show only two. A caregiver tells what happened, and puts nothing off. */
const OFFERED: Partial<Record<OutboundMessage['purpose'], Answer[]>> = {
  reminder: ['taken', 'snoozed', 'skipped'],
  caregiver: ['taken', 'skipped'],
};

/** The buttons of a notification in its reader's language; none where there is nothing to answer. */
export function actionsOf({ purpose, language, token }: OutboundMessage): Action[] {
  const answers = token === undefined ? [] : (OFFERED[purpose] ?? []);
  return answers.map((action) => ({ action, title: TITLES[language][action] }));
}
