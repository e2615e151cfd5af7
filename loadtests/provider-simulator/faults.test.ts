import { expect, test, vi } from 'vitest';
import { FaultBook } from './faults.ts';

test('probability is drawn from the seed: the same seed decides the same, another differs, the share is right', () => {
  const run = (seed: number) => {
    const book = new FaultBook(seed);
    book.add({ provider: 'fcm', kind: 'unregistered', probability: 0.3 });
    return Array.from({ length: 1_000 }, (_, index) => book.decide('fcm', `d-${index}`).answer !== null);
  };
  expect(run(7)).toEqual(run(7));
  expect(run(7)).not.toEqual(run(8));
  const share = run(7).filter(Boolean).length / 1_000;
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.35);
});

test('a contact’s own fault comes first and the general one is kept for others', () => {
  const book = new FaultBook();
  book.add({ provider: 'twilio', kind: 'server_error', times: 1 });
  book.add({ provider: 'twilio', kind: 'opted_out', to: '+511', times: 1 });
  expect(book.decide('twilio', '+511').answer?.kind).toBe('opted_out');
  expect(book.decide('fcm', '+511').answer).toBeNull();
  expect(book.decide('twilio', '+522').answer?.kind).toBe('server_error');
  expect(book.decide('twilio', '+511').answer).toBeNull();
  expect(book.list().map(({ used }) => used)).toEqual([1, 1]);
});

test('delays add up and go with any fault', () => {
  const book = new FaultBook();
  book.add({ provider: 'smtp', kind: 'latency', latencyMs: 30 });
  book.add({ provider: 'smtp', kind: 'smtp_4xx', latencyMs: 12 });
  const { latencyMs, answer } = book.decide('smtp', 'ana@example.org');
  expect([latencyMs, answer?.kind]).toEqual([42, 'smtp_4xx']);
});

test('a rate lets so many through in each second and refuses the rest, whoever they are for', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const book = new FaultBook();
  book.add({ provider: 'sms_http', kind: 'rate', perSecond: 2, retryAfterSeconds: 3 });
  const burst = () => Array.from({ length: 4 }, (_, at) => book.decide('sms_http', `+51${at}`).answer);
  const limited = expect.objectContaining({ kind: 'rate_limited', retryAfterSeconds: 3 });
  expect(burst()).toEqual([null, null, limited, limited]);
  expect(book.decide('twilio', '+51').answer).toBeNull();
  vi.advanceTimersByTime(1000);
  expect(burst()).toEqual([null, null, limited, limited]);
  expect(book.list()[0]?.used).toBe(4);
  vi.useRealTimers();
});

test('a provider is down from the order until the faults are removed', () => {
  const told: [string, boolean][] = [];
  const book = new FaultBook(1, (provider, isDown) => told.push([provider, isDown]));
  book.add({ provider: 'smpp', kind: 'down' });
  book.add({ provider: 'smpp', kind: 'latency', latencyMs: 1 });
  expect(book.decide('smpp', '+511').answer).toBeNull();
  expect(told).toEqual([['smpp', true]]);
  book.clear();
  expect(told).toEqual([
    ['smpp', true],
    ['smpp', false],
  ]);
});
