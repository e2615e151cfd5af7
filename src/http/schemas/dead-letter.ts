import { type Static, Type } from 'typebox';
import { DEAD_LETTER_STATES, type DeadLetter } from '../../store/dead-letter-reads.ts';
import { Id, Instant, NullableInstant, nullable } from './common.ts';
import { DoseStateSchema, iso } from './dose.ts';

export const DeadLetterStateSchema = Type.Enum([...DEAD_LETTER_STATES]);

export const DeadLetterView = Type.Object({
  id: Id,
  kind: Type.Enum(['dose', 'message']),
  state: DeadLetterStateSchema,
  reason: Type.String({
    description: 'a code: of PostgreSQL, of Node, of the provider, or our own',
    examples: ['TypeError'],
  }),
  tries: Type.Integer(),
  doseId: nullable(Type.String({ description: 'null: a message about no dose, such as what a person wrote' })),
  attemptId: nullable(Type.String({ description: 'the message; null for a dose' })),
  usefulUntil: Type.Unsafe<string>({
    ...Instant,
    description: "until then it can be redriven: the window's end, or the message's",
  }),
  retryAt: NullableInstant,
  firstAt: Instant,
  lastAt: Instant,
  dose: nullable(
    Type.Object({
      state: DoseStateSchema,
      reason: nullable(Type.String()),
      windowEndsAt: Instant,
    }),
  ),
});

/** A dead letter as it is shown: ids, codes and times, nothing of a patient. */
export function deadLetterView(letter: DeadLetter): Static<typeof DeadLetterView> {
  const { id, kind, state, reason, tries, doseId, attemptId } = letter;
  return {
    ...{ id, kind, state, reason, tries, doseId, attemptId },
    usefulUntil: letter.usefulUntil.toISOString(),
    retryAt: iso(letter.retryAt),
    firstAt: letter.firstAt.toISOString(),
    lastAt: letter.lastAt.toISOString(),
    dose:
      letter.doseState === null
        ? null
        : { state: letter.doseState, reason: letter.doseReason, windowEndsAt: letter.windowEndsAt.toISOString() },
  };
}
