import { randomUUID } from 'node:crypto';
import { stringify } from 'node:querystring';
import twilio from 'twilio';
import type { Caller, CallResult } from './caller.ts';

/** Posts a form to the service as Twilio does, signed. */
export function postSigned(
  caller: Caller,
  authToken: string,
  { url, parameters }: { url: string; parameters: Record<string, string> },
): Promise<CallResult> {
  return caller.post(url, {
    contentType: 'application/x-www-form-urlencoded; charset=UTF-8',
    text: stringify(parameters),
    headers: {
      'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, url, parameters),
      'i-twilio-idempotency-token': randomUUID(),
    },
  });
}
