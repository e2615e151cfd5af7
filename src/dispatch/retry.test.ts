import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAt } from './retry.ts';

const now = new Date('2026-11-23T13:00:00Z');
const waited = (tries: number, retryAfterMs?: number) => retryAt(tries, retryAfterMs, now).getTime() - now.getTime();

test.each([
  { tries: 0, base: 1000 },
  { tries: 1, base: 2000 },
  { tries: 5, base: 32_000 },
  { tries: 6, base: 60_000 },
  { tries: 500, base: 60_000 },
  { tries: 0, retryAfterMs: 30_000, base: 30_000 },
  { tries: 9, retryAfterMs: 0, base: 0 },
  { tries: 0, retryAfterMs: 3_600_000, base: 3_600_000 },
])(
  'try $tries with Retry-After $retryAfterMs waits $base ms, at most a tenth and a step more',
  ({ tries, retryAfterMs, base }) => {
    for (let i = 0; i < 50; i++) {
      const wait = waited(tries, retryAfterMs);
      expect(wait).toBeGreaterThanOrEqual(base);
      expect(wait).toBeLessThan(base * 1.1 + 250);
    }
  },
);

test("a hundred messages' retries come back neither in step nor each alone", () => {
  const moments = new Set(Array.from({ length: 100 }, () => waited(4)));
  expect(moments.size).toBeGreaterThan(3);
  expect(moments.size).toBeLessThan(10);
});

test('never before what the provider asked for', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(600_000), (tries, after) => waited(tries, after) >= after),
    { seed: 1 },
  );
});
