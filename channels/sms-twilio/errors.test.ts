import { describe, expect, test } from 'vitest';
import { TransportError } from '#channels/transport.ts';
import { TwilioRefusal } from './client.ts';
import { deliveryFailure, isOptOut, twilioOutcome } from './errors.ts';

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
  [30003, 'contact_failed'],
  [30004, 'contact_failed'],
  [30005, 'contact_failed'],
  [30006, 'contact_failed'],
  [30007, 'message_failed'],
  [30008, 'message_failed'],
  [0, 'message_failed'],
])('a message given up with code %i is %s', (code, kind) => {
  expect(deliveryFailure(code)).toMatchObject({ kind, code: String(code) });
});

test('only 21610 is an opt-out', () => {
  expect([21610, 21211, Number.NaN].map(isOptOut)).toEqual([true, false, false]);
});
