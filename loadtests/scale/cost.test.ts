import { describe, expect, it } from 'vitest';
import { costOf, growth } from './cost.ts';

describe('the cost of a dose', () => {
  const rush = {
    perSecond: 2000,
    sendCpuSeconds: 8,
    preparation: { redisBytesPerDose: 50, cpuSeconds: 2, seconds: 1 },
  };

  it('is that of preparing and that of sending', () => {
    expect(costOf(10_000, rush)).toEqual({ cpu: 200 + 800, wall: 100 + 500 });
  });

  it('has no processor time where the machine tells none', () => {
    expect(costOf(10_000, { ...rush, sendCpuSeconds: null }).cpu).toBeNull();
  });

  it.each<[string, [number, number | null][], number | null]>([
    [
      'from the smallest size of 10,000 or more',
      [
        [500_000, 660],
        [1000, 3000],
        [10_000, 600],
        [50_000, 100],
      ],
      1.1,
    ],
    [
      'from the smallest of all where none is as large',
      [
        [200, 500],
        [400, 400],
      ],
      0.8,
    ],
    ['of one size', [[10_000, 600]], 1],
    [
      'of an unknown cost',
      [
        [10_000, null],
        [50_000, 600],
      ],
      null,
    ],
  ])('grows %s', (_, costs, expected) => {
    expect(growth(costs.map(([count, cost]) => ({ count, cost })))).toBe(expected);
  });
});
