import { describe, expect, it } from 'vitest';
import { completePolicy } from '../domain/policy.ts';
import { overloadsOf } from './peak.ts';
import { type Capacity, channelRate, type SenderRate, shareOf } from './senders.ts';
import { ONE_EACH } from './testing.ts';
import { arithmetic, duration } from './words.ts';

const sender = (channel: SenderRate['channel'], perSecond: number, weight = 1): SenderRate => ({
  channel,
  provider: 'p',
  sender: 's',
  weight,
  perSecond,
});

const capacity = (sms: SenderRate[], segments = 1): Capacity => ({
  senders: [sender('push', 10_000), ...sms, sender('email', 14)],
  units: {
    ...ONE_EACH,
    sms: { patient: segments, caregiver: 2 },
  },
});

describe('the rate of a channel', () => {
  it.each([
    ['one sender', [sender('sms', 3)], 3],
    ['two alike', [sender('sms', 1), sender('sms', 1)], 2],
    ['weights as the rates', [sender('sms', 100, 100), sender('sms', 1, 1)], 101],
    ['equal weights: the slow one is full first', [sender('sms', 100), sender('sms', 1)], 2],
    ['none', [sender('email', 9)], 0],
  ])('%s', (_, senders, rate) => {
    expect(channelRate(senders, 'sms')).toBeCloseTo(rate);
  });

  it('is shared by weight within the channel', () => {
    const senders = [sender('sms', 1, 3), sender('sms', 1, 1), sender('email', 1, 5)];
    expect(senders.map((one) => shareOf(one, senders))).toEqual([0.75, 0.25, 1]);
  });
});

describe('a peak', () => {
  const LONG_CODE = [sender('sms', 1)];
  it.each([
    ['900 doses on one long code', 900, capacity(LONG_CODE), []],
    ['901 doses on one long code', 901, capacity(LONG_CODE), [1]],
    ['450 doses of two segments', 450, capacity(LONG_CODE, 2), []],
    ['451 doses of two segments', 451, capacity(LONG_CODE, 2), [1]],
    ['12,600 doses on a short code: e-mail is just in time', 12_600, capacity([sender('sms', 100)]), []],
    ['12,601 doses on a short code', 12_601, capacity([sender('sms', 100)]), [2]],
    ['9,000,001 doses: even the push', 9_000_001, capacity([sender('sms', 100)]), [0, 1, 2]],
    ['one dose without a sender of SMS', 1, capacity([]), [1]],
  ])('%s', (_, doses, on, rungs) => {
    expect(overloadsOf(doses, on).map(({ rung }) => rung)).toEqual(rungs);
  });

  it('counts what earlier rungs of the channel left, and blames each rung by its own useful time', () => {
    const policy = completePolicy({
      ladder: [
        { afterSeconds: 0, channel: 'sms', to: 'patient' },
        { afterSeconds: 600, channel: 'sms', to: 'caregiver' },
      ],
    });
    expect(overloadsOf(700, capacity(LONG_CODE), policy)).toEqual([
      { rung: 1, why: expect.stringContaining('(1,500 segments)') },
    ]);
  });
});

describe('the arithmetic in words', () => {
  const load = { channel: 'sms', messages: 10_000, units: 10_000, usefulSeconds: 900 } as const;
  it.each([
    [
      load,
      [sender('sms', 1)],
      '10,000 SMS (10,000 segments) on 1 sender at 1 segment/s take 2 h 47 min; they are useful for 15 min. Enough: 12 segments/s (12 such senders, or a short code), or doses spread so that at most 900 come at once',
    ],
    [
      { ...load, units: 20_000 },
      [sender('sms', 1), sender('sms', 1)],
      '10,000 SMS (20,000 segments) on 2 senders at 2 segments/s together take 2 h 47 min; they are useful for 15 min. Enough: 23 segments/s (23 such senders, or a short code), or doses spread so that at most 900 come at once',
    ],
    [
      { channel: 'push', messages: 9, units: 9, usefulSeconds: 60 } as const,
      [sender('push', 3)],
      '9 pushes on 1 sender at 3 messages/s take 3 s; they are useful for 1 min',
    ],
    [load, [], '10,000 SMS (10,000 segments) have no sender'],
  ])('%j', (given, senders, words) => {
    expect(arithmetic(given, senders)).toBe(words);
  });

  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [60, '1 min'],
    [900.5, '15 min 1 s'],
    [20_000, '5 h 33 min'],
    [3600, '1 h'],
    [3599.5, '1 h'],
    [86_400, '24 h'],
    [Infinity, 'for ever'],
  ])('%d seconds: %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});
