import { segmentsOf } from '#channels/sms-segments.ts';
import type { ReminderPurpose } from '../domain/attempt.ts';
import type { Conversation } from '../domain/conversation.ts';
import { LANGUAGES, type Language } from '../domain/language.ts';
import type { FieldError } from '../domain/refusal.ts';
import { ANSWERS } from './answers.ts';
import { ANSWER, MESSAGE_KEYS, MOST_MEDICATION, namesOf, type TextKey } from './keys.ts';
import { fill, variablesOf } from './liquid.ts';
import { cheaperSpelling, isGsm7 } from './spelling.ts';
import { TEMPLATES, type Template } from './templates.ts';

/** A dose's page at this installation: the token has 43 characters. */
export function sampleLink(publicUrl: string): string {
  return `${publicUrl}/c/${'A'.repeat(43)}`;
}

/** What is wrong with a tenant's own texts, by field. `link` is as long as a real one. */
export function checkTexts(conversation: Conversation, link: string): FieldError[] {
  return Object.entries(conversation.texts ?? {}).flatMap(([language, texts]) =>
    Object.entries(texts).flatMap(([key, text]) => {
      const detail = wrongWith(key, text, conversation, link);
      return detail === null ? [] : [{ field: `texts.${language}.${key}`, detail }];
    }),
  );
}

/** Why a text cannot be used under its key; null: it can. Its segments are those of its longest values. */
export function wrongWith(name: string, text: string, conversation: Conversation, link: string): string | null {
  const key = keyOf(name);
  if (key === undefined) return 'is no text of ours: GET /v1/conversation/texts lists them';
  let used: string[];
  try {
    used = variablesOf(text);
  } catch (error) {
    return `is no template that can be used: ${(error as Error).message}`;
  }
  const strange = used.find((variable) => !key.variables.includes(variable));
  if (strange !== undefined) return `has no {{ ${strange} }} here: it may use ${key.variables.join(', ')}`;
  if (key.needs !== undefined && !used.includes(key.needs))
    return `must have {{ ${key.needs} }}: without it nobody can answer`;
  const { text: filled, segments, encoding } = previewText(text, conversation, link);
  if (filled === '') return 'is empty once it is filled in';
  if (key.segments === undefined || segments <= key.segments) return null;
  const why = encoding === 'GSM-7' ? '' : '; a character that GSM-7 lacks makes a segment 70 characters instead of 160';
  return `takes ${segments} segments with its longest values and may take ${key.segments}: shorten it${why}`;
}

/** A template filled with its longest values, as it would leave by SMS. Throws when it does not parse. */
export function previewText(template: string, conversation: Conversation, link: string) {
  const medication = conversation.detail?.medication?.includes('sms')
    ? { medication: 'x'.repeat(MOST_MEDICATION) }
    : {};
  const text = cheaperSpelling(fill(template, { time: '23:59', link, ...namesOf(conversation), ...medication }));
  const encoding = isGsm7(text) ? ('GSM-7' as const) : ('UCS-2' as const);
  return { text, characters: text.length, encoding, segments: segmentsOf(text) };
}

/** Every text there is, the tenant's own where it has one. */
export function textsOf(conversation: Conversation, link: string) {
  return LANGUAGES.flatMap((language) =>
    Object.entries(shipped(language)).map(([key, template]) => {
      const own = conversation.texts?.[language]?.[key];
      const text = own ?? template;
      const { variables, segments } = keyOf(key) as TextKey;
      return {
        language,
        key,
        text,
        own: own !== undefined,
        variables: [...variables],
        segments: previewText(text, conversation, link).segments,
        mostSegments: segments ?? null,
      };
    }),
  );
}

function keyOf(name: string): TextKey | undefined {
  return Object.hasOwn(MESSAGE_KEYS, name)
    ? MESSAGE_KEYS[name]
    : Object.hasOwn(shipped('en'), name)
      ? ANSWER
      : undefined;
}

/** The shipped texts that a tenant may replace, by key. */
function shipped(language: Language): Record<string, string> {
  const messages = Object.keys(MESSAGE_KEYS).map((key) => {
    const [purpose, part] = key.split('.') as [ReminderPurpose, keyof Template];
    return [key, TEMPLATES[language][purpose][part]];
  });
  const answers = Object.entries(ANSWERS[language]).map(([key, text]) => [`answer.${key}`, text]);
  return Object.fromEntries([...messages, ...answers]);
}
