import type { ChannelName } from '../domain/attempt.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { Language } from '../domain/language.ts';
import { namesOf } from './keys.ts';
import { fill } from './liquid.ts';
import { remembered } from './remembered.ts';
import { cheaperSpelling, plainSpelling } from './spelling.ts';
import { TEMPLATES, type Template, type TemplateKey } from './templates.ts';

/** Which message, and what it is filled with. `medication` null: the tenant does not want it named on this channel. */
export interface MessageOf {
  key: TemplateKey;
  channel: ChannelName;
  language: Language;
  time: string;
  link: string;
  medication: string | null;
}

/** What is answered by writing back, and says how. */
const WRITTEN_BACK: ReadonlySet<ChannelName> = new Set(['sms', 'whatsapp']);
/** Stands for the link, which every message has of its own, in texts that are otherwise the same for many. */
const LINK = '\u0000';

/**
 * The subject and the text of a message, in the tenant's own words where it has any. An SMS is spelled as costs least. Throws
 * when a template of the tenant's cannot be filled.
 */
export function messageWords(own: Conversation, message: MessageOf): { subject: string; text: string } {
  const part = WRITTEN_BACK.has(message.channel) ? 'sms' : 'text';
  const link = message.channel === 'sms' ? message.link.length : 0;
  const { clinic, phone } = namesOf(own);
  const values = [message.time, link, clinic, phone, message.medication ?? ''].join(SEPARATOR);
  const words = (of: keyof Template) => {
    const { language, key } = message;
    return filled(own.texts?.[language]?.[`${key}.${of}`] ?? TEMPLATES[language][key][of], values);
  };
  return { subject: words('subject'), text: words(part).split(LINK).join(message.link) };
}

const SEPARATOR = '\u0001';

/** The messages of a rush share a few texts, and LiquidJS takes 20 µs for each. */
const filled = remembered((template, joined) => {
  const [time, link, clinic, phone, medication] = joined.split(SEPARATOR) as [string, string, string, string, string];
  const placeholder = fill(template, { time, clinic, phone, medication, link: LINK });
  if (link === '0') return placeholder;
  // The alphabet is chosen for the text as long as it will be.
  const whole = (text: string) => text.replaceAll(LINK, 'x'.repeat(Number(link)));
  const cheaper = cheaperSpelling(whole(placeholder));
  return cheaper === whole(placeholder) ? placeholder : plainSpelling(placeholder);
});
