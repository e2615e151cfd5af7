import twilio from 'twilio';
import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { madeSince, TwilioHttpClient } from '#channels/twilio/client.ts';
import { twilioOutcome } from '#channels/twilio/errors.ts';
import type { TwilioAccountSettings } from '#channels/twilio/messages.ts';
import type { Outcome } from '#src/domain/attempt.ts';

export interface TwilioVoiceSettings extends Omit<TwilioAccountSettings, 'now'> {
  /** The E.164 number calls come from. */
  from: string;
  /** Calls a second that the account may start. */
  perSecond: number;
}

/** Requests at once: at one call a second there are few. */
const WIDTH = 10;
/** A phone rings this long: most mailboxes pick up later, and nobody runs further for it. */
const RING_SECONDS = 30;
/** A call that is not hung up (a phone left lying) ends by itself. */
const LONGEST_SECONDS = 120;
/** Calls to one number since an attempt was made: more than the dose's ladder could make. */
const LOOKUP_CALLS = 50;
/** Requests of one call: its making, what it said, keys and status callbacks. */
const LOOKUP_EVENTS = 50;
const NOT_ANSWERED = new Set(['busy', 'no-answer', 'failed', 'canceled']);

/**
 * Calls by Twilio's Calls resource (twilio.com/docs/voice/api/call-resource). Asking for a call is not idempotent, so the
 * attempt's id travels in the URL of what the call says and of its status callbacks: any of them proves the call. What is said
 * is decided when somebody picks up. Calls beyond the account's rate queue at Twilio, where nothing can be taken back.
 */
export function createTwilioVoiceChannel(settings: TwilioVoiceSettings): Channel {
  const { baseUrl, accountSid, authToken, from, perSecond, publicUrl, timeoutMs = 10_000 } = settings;
  const httpClient = new TwilioHttpClient({ baseUrl, accountSid, authToken, timeoutMs, maxSockets: WIDTH });
  const client = twilio(accountSid, authToken, { httpClient });

  const sendOne = async ({ attemptId, to }: OutboundMessage): Promise<Outcome> => {
    try {
      const sid = await httpClient.post('Calls.json', {
        To: to,
        From: from,
        Url: `${publicUrl}/webhooks/twilio/voice?attempt=${attemptId}`,
        StatusCallback: `${publicUrl}/webhooks/twilio/voice/status?attempt=${attemptId}`,
        // The first proves a call whose answer was lost, long before its end.
        StatusCallbackEvent: ['initiated', 'completed'],
        Timeout: String(RING_SECONDS),
        TimeLimit: String(LONGEST_SECONDS),
        MachineDetection: 'Enable',
      });
      return { kind: 'accepted', ref: sid };
    } catch (error) {
      return twilioOutcome(error);
    }
  };

  /** Whether this call is the attempt's; null: its requests cannot be read yet, or not all. */
  const isOf = async (sid: string, attemptId: string): Promise<boolean | null> => {
    const events = await client.calls(sid).events.list({ pageSize: LOOKUP_EVENTS, limit: LOOKUP_EVENTS });
    const told = JSON.stringify(events.map(({ request }) => request));
    if (told.includes(attemptId)) return true;
    return /attempt(=|%3D)/.test(told) ? false : null;
  };

  return {
    name: 'voice',
    provider: 'twilio_voice',
    sender: from,
    weight: 1,
    perSecond,
    width: WIDTH,
    units: () => 1,
    idempotent: false,
    receipts: true,
    send: batches(WIDTH, sendOne),
    /**
     * By number and time, and told apart from other calls to the same number by the requests Twilio keeps of each
     * (twilio.com/docs/voice/api/call-event-resource). Those can be read a while after the call: until then it is unknown.
     */
    async lookup({ attemptId, to, createdAt }) {
      try {
        const made = await client.calls.list({ to, from, pageSize: LOOKUP_CALLS, limit: LOOKUP_CALLS });
        let open = false;
        for (const { sid, status } of madeSince(createdAt, made)) {
          const is = await isOf(sid, attemptId);
          if (is) return NOT_ANSWERED.has(status) ? failure('message_failed', status) : { kind: 'accepted', ref: sid };
          open ||= is === null;
        }
        return open ? failure('unknown', 'lookup_open') : null;
      } catch {
        return failure('unknown', 'lookup_failed');
      }
    },
    close: () => httpClient.close(),
  };
}
