import { timingSafeEqual } from 'node:crypto';
import twilio from 'twilio';
import type { TwilioParams } from './params.ts';

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
  body: TwilioParams | string,
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
