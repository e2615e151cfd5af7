import { expect, test } from 'vitest';
import type { Outcome } from '#src/domain/attempt.ts';
import { pushOutcome } from './errors.ts';

const answer = (status: number, headers = {}, text = '') => pushOutcome({ status, headers, text }, 'attempt-1');

test.each<[string, number, object, string, Outcome]>([
  ['created', 201, { location: 'https://p.example/m/1' }, '', { kind: 'accepted', ref: 'https://p.example/m/1' }],
  ['taken, without a name', 202, {}, '', { kind: 'accepted', ref: 'attempt-1' }],
  ['a bad request', 400, {}, '{"reason":"BadWebPushTopic"}', { kind: 'message_failed', code: 'http_400' }],
  [
    'made with another key',
    400,
    {},
    '{"reason":"VapidPkHashMismatch"}',
    { kind: 'contact_failed', code: 'VapidPkHashMismatch', optedOut: false },
  ],
  ['our token refused', 401, {}, '', { kind: 'retry', code: 'http_401' }],
  ["Apple's bad subject", 403, {}, '{"reason":"BadJwtToken"}', { kind: 'retry', code: 'http_403' }],
  ['unknown', 404, {}, '', { kind: 'contact_failed', code: 'gone', optedOut: false }],
  ['gone', 410, {}, '', { kind: 'contact_failed', code: 'gone', optedOut: false }],
  ['too long', 413, {}, '', { kind: 'message_failed', code: 'http_413' }],
  [
    'too many',
    429,
    { 'retry-after': '7' },
    '',
    { kind: 'retry', code: 'http_429', throttled: true, retryAfterMs: 7000 },
  ],
  ["WNS's too many", 406, {}, '', { kind: 'retry', code: 'http_406', throttled: true }],
  ['a failure of its own', 503, { 'retry-after': '7' }, '', { kind: 'unknown', code: 'http_503' }],
  [
    'a redirect, which is not followed',
    307,
    { location: 'http://10.0.0.1/' },
    '',
    { kind: 'unknown', code: 'http_307' },
  ],
])('%s (%i)', (_, status, headers, text, outcome) => {
  expect(answer(status, headers, text)).toEqual(outcome);
});
