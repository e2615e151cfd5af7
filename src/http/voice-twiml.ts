import type { Speech } from '../ack/voice.ts';
import type { Language } from '../domain/language.ts';
import { escapeMarkup, twiml } from './markup.ts';

/** Twilio's names of the voices' languages (twilio.com/docs/voice/twiml/say). */
const VOICES: Record<Language, string> = { es: 'es-MX', en: 'en-US', pt: 'pt-BR' };

/** A key is waited for so many seconds after the last word. */
const KEY_SECONDS = 8;

/** What a call does next: says it, waits for a key that goes to `keyUrl`, or ends. */
export function speechTwiml({ language, text, ask }: Speech, keyUrl: string): string {
  const say = (words: string) => `<Say language="${VOICES[language]}">${escapeMarkup(words)}</Say>`;
  if (ask === null) return ending(say(text));
  const action = escapeMarkup(ask.keys === null ? keyUrl : `${keyUrl}&keys=${ask.keys}`);
  const gather = `<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="${KEY_SECONDS}" method="POST" action="${action}">${say(text)}</Gather>`;
  return ending(gather.repeat(ask.times) + say(ask.otherwise));
}

/** Nothing is said: a machine that records would keep it for whoever listens. */
export const HANG_UP = ending('');

function ending(verbs: string): string {
  return twiml(`${verbs}<Hangup/>`);
}
