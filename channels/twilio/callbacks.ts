import type { Receipt } from '#channels/channel.ts';
import type { Answer } from '#src/domain/dose.ts';
import { isId } from '#src/domain/ids.ts';
import type { Reply } from '#src/domain/reply.ts';
import { deliveryFailure, isBlocked } from './errors.ts';
import { type TwilioParams, textOf } from './params.ts';

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
export function parseTwilioStatus(query: TwilioParams, params: TwilioParams): Receipt | null {
  const attemptId = textOf(query.attempt);
  const ref = textOf(params.MessageSid);
  const status = textOf(params.MessageStatus) ?? '';
  const state = STATES.get(status);
  if (!attemptId || !isId(attemptId) || !ref || !state) return null;
  if (state !== 'failed') return { attemptId, state, ref };
  const told = textOf(params.ErrorCode) ?? status;
  const failed = deliveryFailure(told);
  const optedOut = failed.kind === 'contact_failed' && failed.optedOut;
  return { attemptId, state, ref, code: failed.code, optedOut, ...(isBlocked(told) && { blocked: true }) };
}

const WHATSAPP = 'whatsapp:';
const BUTTON = /^(taken|later|skip):([\w-]{1,100})$/;
const BUTTON_ANSWERS: Record<string, Answer> = { taken: 'taken', later: 'snoozed', skip: 'skipped' };
const KEYWORDS = new Map<string, Reply['keyword']>([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'help'],
]);

/**
 * The message in an incoming-message webhook (twilio.com/docs/messaging/guides/webhook-request); `null` when a part is missing.
 * A button that is not ours is the text on it.
 */
export function parseTwilioInbound(params: TwilioParams): Reply | null {
  const [sid, from, to, body] = ['MessageSid', 'From', 'To', 'Body'].map((name) => textOf(params[name]));
  if (!sid || !from || !to || body === undefined) return null;
  const isSms = !from.startsWith(WHATSAPP);
  const [, pressed, token] = BUTTON.exec(textOf(params.ButtonPayload) ?? '') ?? [];
  const answer = BUTTON_ANSWERS[pressed ?? ''];
  const quotes = textOf(params.OriginalRepliedMessageSid);
  const keyword =
    KEYWORDS.get(textOf(params.OptOutType)?.toUpperCase() ?? '') ?? (isSms ? defaultKeyword(body) : undefined);
  const media = Number(textOf(params.NumMedia));
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
const DEFAULT_KEYWORDS = new Map<string, Reply['keyword']>([
  ...['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'].map(
    (word) => [word, 'stop'] as const,
  ),
  ...['START', 'UNSTOP'].map((word) => [word, 'start'] as const),
]);

function defaultKeyword(body: string): Reply['keyword'] {
  return DEFAULT_KEYWORDS.get(body.trim().toUpperCase());
}
