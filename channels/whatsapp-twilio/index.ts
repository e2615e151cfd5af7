import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { openTwilioMessages, type TwilioAccountSettings } from '#channels/twilio/messages.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { templateOf, type WhatsappTemplates } from './template.ts';

export interface WhatsappSettings extends TwilioAccountSettings {
  /** The E.164 number of the WhatsApp sender. */
  from: string;
  templates: WhatsappTemplates;
  /** Messages a second that the sender may pass. */
  perSecond: number;
}

const MAX_SOCKETS = 25;
/** Twilio keeps a WhatsApp message that waits for its turn for four hours at most, in seconds. */
const MAX_VALIDITY = 14_400;

/**
 * WhatsApp by Twilio's Messages resource (twilio.com/docs/whatsapp/api). Who wrote to us within 24 hours gets free text; to
 * anybody else only an approved template may be sent, and a message that has none fails at once as `no_template`, so that the
 * next rung has its turn.
 */
export function createWhatsappChannel(settings: WhatsappSettings): Channel {
  const { from, templates, perSecond } = settings;
  const messages = openTwilioMessages(settings, { maxSockets: MAX_SOCKETS, longestSeconds: MAX_VALIDITY });
  const addresses = (to: string) => ({ to: `whatsapp:${to}`, from: `whatsapp:${from}` });

  const sendOne = async (message: OutboundMessage): Promise<Outcome> => {
    const content = message.inSession ? { Body: message.text } : templateOf(templates, message);
    if (content === null) return failure('message_failed', 'no_template');
    const { to: To, from: From } = addresses(message.to);
    return messages.send(message, { To, From, ...content });
  };

  return {
    name: 'whatsapp',
    provider: 'twilio_whatsapp',
    sender: from,
    weight: 1,
    perSecond,
    width: MAX_SOCKETS,
    units: () => 1,
    idempotent: false,
    receipts: true,
    send: batches(MAX_SOCKETS, sendOne),
    /**
     * A template's words are not ours to know, and the session may have opened or closed since it was sent: while any other
     * message stands there, nobody can tell.
     */
    lookup: (message) => messages.lookup(message, addresses(message.to), () => true),
    close: () => messages.close(),
  };
}
