import { existsSync, readFileSync } from 'node:fs';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { parseTwilioInbound, parseTwilioStatus, verifyTwilioSignature } from './callbacks.ts';

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

describe('a status callback', () => {
  const receipt = (status: string, more = {}) =>
    parseTwilioStatus({ attempt: ATTEMPT }, { MessageSid: SID, MessageStatus: status, ...more });

  test.each([
    ['accepted', 'accepted'],
    ['queued', 'accepted'],
    ['sending', 'accepted'],
    ['sent', 'accepted'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
  ])('%s is %s', (status, state) => {
    expect(receipt(status)).toStrictEqual({ attemptId: ATTEMPT, state, ref: SID });
  });

  test.each([
    ['undelivered', { ErrorCode: '30003' }, '30003', false],
    ['failed', { ErrorCode: '21610' }, '21610', true],
    ['failed', {}, 'failed', false],
    ['canceled', {}, 'canceled', false],
  ])('%s with %j has failed', (status, more, code, optedOut) => {
    expect(receipt(status, more)).toStrictEqual({ attemptId: ATTEMPT, state: 'failed', ref: SID, code, optedOut });
  });

  test.each([
    ['no attempt', {}, { MessageSid: SID, MessageStatus: 'sent' }],
    ['an attempt that is no id', { attempt: "1' OR 1=1" }, { MessageSid: SID, MessageStatus: 'sent' }],
    ['two attempts', { attempt: [ATTEMPT, ATTEMPT] }, { MessageSid: SID, MessageStatus: 'sent' }],
    ['no sid', { attempt: ATTEMPT }, { MessageStatus: 'sent' }],
    ['no status', { attempt: ATTEMPT }, { MessageSid: SID }],
    ['a status never heard of', { attempt: ATTEMPT }, { MessageSid: SID, MessageStatus: 'lost' }],
    ['a status of another kind', { attempt: ATTEMPT }, { MessageSid: SID, MessageStatus: 'constructor' }],
  ])('says nothing with %s', (_, query, params) => {
    expect(parseTwilioStatus(query, params)).toBeNull();
  });
});

describe('an incoming message', () => {
  const params = { MessageSid: SID, From: '+51900000001', To: '+15005550006', Body: ' 1 ' };

  test('is read as written', () => {
    expect(parseTwilioInbound(params)).toStrictEqual({
      sid: SID,
      from: '+51900000001',
      to: '+15005550006',
      body: ' 1 ',
    });
    expect(parseTwilioInbound({ ...params, Body: '' })).toMatchObject({ body: '' });
  });

  test.each(['MessageSid', 'From', 'To', 'Body'])('is nothing without %s', (name) => {
    expect(parseTwilioInbound({ ...params, [name]: undefined })).toBeNull();
  });
});
