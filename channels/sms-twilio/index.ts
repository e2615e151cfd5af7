import twilio from 'twilio';
import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { segmentsOf } from '#channels/sms-segments.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { TwilioHttpClient } from './client.ts';
import { deliveryFailure, twilioOutcome } from './errors.ts';

export interface TwilioSettings {
  /** https://api.twilio.com, or what stands in for it. */
  baseUrl: string;
  accountSid: string;
  authToken: string;
  /** The E.164 number messages leave from. */
  from: string;
  /** Of this number among the channel's senders. */
  weight: number;
  /** Segments a second that this number may send. */
  perSecond: number;
  /** Our own address as Twilio reaches it, for status callbacks. */
  publicUrl: string;
  /** How long one message may take before it counts as unknown; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

const MAX_SOCKETS = 25;
/** ValidityPeriod's range, in seconds. */
const MAX_VALIDITY = 36_000;
/** The largest page Twilio gives: the last months of one phone. */
const LOOKUP_MESSAGES = 1000;
/** Twilio keeps whole seconds, and its clock is not ours. */
const CLOCK_SKEW_MS = 2000;
/** The states in which Twilio gave a message up. */
const GIVEN_UP = new Set(['failed', 'undelivered', 'canceled']);

/**
 * SMS by Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource). Posting is not idempotent (code
 * 20500), so the attempt's id travels in the status callback's URL and an unknown outcome is looked up, never repeated
 * blindly. ValidityPeriod lets a queued SMS die at the provider once the dose's window is over.
 */
export function createTwilioSmsChannel(settings: TwilioSettings): Channel {
  const { baseUrl, accountSid, authToken, from, weight, perSecond, publicUrl } = settings;
  const { timeoutMs = 10_000, now = () => new Date() } = settings;
  const httpClient = new TwilioHttpClient({ baseUrl, accountSid, authToken, timeoutMs, maxSockets: MAX_SOCKETS });
  const client = twilio(accountSid, authToken, { httpClient });
  const eachInTurn = batches(MAX_SOCKETS);

  const sendOne = async ({ attemptId, to, text: body, expiresAt }: OutboundMessage): Promise<Outcome> => {
    try {
      const sid = await httpClient.createMessage({
        To: to,
        From: from,
        Body: body,
        StatusCallback: `${publicUrl}/webhooks/twilio/status?attempt=${attemptId}`,
        ValidityPeriod: String(secondsLeft(expiresAt, now())),
      });
      return { kind: 'accepted', ref: sid };
    } catch (error) {
      return twilioOutcome(error);
    }
  };

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
    send: (batch, mayStart) => eachInTurn(batch, sendOne, mayStart),
    /** By number and exact text; not by DateSent, which a message still queued at Twilio does not have. */
    async lookup({ to, text, createdAt }) {
      const since = createdAt.getTime() - CLOCK_SKEW_MS;
      try {
        const sent = await client.messages.list({ to, from, pageSize: LOOKUP_MESSAGES, limit: LOOKUP_MESSAGES });
        // A trial account puts its own words before ours.
        const found = sent.find(({ body, dateCreated }) => dateCreated.getTime() >= since && body.endsWith(text));
        if (!found) return null;
        if (GIVEN_UP.has(found.status)) return deliveryFailure(found.errorCode ?? 0);
        return { kind: 'accepted', ref: found.sid };
      } catch {
        return failure('unknown', 'lookup_failed');
      }
    },
    async close() {
      httpClient.close();
    },
  };
}

function secondsLeft(expiresAt: Date, now: Date): number {
  const seconds = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
  return Math.min(Math.max(seconds, 1), MAX_VALIDITY);
}
