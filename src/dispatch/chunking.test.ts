import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Channel } from '#channels/channel.ts';
import { CHANNELS, type ChannelName } from '../domain/attempt.ts';
import { CHUNK_SIZE, intoChunks, type Unchunked } from './chunking.ts';

const now = new Date('2026-11-23T12:59:50Z');
const due = new Date('2026-11-23T13:00:00Z');
const channels = new Map(CHANNELS.map((name) => [name, { name, sender: `sender-${name}` } as Channel]));

function message(
  given: { tenant?: string; channel?: ChannelName; critical?: boolean; readyAt?: Date } = {},
): Unchunked {
  const { tenant = 'a', channel = 'push', critical = false, readyAt = due } = given;
  return { attempt: { tenantId: tenant, channel, chunkId: null }, critical, readyAt };
}

test.each([
  { messages: 0, sizes: [] },
  { messages: 1, sizes: [1] },
  { messages: CHUNK_SIZE, sizes: [100] },
  { messages: CHUNK_SIZE + 1, sizes: [100, 1] },
  { messages: 250, sizes: [100, 100, 50] },
])('$messages messages of a kind make chunks of $sizes', ({ messages, sizes }) => {
  const chunks = intoChunks(
    Array.from({ length: messages }, () => message()),
    channels,
    now,
  );
  expect(chunks.map((chunk) => chunk.size)).toEqual(sizes);
});

test.each([
  ['channels', message(), message({ channel: 'sms' })],
  ['priorities', message(), message({ critical: true })],
  ['moments', message(), message({ readyAt: new Date(due.getTime() + 1) })],
])('different %s never share a chunk', (_, one, other) => {
  const chunks = intoChunks([one, other], channels, now);
  expect(chunks).toHaveLength(2);
  expect(one.attempt.chunkId).not.toBe(other.attempt.chunkId);
});

test('a tenant with few messages is in the first chunk, however many another has', () => {
  const large = Array.from({ length: 950 }, () => message({ tenant: 'million' }));
  const small = Array.from({ length: 50 }, () => message({ tenant: 'hundred' }));
  const [first] = intoChunks([...large, ...small], channels, now);
  expect(new Set(small.map((m) => m.attempt.chunkId))).toEqual(new Set([first?.id]));
});

test('every message is in exactly one chunk of its kind, and sizes are true', () => {
  const kind = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c'),
    channel: fc.constantFrom(...CHANNELS),
    critical: fc.boolean(),
    readyAt: fc.constantFrom(due, new Date(due.getTime() + 1000)),
  });
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 400 }), (kinds) => {
      const messages = kinds.map(message);
      const chunks = intoChunks(messages, channels, now);
      const members = Map.groupBy(messages, (m) => m.attempt.chunkId);
      expect(members.size).toBe(chunks.length);
      for (const chunk of chunks) {
        const own = members.get(chunk.id) as Unchunked[];
        expect(chunk.sender).toBe(`sender-${chunk.channel}`);
        expect(chunk.size).toBe(own.length);
        expect(chunk.size).toBeLessThanOrEqual(CHUNK_SIZE);
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
