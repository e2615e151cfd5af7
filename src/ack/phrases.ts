import type { FieldError } from '../domain/refusal.ts';
import { INTENTS, type Intent } from './understand/types.ts';
import { understand } from './understand/understand.ts';

/**
 * What is wrong with a tenant's phrases, by field. A phrase that is understood surely as something else, or that would stop or
 * start messages, keeps its meaning: a wrong clinical fact is worse than a question.
 */
export function checkPhrases(phrases: Record<string, string[]>): FieldError[] {
  return Object.entries(phrases).flatMap(([intent, texts]) => {
    if (!INTENTS.includes(intent as Intent))
      return [{ field: `phrases.${intent}`, detail: `is no intent: use ${INTENTS.join(', ')}` }];
    return texts.flatMap((text, i) => {
      const known = understand(text);
      if (known.confidence === 'unsure' || known.intent === intent) return [];
      return [{ field: `phrases.${intent}[${i}]`, detail: `is understood as ${known.intent} already: take it out` }];
    });
  });
}
