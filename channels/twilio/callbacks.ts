import type { Receipt } from '#channels/channel.ts';
import type { Answer } from '#src/domain/dose.ts';
import { isId } from '#src/domain/ids.ts';
import { deliveryFailure, isBlocked } from './errors.ts';

type Params = Record<string, string | string[] | undefined>;

/**
 * What each MessageStatus says (twilio.com/docs/messaging/api/message-resource#message-status-values). WhatsApp's `read` is no
 * answer: who read a reminder has taken nothing yet.
 */
const STATES = new Map<string, Receipt['state']>(
  Object.entries({
    accepted: 'accepted',
    queued: 'accepted',
    sending: 'accepted',
    sent: 'accepted',
    delivered: 'delivered',
    read: 'delivered',
    undelivered: 'failed',
    failed: 'failed',
    canceled: 'failed',
  } as const),
);

/** The receipt in a status callback, whose query names the attempt; `null` when it is not one of ours or says nothing. */
export function parseTwilioStatus(query: Params, params: Params): Receipt | null {
  const attemptId = text(query.attempt);
  const ref = text(params.MessageSid);
  const status = text(params.MessageStatus) ?? '';
  const state = STATES.get(status);
  if (!attemptId || !isId(attemptId) || !ref || !state) return null;
  if (state !== 'failed') return { attemptId, state, ref };
  const told = text(params.ErrorCode) ?? status;
  const failed = deliveryFailure(told);
  const optedOut = failed.kind === 'contact_failed' && failed.optedOut;
  return { attemptId, state, ref, code: failed.code, optedOut, ...(isBlocked(told) && { blocked: true }) };
}

/** A message somebody wrote to our number by SMS or WhatsApp. Numbers are E.164, `body` is as written. */
interface TwilioInbound {
  sid: string;
  channel: 'sms' | 'whatsapp';
  from: string;
  body: string;
  /** Of a pressed quick-reply button of ours. */
  token?: string;
  answer?: Answer;
  /** The SID of the message of ours that it answers. */
  quotes?: string;
  /** Twilio has dealt with it, and answered. */
  keyword?: 'stop' | 'start' | 'help';
  /** How many attachments it had. They are not fetched. */
  media?: number;
}

const WHATSAPP = 'whatsapp:';
const BUTTON = /^(taken|later|skip):([\w-]{1,100})$/;
const BUTTON_ANSWERS: Record<string, Answer> = { taken: 'taken', later: 'snoozed', skip: 'skipped' };
const KEYWORDS = new Map<string, TwilioInbound['keyword']>([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'help'],
]);

/**
 * The message in an incoming-message webhook (twilio.com/docs/messaging/guides/webhook-request); `null` when a part is missing.
 * A button that is not ours is the text on it.
 */
export function parseTwilioInbound(params: Params): TwilioInbound | null {
  const [sid, from, to, body] = ['MessageSid', 'From', 'To', 'Body'].map((name) => text(params[name]));
  if (!sid || !from || !to || body === undefined) return null;
  const isSms = !from.startsWith(WHATSAPP);
  const [, pressed, token] = BUTTON.exec(text(params.ButtonPayload) ?? '') ?? [];
  const answer = BUTTON_ANSWERS[pressed ?? ''];
  const quotes = text(params.OriginalRepliedMessageSid);
  const keyword =
    KEYWORDS.get(text(params.OptOutType)?.toUpperCase() ?? '') ?? (isSms ? defaultKeyword(body) : undefined);
  const media = Number(text(params.NumMedia));
  return {
    sid,
    channel: isSms ? 'sms' : 'whatsapp',
    from: isSms ? from : from.slice(WHATSAPP.length),
    body,
    ...(token && answer && { token, answer }),
    ...(quotes && { quotes }),
    ...(keyword && { keyword }),
    ...(media > 0 && { media }),
  };
}

/**
 * What Twilio does with an SMS by default and answers in English, telling nobody where the account has no Advanced Opt-Out
 * (help.twilio.com, "Twilio support for opt-out keywords"). YES starts again too, but people say it of their medicine.
 */
const DEFAULT_KEYWORDS = new Map<string, TwilioInbound['keyword']>([
  ...['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'].map(
    (word) => [word, 'stop'] as const,
  ),
  ...['START', 'UNSTOP'].map((word) => [word, 'start'] as const),
]);

function defaultKeyword(body: string): TwilioInbound['keyword'] {
  return DEFAULT_KEYWORDS.get(body.trim().toUpperCase());
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
