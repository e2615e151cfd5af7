import twilio from 'twilio';
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { OutboundMessage } from '#channels/channel.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { TwilioHttpClient } from './client.ts';
import { deliveryFailure, twilioOutcome } from './errors.ts';

/** What every sender of the Messages resource needs. */
export interface TwilioAccountSettings {
  /** https://api.twilio.com, or what stands in for it. */
  baseUrl: string;
  accountSid: string;
  authToken: string;
  /** Our own address as Twilio reaches it, for status callbacks. */
  publicUrl: string;
  /** How long one message may take before it counts as unknown; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

/** The largest page Twilio gives: the last months of one phone. */
const LOOKUP_MESSAGES = 1000;
/** Twilio keeps whole seconds, and its clock is not ours. */
const CLOCK_SKEW_MS = 2000;
/** The states in which Twilio gave a message up. */
const GIVEN_UP = new Set(['failed', 'undelivered', 'canceled']);

/** One sender's door to Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource). */
export interface TwilioMessages {
  /** Posts a message of these fields. Not idempotent (code 20500): the attempt's id travels in the status callback's URL. */
  send(message: OutboundMessage, form: { To: string; From: string } & Record<string, string>): Promise<Outcome>;
  /**
   * What we sent from one address to another since a message first went out. Not by DateSent, which a message still queued
   * at Twilio does not have. Rejects when Twilio cannot be asked.
   */
  sentSince(message: OutboundMessage, addresses: { to: string; from: string }): Promise<MessageInstance[]>;
  close(): void;
}

/** `longestSeconds`: the most that the channel takes as ValidityPeriod, with which a queued message dies at the provider. */
export function openTwilioMessages(
  settings: TwilioAccountSettings,
  { maxSockets, longestSeconds }: { maxSockets: number; longestSeconds: number },
): TwilioMessages {
  const { baseUrl, accountSid, authToken, publicUrl, timeoutMs = 10_000, now = () => new Date() } = settings;
  const httpClient = new TwilioHttpClient({ baseUrl, accountSid, authToken, timeoutMs, maxSockets });
  const client = twilio(accountSid, authToken, { httpClient });
  const validity = (expiresAt: Date) => {
    const seconds = Math.floor((expiresAt.getTime() - now().getTime()) / 1000);
    return String(Math.min(Math.max(seconds, 1), longestSeconds));
  };
  return {
    async send({ attemptId, expiresAt }, form) {
      try {
        const ref = await httpClient.post('Messages.json', {
          ...form,
          StatusCallback: `${publicUrl}/webhooks/twilio/status?attempt=${attemptId}`,
          ValidityPeriod: validity(expiresAt),
        });
        return { kind: 'accepted', ref };
      } catch (error) {
        return twilioOutcome(error);
      }
    },
    async sentSince({ createdAt }, { to, from }) {
      const since = createdAt.getTime() - CLOCK_SKEW_MS;
      const sent = await client.messages.list({ to, from, pageSize: LOOKUP_MESSAGES, limit: LOOKUP_MESSAGES });
      return sent.filter(({ dateCreated }) => dateCreated.getTime() >= since);
    },
    close: () => httpClient.close(),
  };
}

/** What became of a message that Twilio took. */
export function outcomeOfSent({ status, errorCode, sid }: MessageInstance): Outcome {
  if (GIVEN_UP.has(status)) return deliveryFailure(errorCode ?? 0);
  return { kind: 'accepted', ref: sid };
}
