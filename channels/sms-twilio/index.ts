import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { segmentsOf } from '#channels/sms-segments.ts';
import { openTwilioMessages, type TwilioAccountSettings } from '#channels/twilio/messages.ts';

export interface TwilioSettings extends TwilioAccountSettings {
  /** The E.164 number messages leave from. */
  from: string;
  /** Of this number among the channel's senders. */
  weight: number;
  /** Segments a second that this number may send. */
  perSecond: number;
}

const MAX_SOCKETS = 50;
/** ValidityPeriod's range ends here, in seconds. */
const MAX_VALIDITY = 36_000;

/**
 * SMS by Twilio's Messages resource. An unknown outcome is looked up, never repeated blindly. ValidityPeriod lets a queued SMS
 * die at the provider once the dose's window is over.
 */
export function createTwilioSmsChannel(settings: TwilioSettings): Channel {
  const { from, weight, perSecond } = settings;
  const messages = openTwilioMessages(settings, { maxSockets: MAX_SOCKETS, longestSeconds: MAX_VALIDITY });
  const sendOne = (message: OutboundMessage) =>
    messages.send(message, { To: message.to, From: from, Body: message.text });
  return {
    name: 'sms',
    provider: 'twilio',
    sender: from,
    weight,
    perSecond,
    width: MAX_SOCKETS,
    units: ({ text }) => segmentsOf(text),
    idempotent: false,
    receipts: true,
    send: batches(MAX_SOCKETS, sendOne),
    /**
     * The exact text holds the dose's own link. The same link in other words may be this message from before the tenant's words
     * were changed: nobody can tell, and it is not sent again.
     */
    lookup(message) {
      const { to, link } = message;
      return messages.lookup(message, { to, from }, ({ body }) => link !== undefined && body.includes(link));
    },
    close: () => messages.close(),
  };
}
