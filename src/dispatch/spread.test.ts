import { expect, test } from 'vitest';
import { uuidv7 } from '../domain/ids.ts';
import { completePolicy, type Policy } from '../domain/policy.ts';
import { spreadOf } from './spread.ts';

const dose = (given: { policy?: Partial<Policy>; spreadSeconds?: number; state?: 'planned' | 'open'; id?: string }) => {
  const policy = completePolicy(given.policy ?? {});
  return {
    id: given.id ?? uuidv7(new Date('2026-11-23T13:00:00Z')),
    state: given.state ?? 'planned',
    critical: policy.critical,
    policy,
    spreadSeconds: given.spreadSeconds ?? 20,
  } as const;
};
const many = (given: Parameters<typeof dose>[0]) => Array.from({ length: 4000 }, () => spreadOf(dose(given)));

test('first reminders are spread evenly over the seconds of the tenant, both ends included', () => {
  const seconds = Map.groupBy(many({ spreadSeconds: 20 }), (offset) => offset);
  expect([...seconds.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i));
  for (const group of seconds.values()) expect(group.length).toBeGreaterThan(100); // 190 on average
});

test('a dose has the same second every time', () => {
  const one = dose({});
  expect(new Set(Array.from({ length: 5 }, () => spreadOf(one))).size).toBe(1);
});

test.each([
  ['a critical dose', { policy: { critical: true } }, 0],
  ['a tenant that does not spread', { spreadSeconds: 0 }, 0],
  ['a further rung', { state: 'open' as const }, 0],
  ['beyond what is useful', { policy: { usefulSeconds: 10 }, spreadSeconds: 300 }, 9],
  [
    'beyond the next rung',
    {
      policy: {
        ladder: [
          { afterSeconds: 0, channel: 'push' as const, to: 'patient' as const },
          { afterSeconds: 30, channel: 'sms' as const, to: 'patient' as const },
        ],
      },
      spreadSeconds: 300,
    },
    29,
  ],
  [
    'beyond the window',
    {
      policy: { windowSeconds: 60, ladder: [{ afterSeconds: 0, channel: 'push' as const, to: 'patient' as const }] },
      spreadSeconds: 300,
    },
    59,
  ],
])('%s is never spread further', (_, given, most) => {
  expect(Math.max(...many(given))).toBe(most);
});
