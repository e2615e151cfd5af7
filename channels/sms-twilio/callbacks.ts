import { timingSafeEqual } from 'node:crypto';
import twilio from 'twilio';
import type { Receipt } from '#channels/channel.ts';
import { isId } from '#src/domain/ids.ts';
import { isOptOut } from './errors.ts';

type Params = Record<string, string | string[] | undefined>;

/** What each MessageStatus says (twilio.com/docs/messaging/api/message-resource#message-status-values). */
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

/**
 * Whether Twilio signed this request (twilio.com/docs/usage/security#validating-requests). `url` is the public URL with
 * its query, as Twilio called it; `body` the form's fields, or the raw text of a JSON body, whose hash must then stand in
 * the URL. Constant time; anything absent or unreadable is not signed. Stricter than the library's `validateRequest`,
 * which also takes a signature over another spelling of the host.
 */
export function verifyTwilioSignature(
  authToken: string,
  signature: string | undefined,
  url: string,
  body: Params | string,
): boolean {
  if (!authToken || !signature || !URL.canParse(url)) return false;
  const isJson = typeof body === 'string';
  const expected = (spelling: string) => twilio.getExpectedTwilioSignature(authToken, spelling, isJson ? {} : body);
  if (!spellings(url).some((spelling) => isSame(signature, expected(spelling)))) return false;
  return !isJson || isSame(new URL(url).searchParams.get('bodySHA256') ?? '', twilio.getExpectedBodyHash(body));
}

/** The forms in which Twilio may have signed a URL: with or without the port, an apostrophe in the query escaped or not. */
function spellings(url: string): string[] {
  const [, before = '', scheme = '', port = '', after = ''] =
    /^((https?):\/\/[^/?#]*?)(:\d+)?([/?#].*)?$/is.exec(url) ?? [];
  const standard = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const ports = [url, before + after, before + (port || standard) + after];
  return ports.flatMap((spelling) => [spelling, spelling.replaceAll("'", '%27')]);
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The receipt in a status callback, whose query names the attempt; `null` when it is not one of ours or says nothing. */
export function parseTwilioStatus(query: Params, params: Params): Receipt | null {
  const attemptId = text(query.attempt);
  const ref = text(params.MessageSid);
  const state = STATES.get(text(params.MessageStatus) ?? '');
  if (!attemptId || !isId(attemptId) || !ref || !state) return null;
  if (state !== 'failed') return { attemptId, state, ref };
  const code = text(params.ErrorCode) ?? text(params.MessageStatus) ?? '';
  return { attemptId, state, ref, code, optedOut: isOptOut(Number(code)) };
}

/** A message somebody wrote to our number. Numbers are E.164, `body` is as written. */
interface InboundSms {
  sid: string;
  from: string;
  to: string;
  body: string;
}

/** The message in an incoming-message webhook; `null` when a part is missing. */
export function parseTwilioInbound(params: Params): InboundSms | null {
  const [sid, from, to, body] = ['MessageSid', 'From', 'To', 'Body'].map((name) => text(params[name]));
  if (!sid || !from || !to || body === undefined) return null;
  return { sid, from, to, body };
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
