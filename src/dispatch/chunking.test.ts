import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel } from '#channels/channel.ts';
import { CHANNELS, type ChannelName } from '../domain/attempt.ts';
import { CHUNK_SIZE, intoChunks, type Unchunked } from './chunking.ts';

const now = new Date('2026-11-23T12:59:50Z');
const due = new Date('2026-11-23T13:00:00Z');
const inAnHour = new Date('2026-11-23T14:00:00Z');
const senders = (...rates: number[]) => rates.map((perSecond) => ({ perSecond, width: 120 }) as Channel);
const channels = new Map(CHANNELS.map((name) => [name, senders(1000)]));

function message(given: { channel?: ChannelName; critical?: boolean; readyAt?: Date; turn?: number } = {}): Unchunked {
  const { channel = 'push', critical = false, readyAt = due, turn = 1 } = given;
  return { attempt: { channel, chunkId: null, expiresAt: inAnHour }, critical, readyAt, turn };
}

const many = (count: number, given: (i: number) => Parameters<typeof message>[0] = () => ({})) =>
  Array.from({ length: count }, (_, i) => message(given(i)));

test.each([
  { messages: 0, sizes: [] },
  { messages: 1, sizes: [1] },
  { messages: CHUNK_SIZE, sizes: [100] },
  { messages: CHUNK_SIZE + 1, sizes: [100, 1] },
  { messages: 250, sizes: [100, 100, 50] },
])('$messages messages of a kind make chunks of $sizes', ({ messages, sizes }) => {
  expect(intoChunks(many(messages), channels, now).map((chunk) => chunk.size)).toEqual(sizes);
});

test.each([
  ['channels', message(), message({ channel: 'sms' })],
  ['priorities', message(), message({ critical: true })],
  ['moments', message(), message({ readyAt: new Date(due.getTime() + 1) })],
  ['far turns', message({ turn: 7 }), message({ turn: 107 })],
])('different %s never share a chunk', (_, one, other) => {
  const chunks = intoChunks([one, other], channels, now);
  expect(chunks).toHaveLength(2);
  expect(one.attempt.chunkId).not.toBe(other.attempt.chunkId);
});

test('the first messages of many tenants share chunks, and a chunk goes when its last one may', () => {
  const first = many(150);
  const later = many(80, (i) => ({ turn: 401 + i }));
  const chunks = intoChunks([...later, ...first], channels, now);
  expect(chunks.map(({ size, turn }) => ({ size, turn }))).toEqual([
    { size: 100, turn: 1 },
    { size: 50, turn: 1 },
    { size: 80, turn: 480 },
  ]);
});

describe("a channel's slowest sender", () => {
  test.each([
    { rates: [10_000], largest: 100 },
    { rates: [10_000, 30], largest: 30 },
    { rates: [1], largest: 1 },
  ])('of $rates a second sends at most $largest at a time', ({ rates, largest }) => {
    const chunks = intoChunks(many(250), new Map([['push', senders(...rates)]]), now);
    expect(Math.max(...chunks.map((chunk) => chunk.size))).toBe(largest);
  });
});

test('a narrow sender has its width in a chunk', () => {
  const narrow = [{ perSecond: 10_000, width: 20 } as Channel];
  const chunks = intoChunks(many(50), new Map([['push', narrow]]), now);
  expect(chunks.map((chunk) => chunk.size)).toEqual([20, 20, 10]);
});

test('a chunk is worthless when its last message is', () => {
  const early = message();
  early.attempt.expiresAt = due;
  const [chunk] = intoChunks([message(), early], channels, now);
  expect(chunk?.expiresAt).toEqual(inAnHour);
});

test('every message is in exactly one chunk of its kind, and sizes are true', () => {
  const kind = fc.record({
    channel: fc.constantFrom(...CHANNELS),
    critical: fc.boolean(),
    readyAt: fc.constantFrom(due, new Date(due.getTime() + 1000)),
    turn: fc.integer({ min: 1, max: 500 }),
  });
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 400 }), (kinds) => {
      const messages = kinds.map(message);
      const chunks = intoChunks(messages, channels, now);
      const members = Map.groupBy(messages, (m) => m.attempt.chunkId);
      expect(members.size).toBe(chunks.length);
      for (const chunk of chunks) {
        const own = members.get(chunk.id) as Unchunked[];
        expect(chunk.size).toBe(own.length);
        expect(chunk.size).toBeLessThanOrEqual(CHUNK_SIZE);
        expect(chunk.turn).toBe(Math.max(...own.map((m) => m.turn)));
        for (const { attempt, critical, readyAt } of own) {
          expect({ channel: attempt.channel, critical, readyAt }).toEqual({
            channel: chunk.channel,
            critical: chunk.critical,
            readyAt: chunk.readyAt,
          });
        }
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});
