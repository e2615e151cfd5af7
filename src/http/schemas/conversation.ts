import { Type } from 'typebox';
import { CHANNELS } from '../../domain/attempt.ts';
import { LANGUAGES } from '../../domain/language.ts';
import { text, WallTime } from './common.ts';

const exact = { additionalProperties: false };
const LanguageSchema = Type.Enum([...LANGUAGES]);
const TextSchema = text(1000, 'a LiquidJS template; its variables are listed by GET /v1/conversation/texts');
const Texts = Type.Object(
  Object.fromEntries(
    LANGUAGES.map((language) => [language, Type.Optional(Type.Record(Type.String(), TextSchema))]),
  ) as Record<(typeof LANGUAGES)[number], ReturnType<typeof Type.Optional<ReturnType<typeof Type.Record>>>>,
  exact,
);

/** What a tenant says in its own words. */
export const ConversationBody = Type.Object(
  {
    clinic: Type.Optional(text(30, 'what {{ clinic }} says: a short name of yours')),
    phone: Type.Optional(
      Type.String({ pattern: '^\\+?[0-9 ]{3,20}$', description: 'what {{ phone }} says: digits and spaces' }),
    ),
    texts: Type.Optional(Texts),
    detail: Type.Optional(
      Type.Object(
        {
          medication: Type.Optional(
            Type.Array(Type.Enum([...CHANNELS]), {
              uniqueItems: true,
              description: 'the channels on which a message names the medication; absent: none',
            }),
          ),
          names: Type.Optional(
            Type.Boolean({ description: 'whether a question on a shared phone names the patients; absent: no' }),
          ),
        },
        exact,
      ),
    ),
    phrases: Type.Optional(
      Type.Record(Type.String(), Type.Array(text(60, 'a phrase of your patients'), { maxItems: 50 }), {
        description: 'further phrases by intent',
      }),
    ),
    quietHours: Type.Optional(
      Type.Record(Type.String(), Type.Object({ from: WallTime, to: WallTime }, exact), {
        description: 'by country (ISO 3166-1, such as PE), the quiet hours of patients who have none of their own',
      }),
    ),
  },
  {
    ...exact,
    examples: [
      {
        clinic: 'MedTrack Lima',
        phone: '+51 1 700 9000',
        texts: { es: { 'reminder.sms': 'MedTrack: su medicina de las {{ time }}. 1 tomada, 2 no. {{ link }}' } },
        detail: { medication: ['email'] },
        phrases: { taken: ['al toque'] },
        quietHours: { PE: { from: '22:00', to: '06:00' } },
      },
    ],
  },
);

export const PreviewBody = Type.Object(
  {
    language: LanguageSchema,
    key: text(60, 'a text of GET /v1/conversation/texts'),
    text: Type.Optional(TextSchema),
  },
  { ...exact, examples: [{ language: 'es', key: 'reminder.sms', text: 'Su medicina de las {{ time }}. {{ link }}' }] },
);

export const PreviewView = Type.Object({
  text: Type.String({ description: 'filled in with its longest values, spelled as an SMS would leave' }),
  characters: Type.Integer(),
  encoding: Type.Enum(['GSM-7', 'UCS-2']),
  segments: Type.Integer(),
  problem: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'why it would be refused; null: it would not',
  }),
});

export const TextsView = Type.Object({
  items: Type.Array(
    Type.Object({
      language: LanguageSchema,
      key: Type.String(),
      text: Type.String(),
      own: Type.Boolean({ description: 'whether it is yours' }),
      variables: Type.Array(Type.String()),
      segments: Type.Integer(),
      mostSegments: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
    }),
  ),
});
