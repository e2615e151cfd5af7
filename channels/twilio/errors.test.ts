import { describe, expect, test } from 'vitest';
import { TransportError } from '#channels/transport.ts';
import { TwilioRefusal } from './client.ts';
import { deliveryFailure, isBlocked, twilioOutcome } from './errors.ts';

describe('what a failed request means', () => {
  test.each([
    [400, 21610, { kind: 'contact_failed', code: '21610', optedOut: true }],
    [400, 21211, { kind: 'contact_failed', code: '21211', optedOut: false }],
    [400, 21614, { kind: 'contact_failed', code: '21614', optedOut: false }],
    [400, 21612, { kind: 'contact_failed', code: '21612', optedOut: false }],
    [400, 21617, { kind: 'message_failed', code: '21617' }],
    [400, undefined, { kind: 'message_failed', code: 'http_400' }],
    [401, 20003, { kind: 'retry', code: '20003' }],
    [404, undefined, { kind: 'retry', code: 'http_404' }],
    [429, 20429, { kind: 'retry', code: '20429', throttled: true, retryAfterMs: 2000 }],
    [429, 63038, { kind: 'retry', code: '63038', throttled: true, retryAfterMs: 2000 }],
    [500, 20500, { kind: 'unknown', code: '20500' }],
    [503, 20503, { kind: 'unknown', code: '20503' }],
    [302, undefined, { kind: 'unknown', code: 'http_302' }],
  ])('%i with code %s', (status, code, expected) => {
    expect(twilioOutcome(new TwilioRefusal(status, code, status === 429 ? 2000 : undefined))).toStrictEqual(expected);
  });

  test.each([
    [new TransportError('ECONNREFUSED', false), { kind: 'retry', code: 'ECONNREFUSED' }],
    [new TransportError('ETIMEDOUT', true), { kind: 'unknown', code: 'ETIMEDOUT' }],
    [new TypeError('ours'), { kind: 'unknown', code: 'TypeError' }],
  ])('%s', (error, expected) => {
    expect(twilioOutcome(error)).toStrictEqual(expected);
  });
});

test.each([
  [30003, { kind: 'contact_failed', code: '30003', optedOut: false }],
  [30004, { kind: 'contact_failed', code: '30004', optedOut: false }],
  [30005, { kind: 'contact_failed', code: '30005', optedOut: false }],
  [30006, { kind: 'contact_failed', code: '30006', optedOut: false }],
  [30007, { kind: 'message_failed', code: '30007' }],
  [30008, { kind: 'message_failed', code: '30008' }],
  [0, { kind: 'message_failed', code: '0' }],
  [21610, { kind: 'contact_failed', code: '21610', optedOut: true }],
  [63003, { kind: 'contact_failed', code: '63003', optedOut: false }],
  [63024, { kind: 'contact_failed', code: '63024', optedOut: false }],
  [63014, { kind: 'contact_failed', code: '63014', optedOut: false }],
  [63033, { kind: 'contact_failed', code: '63033', optedOut: false }],
  [63013, { kind: 'message_failed', code: '63013' }],
  [63016, { kind: 'message_failed', code: '63016' }],
  [63032, { kind: 'message_failed', code: '63032' }],
  [63040, { kind: 'message_failed', code: 'template_rejected' }],
  [63041, { kind: 'message_failed', code: 'template_paused' }],
  [63042, { kind: 'message_failed', code: 'template_disabled' }],
  [63049, { kind: 'message_failed', code: 'template_marketing' }],
  [63018, { kind: 'retry', code: '63018', throttled: true }],
])('a message given up with code %i', (code, expected) => {
  expect(deliveryFailure(code)).toStrictEqual(expected);
  expect(deliveryFailure(String(code))).toStrictEqual(expected);
});

test('only who blocked us is out of reach for good', () => {
  expect([63014, '63033', 63024, 21610, 'constructor', ''].map(isBlocked)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('what Twilio writes in place of a code is the code', () => {
  for (const word of ['failed', 'constructor', '']) {
    expect(deliveryFailure(word)).toStrictEqual({ kind: 'message_failed', code: word });
  }
});
