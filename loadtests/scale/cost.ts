import { rounded } from '#loadtests/bench/program.ts';
import type { RushResult } from '#loadtests/rush/dosebell.ts';

/** Sizes below it are mostly fixed cost: growth is told from this one on. */
const SMALLEST = 10_000;

/** Microseconds a dose. `cpu`: all processors' time; `wall`: the clock's. Each is of preparing and of sending. */
export interface Cost {
  cpu: number | null;
  wall: number;
}

export function costOf(
  count: number,
  { preparation, sendCpuSeconds, perSecond }: Pick<RushResult, 'perSecond' | 'preparation' | 'sendCpuSeconds'>,
): Cost {
  const micros = (seconds: number) => rounded((seconds / count) * 1e6, 0);
  const { cpuSeconds, seconds } = preparation;
  return {
    cpu: cpuSeconds === null || sendCpuSeconds === null ? null : micros(cpuSeconds + sendCpuSeconds),
    wall: micros(seconds + count / perSecond),
  };
}

/** The cost at the largest size ÷ at the smallest from 10,000 on, or at the smallest of all; null where a cost is unknown. */
export function growth(costs: { count: number; cost: number | null }[]): number | null {
  const ascending = costs.toSorted((a, b) => a.count - b.count);
  const smallest = ascending.find(({ count }) => count >= SMALLEST) ?? ascending[0];
  const largest = ascending.at(-1);
  if (typeof smallest?.cost !== 'number' || typeof largest?.cost !== 'number') return null;
  return rounded(largest.cost / smallest.cost, 2);
}
