import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChannelName } from '../domain/attempt.ts';
import { Turns } from './turns.ts';

const now = new Date('2026-11-23T12:59:50Z');
const due = new Date('2026-11-23T13:00:00Z');
const later = new Date('2026-11-23T13:00:30Z');
const NOTHING = new Map<ChannelName, number>();

function counted(serving = NOTHING) {
  const turns = new Turns();
  turns.begin(now, serving);
  const next = (tenantId: string, weight = 1, readyAt = due, channel: ChannelName = 'push') =>
    turns.next({ tenantId, weight, channel, readyAt });
  return { turns, next };
}

/** The order in which messages leave, by tenant. */
const order = (messages: { tenant: string; turn: number }[]) =>
  messages.toSorted((a, b) => a.turn - b.turn).map(({ tenant }) => tenant);

test('a tenant with a hundred times the load does not go before the other one', () => {
  const { next } = counted();
  const noisy = Array.from({ length: 1000 }, () => ({ tenant: 'noisy', turn: next('noisy') }));
  const quiet = Array.from({ length: 10 }, () => ({ tenant: 'quiet', turn: next('quiet') }));
  expect(order([...noisy, ...quiet]).lastIndexOf('quiet')).toBeLessThan(20);
});

test.each([1, 2, 5])('a tenant of weight %i has as many messages for each one of another', (weight) => {
  const { next } = counted();
  const messages = ['heavy', 'light'].flatMap((tenant) =>
    Array.from({ length: 300 }, () => ({ tenant, turn: next(tenant, tenant === 'heavy' ? weight : 1) })),
  );
  const first = order(messages).slice(0, 60 * (weight + 1));
  expect(Math.abs(first.filter((tenant) => tenant === 'heavy').length - 60 * weight)).toBeLessThanOrEqual(weight);
});

test('channels count apart', () => {
  const { next } = counted();
  for (let i = 0; i < 50; i++) next('a');
  expect(next('a', 1, due, 'sms')).toBe(1);
});

describe('while something waits', () => {
  test('a newcomer starts at the turn that is being sent, not before all that waits', () => {
    const { next } = counted(new Map([['push', 700]]));
    expect(next('new')).toBe(701);
  });

  test('a repeated message with an early turn takes nobody back', () => {
    const { turns, next } = counted(new Map([['push', 700]]));
    turns.begin(later, new Map([['push', 1]]));
    expect(next('new', 1, later)).toBe(701);
  });

  test('a tenant queues behind what it has waiting itself', () => {
    const { turns, next } = counted();
    for (let i = 0; i < 1000; i++) next('noisy');
    turns.begin(later, new Map([['push', 300]]));
    expect(next('noisy', 1, later)).toBe(1001);
    expect(next('quiet', 1, later)).toBe(301);
  });
});

describe('once nothing waits', () => {
  test('turns start anew', () => {
    const { turns, next } = counted();
    for (let i = 0; i < 1000; i++) next('noisy');
    turns.begin(later, NOTHING);
    expect(next('noisy', 1, later)).toBe(1);
  });

  test('but what was planned ahead keeps its place', () => {
    const { turns, next } = counted();
    for (let i = 0; i < 10; i++) next('noisy');
    turns.begin(new Date(now.getTime() + 1000), NOTHING);
    expect(next('noisy')).toBe(11);
  });
});

test('turns are whole numbers that BullMQ takes as priorities, and never fall for a tenant', () => {
  const asked = fc.record({ tenantId: fc.constantFrom('a', 'b'), weight: fc.integer({ min: 1, max: 100 }) });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 200 }), fc.integer({ min: 1, max: 2 ** 21 }), (all, serving) => {
      const { next } = counted(new Map([['push', serving]]));
      const last = new Map<string, number>();
      for (const { tenantId, weight } of all) {
        const turn = next(tenantId, weight);
        expect(Number.isInteger(turn)).toBe(true);
        expect(turn).toBeGreaterThanOrEqual(last.get(tenantId) ?? 1);
        expect(turn).toBeLessThan(2 ** 21);
        last.set(tenantId, turn);
      }
    }),
    { seed: 11, numRuns: 50 },
  );
});
