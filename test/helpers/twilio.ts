import { createHash, createHmac } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

export type TwilioFields = Record<string, string | string[]>;

/** Twilio's signature, made from its description (twilio.com/docs/usage/security), not with its library. */
export function signTwilio(authToken: string, url: string, fields: TwilioFields = {}): string {
  const parts = Object.keys(fields)
    .sort()
    .flatMap((key) => [...new Set([fields[key] as string | string[]].flat())].sort().map((value) => key + value));
  return createHmac('sha1', authToken)
    .update(Buffer.from(url + parts.join(''), 'utf8'))
    .digest('base64');
}

interface TwilioCall {
  /** Path and query. */
  url: string;
  fields?: TwilioFields;
  /** A JSON body in place of fields: its hash goes into the URL. */
  json?: unknown;
  /** What is sent in place of the right signature. */
  signature?: string | undefined;
  headers?: Record<string, string>;
}

/** Calls a server as Twilio does: a form, or JSON, signed over the public URL. */
export function twilioCaller(
  server: FastifyInstance,
  { publicUrl, authToken }: { publicUrl: string; authToken: string },
): (call: TwilioCall) => Promise<LightMyRequestResponse> {
  return ({ url, fields = {}, json, signature, headers }) => {
    const text = json === undefined ? undefined : JSON.stringify(json);
    const hash = text === undefined ? '' : createHash('sha256').update(text).digest('hex');
    const called = hash === '' ? url : `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
    const form = new URLSearchParams(
      Object.entries(fields).flatMap(([key, values]) => [values].flat().map((value): [string, string] => [key, value])),
    );
    return server.inject({
      method: 'POST',
      url: called,
      payload: text ?? form.toString(),
      headers: {
        'content-type': text === undefined ? 'application/x-www-form-urlencoded' : 'application/json',
        'x-twilio-signature': signature ?? signTwilio(authToken, publicUrl + called, text === undefined ? fields : {}),
        ...headers,
      },
    });
  };
}
