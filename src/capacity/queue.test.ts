import { describe, expect, it } from 'vitest';
import { completePolicy } from '../domain/policy.ts';
import { type Arrival, arrivalsOf, queueMinutes, worstOf } from './queue.ts';
import type { Capacity } from './senders.ts';
import { ONE_EACH } from './testing.ts';

const CAPACITY: Capacity = {
  senders: [],
  units: { ...ONE_EACH, sms: { patient: 1, caregiver: 2 } },
};

const sms = (minute: number, units: number, given: Partial<Arrival> = {}): Arrival => ({
  minute,
  channel: 'sms',
  rung: 0,
  messages: units,
  units,
  usefulSeconds: 900,
  ...given,
});

describe('what doses send if nobody answers', () => {
  it('is every rung of the ladder at its own minute, useful for 15 minutes but never beyond the window', () => {
    const policy = completePolicy({ critical: true, windowSeconds: 40 * 60 });
    const arrivals = arrivalsOf([{ minute: 100, rung: 0, policy, doses: 7 }], CAPACITY);
    expect(arrivals).toEqual([
      { minute: 100, channel: 'push', rung: 0, messages: 7, units: 7, usefulSeconds: 900 },
      { minute: 110, channel: 'sms', rung: 1, messages: 7, units: 7, usefulSeconds: 900 },
      { minute: 115, channel: 'voice', rung: 2, messages: 7, units: 7, usefulSeconds: 900 },
      { minute: 120, channel: 'email', rung: 3, messages: 7, units: 7, usefulSeconds: 900 },
      { minute: 130, channel: 'sms', rung: 4, messages: 7, units: 14, usefulSeconds: 600 },
    ]);
  });

  it('is what is left of the ladder for doses that are open', () => {
    const due = (rung: number) => arrivalsOf([{ minute: 0, rung, policy: completePolicy({}), doses: 1 }], CAPACITY);
    expect(due(2).map(({ rung, channel }) => [rung, channel])).toEqual([[2, 'email']]);
    expect(due(3)).toEqual([]);
  });
});

describe('a queue', () => {
  it.each([
    ['one minute', [sms(0, 120)], [120]],
    ['minutes that fit do not wait for each other', [sms(0, 60), sms(1, 60)], [60, 60]],
    ['what is left waits before the next', [sms(0, 100), sms(1, 60)], [100, 100]],
    ['a pause empties it', [sms(0, 600), sms(10, 5)], [600, 5]],
    ['the same minute adds up', [sms(3, 10), sms(3, 20, { rung: 1 })], [30]],
    ['minutes in any order', [sms(1, 60), sms(0, 100)], [100, 100]],
    ['what is too old leaves it', [sms(0, 100_000), sms(60, 10)], [100_000, 10]],
    ['until then it is in the way', [sms(0, 100_000), sms(5, 10)], [100_000, 610]],
  ])('at 1 a second: %s', (_, arrivals, late) => {
    expect(queueMinutes(arrivals, 1).map(({ lateSeconds }) => lateSeconds)).toEqual(late);
  });

  it('is as long as its rate and its share make it', () => {
    expect(queueMinutes([sms(0, 1000)], 4, 0.5)[0]).toMatchObject({ messages: 500, units: 500, lateSeconds: 125 });
  });

  it('without a rate never ends', () => {
    expect(worstOf(queueMinutes([sms(0, 1), sms(1, 1)], 0))?.ratio).toBe(Infinity);
  });

  it('is worst where it goes furthest beyond the shortest useful time', () => {
    const short = sms(5, 60, { usefulSeconds: 30, rung: 1 });
    const minutes = queueMinutes([sms(0, 120), short, sms(5, 60)], 1);
    expect(worstOf(minutes)).toMatchObject({ minute: 5, lateSeconds: 120, usefulSeconds: 30, ratio: 4 });
    expect(worstOf([])).toBeUndefined();
  });
});
