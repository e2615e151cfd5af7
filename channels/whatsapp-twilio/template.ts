import type { OutboundMessage } from '#channels/channel.ts';
import type { AttemptPurpose } from '#src/domain/attempt.ts';
import type { Language } from '#src/domain/language.ts';

/** ContentSids of approved templates, by language and what the message is for. */
export type WhatsappTemplates = Partial<Record<Language, Partial<Record<AttemptPurpose, string>>>>;

/** Twilio takes no empty variable, and a case may be about no dose. */
const NO_TIME = '--:--';

/**
 * The fields of a message sent by its approved template (twilio.com/docs/content/send-templates-created-with-the-content-template-builder).
 * Variable 1 is the dose's local time; 2 the token that the template's buttons carry as `taken:{{2}}`, `later:{{2}}` and
 * `skip:{{2}}`, or the link where nothing is to be answered. Null: there is no such template.
 */
export function templateOf(templates: WhatsappTemplates, message: OutboundMessage): Record<string, string> | null {
  const { language, purpose, time, token, link } = message;
  const sid = templates[language]?.[purpose];
  const second = token ?? link;
  if (sid === undefined || second === undefined) return null;
  return { ContentSid: sid, ContentVariables: JSON.stringify({ 1: time || NO_TIME, 2: second }) };
}
