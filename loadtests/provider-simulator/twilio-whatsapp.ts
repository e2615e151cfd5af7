import { faultOf, type Verdict } from './faults.ts';
import type { SmsMessage } from './twilio-messages.ts';
import type { Provider } from './types.ts';
import { type Button, renderTemplate } from './whatsapp-templates.ts';

const PREFIX = 'whatsapp:';

/** Whose message it is: Twilio carries SMS and WhatsApp by one resource and tells them apart by their addresses. */
export function providerOfAddress(to: string): Provider {
  return to.startsWith(PREFIX) ? 'twilio_whatsapp' : 'twilio';
}

/** The E.164 number in an address. */
export function numberOf(address: string): string {
  return address.startsWith(PREFIX) ? address.slice(PREFIX.length) : address;
}

/** What a message says: free text, or a template filled in. A code of Twilio's when it cannot be made. */
export function contentOf(fields: {
  body: string | undefined;
  contentSid: string | undefined;
  contentVariables: string | undefined;
}): { body: string; buttons: Button[] } | 21602 | 21655 | 21656 {
  const { body, contentSid, contentVariables } = fields;
  if (contentSid === undefined) return body ? { body, buttons: [] } : 21602;
  const rendered = renderTemplate(contentSid, contentVariables);
  if (rendered === 'no_template') return 21655;
  return rendered === 'bad_variables' ? 21656 : rendered;
}

/** The code under which WhatsApp gives a message up that Twilio took; undefined: it arrives. */
export function refusedByWhatsapp(message: SmsMessage, verdict: Verdict, inSession: boolean): number | undefined {
  if (providerOfAddress(message.to) !== 'twilio_whatsapp') return undefined;
  if (message.contentSid === null) return inSession ? undefined : 63016;
  return faultOf(verdict, 'template_paused') && 63041;
}

/** The button that gives an answer. */
const PAYLOADS: Record<string, string> = { taken: 'taken:', skipped: 'skip:', snoozed: 'later:' };

export function buttonFor(buttons: readonly Button[], action: string): Button | undefined {
  return buttons.find(({ id }) => id.startsWith(PAYLOADS[action] ?? '?'));
}
