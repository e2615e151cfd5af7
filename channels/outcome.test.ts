import { describe, expect, test } from 'vitest';
import { failure, retryAfterMs } from './outcome.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('Retry-After', () => {
  test.each([
    ['30', 30_000],
    ['0', 0],
    [' 5 ', 5000],
    ['Sun, 01 Mar 2026 12:01:30 GMT', 90_000],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});

test.each([
  [failure('retry', '429', 5000), { kind: 'retry', code: '429', retryAfterMs: 5000 }],
  [failure('retry', '429'), { kind: 'retry', code: '429' }],
  [failure('unknown', '503', 5000), { kind: 'unknown', code: '503' }],
  [failure('contact_failed', '404'), { kind: 'contact_failed', code: '404', optedOut: false }],
  [failure('message_failed', '400'), { kind: 'message_failed', code: '400' }],
])('%j has exactly the fields of its kind', (outcome, expected) => {
  expect(outcome).toStrictEqual(expected);
});
