import { describe, expect, test } from 'vitest';
import { foundBy, outcomeOf, receiptIn } from './answers.ts';
import type { HttpGateway } from './gateway.ts';

const gateway: HttpGateway = {
  url: 'https://gateway.example/send',
  method: 'POST',
  from: 'Hospital',
  headers: {},
  body: {},
  id: '/message/id',
  code: '/error/code',
  outcomes: {
    '402': 'retry',
    '0': 'accepted',
    '7': 'throttled',
    BAD: 'contact_failed',
    STOP: 'opted_out',
    '9': 'unknown',
  },
  states: { SENT: 'accepted', OK: 'delivered', LOST: 'failed' },
  callback: { secret: 'sixteen-letters-x', id: '/id', status: '/state', code: '/reason' },
  lookup: { url: 'https://gateway.example/find', id: '/0/id', status: '/0/state' },
};
const answer = (status: number, body: unknown = {}, headers = {}) => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const error = (code: string | number) => ({ error: { code } });
const id = { message: { id: 'm1' } };

describe('an answer', () => {
  test.each([
    [200, id, { kind: 'accepted', ref: 'm1' }],
    [202, { message: { id: 17 } }, { kind: 'accepted', ref: '17' }],
    [200, { ...id, ...error(0) }, { kind: 'accepted', ref: 'm1' }],
    [200, {}, { kind: 'unknown', code: 'no_message_id' }],
    [200, '<ok/>', { kind: 'unknown', code: 'no_message_id' }],
    [200, { ...id, ...error('BAD') }, { kind: 'contact_failed', code: 'BAD', optedOut: false }],
    [200, error(7), { kind: 'retry', code: '7', throttled: true }],
    [200, { ...id, ...error(9) }, { kind: 'unknown', code: '9' }],
    [400, error('STOP'), { kind: 'contact_failed', code: 'STOP', optedOut: true }],
    [400, error('NEW'), { kind: 'message_failed', code: 'NEW' }],
    [400, 'no JSON', { kind: 'message_failed', code: 'http_400' }],
    [400, error('constructor'), { kind: 'message_failed', code: 'constructor' }],
    [402, {}, { kind: 'retry', code: 'http_402' }],
    [401, {}, { kind: 'retry', code: 'http_401' }],
    [403, {}, { kind: 'retry', code: 'http_403' }],
    [404, {}, { kind: 'retry', code: 'http_404' }],
    [422, {}, { kind: 'message_failed', code: 'http_422' }],
    [302, {}, { kind: 'unknown', code: 'http_302' }],
    [500, {}, { kind: 'unknown', code: 'http_500' }],
    [503, {}, { kind: 'unknown', code: 'http_503' }],
  ])('%i %j', (status, body, expected) => {
    expect(outcomeOf(gateway, answer(status, body))).toStrictEqual(expected);
  });

  test('429 waits as long as it is asked to', () => {
    const throttled = { kind: 'retry', code: 'http_429', throttled: true };
    expect(outcomeOf(gateway, answer(429))).toStrictEqual(throttled);
    const told = outcomeOf(gateway, answer(429, {}, { 'retry-after': '7' }));
    expect(told).toStrictEqual({ ...throttled, retryAfterMs: 7000 });
  });
});

describe('a look-up', () => {
  test.each([
    [200, [{ id: 'm1', state: 'OK' }], { kind: 'accepted', ref: 'm1' }],
    [200, [{ id: 'm1' }], { kind: 'accepted', ref: 'm1' }],
    [200, [{ id: 'm1', state: 'LOST' }], { kind: 'message_failed', code: 'LOST' }],
    [200, [], null],
    [404, {}, null],
    [200, 'no JSON', { kind: 'unknown', code: 'lookup_failed' }],
    [401, [], { kind: 'unknown', code: 'lookup_failed' }],
    [503, [], { kind: 'unknown', code: 'lookup_failed' }],
  ])('%i %j', (status, body, expected) => {
    expect(foundBy(gateway, answer(status, body))).toStrictEqual(expected);
  });
});

describe('a callback', () => {
  const about = (body: unknown) => receiptIn(gateway, 'a1', body);

  test.each([
    [{ id: 'm1', state: 'SENT' }, { state: 'accepted' }],
    [{ id: 'm1', state: 'OK', reason: 'x' }, { state: 'delivered' }],
    [
      { id: 'm1', state: 'LOST' },
      { state: 'failed', code: 'LOST', optedOut: false },
    ],
    [
      { id: 'm1', state: 'LOST', reason: 'ABSENT' },
      { state: 'failed', code: 'ABSENT', optedOut: false },
    ],
    [
      { id: 'm1', state: 'LOST', reason: 'STOP' },
      { state: 'failed', code: 'STOP', optedOut: true },
    ],
  ])('%j', (body, expected) => {
    expect(about(body)).toStrictEqual({ attemptId: 'a1', ref: 'm1', ...expected });
  });

  test.each([{}, { id: 'm1' }, { state: 'OK' }, { id: 'm1', state: 'NEW' }, { id: 'm1', state: 'constructor' }, null])(
    '%j says nothing',
    (body) => {
      expect(about(body)).toBeNull();
    },
  );
});
