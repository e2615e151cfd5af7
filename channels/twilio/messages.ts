import twilio from 'twilio';
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { OutboundMessage } from '#channels/channel.ts';
import { secondsLeft } from '#channels/lifetime.ts';
import { failure } from '#channels/outcome.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { madeSince, TwilioHttpClient } from './client.ts';
import { deliveryFailure, twilioOutcome } from './errors.ts';

/** What every sender of one of Twilio's resources needs. */
export interface TwilioAccountSettings {
  /** https://api.twilio.com, or what stands in for it. */
  baseUrl: string;
  accountSid: string;
  authToken: string;
  /** Our own address as Twilio reaches it, for status callbacks and for what a call says. */
  publicUrl: string;
  /** How long one message may take before it counts as unknown; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

/** The largest page Twilio gives: the last months of one phone. */
const LOOKUP_MESSAGES = 1000;
/** The states in which Twilio gave a message up. */
const GIVEN_UP = new Set(['failed', 'undelivered', 'canceled']);

/** One sender's door to Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource). */
export interface TwilioMessages {
  /** Posts a message of these fields. Not idempotent (code 20500): the attempt's id travels in the status callback's URL. */
  send(message: OutboundMessage, form: { To: string; From: string } & Record<string, string>): Promise<Outcome>;
  /**
   * What became of a message: looked for by addresses, time and exact text. `mayBe` says of one with another text whether it
   * could be this message all the same: then nobody knows. Null: proven absent.
   */
  lookup(
    message: OutboundMessage,
    addresses: { to: string; from: string },
    mayBe: (sent: MessageInstance) => boolean,
  ): Promise<Outcome | null>;
  close(): Promise<void>;
}

/** `longestSeconds`: the most that the channel takes as ValidityPeriod, with which a queued message dies at the provider. */
export function openTwilioMessages(
  settings: TwilioAccountSettings,
  { maxSockets, longestSeconds }: { maxSockets: number; longestSeconds: number },
): TwilioMessages {
  const { baseUrl, accountSid, authToken, publicUrl, timeoutMs = 10_000, now = () => new Date() } = settings;
  const httpClient = new TwilioHttpClient({ baseUrl, accountSid, authToken, timeoutMs, maxSockets });
  const client = twilio(accountSid, authToken, { httpClient });
  return {
    async send({ attemptId, expiresAt }, form) {
      try {
        const ref = await httpClient.post('Messages.json', {
          ...form,
          StatusCallback: `${publicUrl}/webhooks/twilio/status?attempt=${attemptId}`,
          ValidityPeriod: String(secondsLeft(expiresAt, now(), { least: 1, most: longestSeconds })),
        });
        return { kind: 'accepted', ref };
      } catch (error) {
        return twilioOutcome(error);
      }
    },
    async lookup({ createdAt, text }, { to, from }, mayBe) {
      try {
        const all = await client.messages.list({ to, from, pageSize: LOOKUP_MESSAGES, limit: LOOKUP_MESSAGES });
        const sent = madeSince(createdAt, all);
        // A trial account puts its own words before ours.
        const found = sent.find(({ body }) => body.endsWith(text));
        if (found !== undefined) return outcomeOfSent(found);
        return sent.some(mayBe) ? failure('unknown', 'not_told_apart') : null;
      } catch {
        return failure('unknown', 'lookup_failed');
      }
    },
    close: () => httpClient.close(),
  };
}

/** What became of a message that Twilio took. */
function outcomeOfSent({ status, errorCode, sid }: MessageInstance): Outcome {
  if (GIVEN_UP.has(status)) return deliveryFailure(errorCode ?? 0);
  return { kind: 'accepted', ref: sid };
}
