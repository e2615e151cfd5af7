import type { Conversation } from '../../domain/conversation.ts';
import { type Language, languageOf } from '../../domain/language.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import { ANSWERS, type AnswerText } from '../../texts/answers.ts';
import { namesOf } from '../../texts/keys.ts';
import { fill } from '../../texts/liquid.ts';
import { inOwnWords, ownWords } from '../../texts/own.ts';
import { cheaperSpelling } from '../../texts/spelling.ts';
import { clockTime } from './day.ts';
import { personLabels } from './options.ts';
import { type Talk, tenantsOf } from './talk.ts';

/** The language a person is answered in: that of the dose in question, or of the first patient known at the number. */
export function languageFor({ people }: Talk, [dose]: TalkedDose[]): Language {
  return languageOf(dose?.locale ?? people[0]?.locale ?? '');
}

/** A text about these doses, in their tenant's own words where it has any. */
export function wordsOf(talk: Talk, text: AnswerText, doses: TalkedDose[] = []): string {
  const language = languageFor(talk, doses);
  const tenants = doses.length > 0 ? [...new Set(doses.map(({ tenantId }) => tenantId))] : tenantsOf(talk.people);
  const times = doses.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime()).map(clockTime);
  const time = [...new Set(times)].join(', ');
  const key = `answer.${text}`;
  const say = (own: Conversation) =>
    fill(own.texts?.[language]?.[key] ?? ANSWERS[language][text], { time, ...namesOf(own) });
  const filled = tenants.length === 1 ? inOwnWords(talk.app, tenants[0] as string, key, say) : say({});
  return talk.message.channel === 'sms' ? cheaperSpelling(filled) : filled;
}

/** What the patients of this number are called in a list. */
export function labelsFor({ app, people }: Talk): Map<string, string> {
  return personLabels(
    people.map(({ patientId, tenantId, name }) => ({
      patientId,
      name: name === null ? null : app.cipher.open(name),
      byName: ownWords(app, tenantId).detail?.names ?? false,
    })),
  );
}
