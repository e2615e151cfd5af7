import { expect, test } from 'vitest';
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
