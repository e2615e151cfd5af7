import { existsSync, readFileSync } from 'node:fs';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { verifyTwilioSignature } from './signature.ts';

const ATTEMPT = '0195512c-8a00-7000-8000-000000000001';
const SID = `SM${'a'.repeat(32)}`;

describe('the signature', () => {
  const url = `https://dosebell.example/webhooks/twilio/status?attempt=${ATTEMPT}`;
  const params = { MessageSid: SID, MessageStatus: 'sent' };
  const signature = twilio.getExpectedTwilioSignature('secret', url, params);

  test('of Twilio is recognised', () => {
    expect(verifyTwilioSignature('secret', signature, url, params)).toBe(true);
  });

  test.each([
    ['no signature', 'secret', undefined, url, params],
    ['an empty signature', 'secret', '', url, params],
    ['another signature', 'secret', `${signature.slice(0, -2)}A=`, url, params],
    ['another token', 'other', signature, url, params],
    ['no token', '', twilio.getExpectedTwilioSignature('', url, params), url, params],
    ['another attempt', 'secret', signature, url.replace(/1$/, '2'), params],
    ['another field', 'secret', signature, url, { ...params, MessageStatus: 'delivered' }],
    ['one field more', 'secret', signature, url, { ...params, ErrorCode: '21610' }],
    ['something that is no URL', 'secret', signature, 'nowhere', params],
    ['a JSON body without its hash in the URL', 'secret', signature, url, '{}'],
  ])('fails with %s', (_, token, given, address, body) => {
    expect(verifyTwilioSignature(token, given, address, body)).toBe(false);
  });
});

const VECTORS = '../shared/data/messaging/twilio-signature-vectors.json';

describe("the vectors of Twilio's own libraries", () => {
  if (!existsSync(VECTORS)) {
    console.warn(`skipped: ${VECTORS} is not there`);
    return test.skip('third-party cases', () => undefined);
  }
  const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as {
    name: string;
    token: string;
    url: string;
    params?: Record<string, string | string[]>;
    body?: string;
    signature: string;
    valid: boolean;
  }[];
  test.each(vectors.map((one) => [one.name, one] as const))(
    '%s',
    (_, { token, signature, url, params, body, valid }) => {
      expect(verifyTwilioSignature(token, signature, url, body ?? params ?? {})).toBe(valid);
    },
  );
});
