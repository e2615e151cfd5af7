import { type Static, Type } from 'typebox';
import { MOST_CHARACTERS, WRITTEN_CHANNELS } from '../../dispatch/message.ts';
import { CHANNELS } from '../../domain/attempt.ts';
import type { ThreadEntry } from '../../store/thread.ts';
import { Id, Instant, NullableText, nullable, text } from './common.ts';
import { DoseStateSchema } from './dose.ts';

export const MessageBody = Type.Object(
  {
    text: Type.String({
      maxLength: MOST_CHARACTERS,
      pattern: '\\S',
      description: `what is sent, as it is written: 1 to ${MOST_CHARACTERS} characters, and not spaces alone; kept encrypted`,
    }),
    channel: Type.Optional(
      Type.Enum([...WRITTEN_CHANNELS], {
        default: 'sms',
        description: 'whatsapp: within 24 hours of what the patient wrote there',
      }),
    ),
    by: text(200, 'who writes; kept encrypted, and not sent'),
  },
  {
    additionalProperties: false,
    examples: [{ text: 'Le dejamos una receta nueva en la farmacia.', by: 'Dra. Rojas' }],
  },
);

export const SentMessageView = Type.Object({
  id: Id,
  channel: Type.Enum([...WRITTEN_CHANNELS]),
  at: Instant,
  state: Type.Enum(['intent'], { description: 'it leaves within seconds; the thread tells what becomes of it' }),
  segments: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'what it counts for as an SMS; null on other channels',
  }),
  warnings: Type.Array(
    Type.Object({
      code: Type.Enum(['several_segments']),
      detail: Type.String({ description: 'in the patient’s language, or the one that Accept-Language wants' }),
    }),
    { description: 'accepted, but perhaps not meant: for a person to look at' },
  ),
});

export const ThreadEntryView = Type.Object({
  id: Id,
  direction: Type.Enum(['out', 'in']),
  channel: Type.Enum([...CHANNELS]),
  at: Instant,
  purpose: Type.Unsafe<ThreadEntry['purpose']>({
    type: ['string', 'null'],
    enum: ['reminder', 'caregiver', 'message', null],
    description: 'why it went out: a reminder, the same to a caregiver, or what a person wrote; null for what came in',
  }),
  state: Type.Unsafe<ThreadEntry['state']>({
    type: ['string', 'null'],
    enum: ['intent', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled', null],
    description: 'what became of what went out',
  }),
  code: nullable(Type.String({ description: 'why, by a code of ours or the provider’s' })),
  intent: nullable(Type.String({ description: 'how what came in was understood' })),
  text: nullable(
    Type.String({ description: 'what a person wrote, patient or not; null for reminders, whose text is not kept' }),
  ),
  answer: nullable(Type.String({ description: 'what was answered at once to what came in' })),
  author: NullableText,
  shared: Type.Boolean({
    description: 'it came from a telephone that several patients share, and may be about another of them',
  }),
  dose: nullable(Type.Object({ id: Id, dueAt: Instant, state: DoseStateSchema })),
});

export function threadEntryView({ at, dose, ...rest }: ThreadEntry): Static<typeof ThreadEntryView> {
  return {
    ...rest,
    at: at.toISOString(),
    dose: dose === null ? null : { ...dose, dueAt: dose.dueAt.toISOString() },
  };
}
