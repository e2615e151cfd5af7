import { describe, expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';

const LIMITS = { batch: 5, batches: 2, waiting: 20 };

/** A coalescer whose batches end when they are told to; a batch with a "poison" in it fails. */
function workbench({ blamesItem = true } = {}) {
  const begun: string[][] = [];
  const ends: (() => void)[] = [];
  const call = coalesce<string, string>(
    {
      async run(items) {
        begun.push(items);
        await new Promise<void>((resolve) => {
          ends.push(resolve);
        });
        if (items.includes('poison')) throw new Error('poisoned');
        return items.map((item) => `${item} done`);
      },
      blamesItem: () => blamesItem,
      full: () => new Error('full'),
    },
    LIMITS,
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    call,
    turn,
    /** Ends every batch under way, and those that follow, until nothing waits. */
    async endAll() {
      for (let i = 0; i < 200; i++) {
        ends.shift()?.();
        await turn();
      }
    },
    async endOne() {
      ends.shift()?.();
      await turn();
      await turn();
    },
  };
}

const numbers = (n: number) => Array.from({ length: n }, (_, i) => String(i));

describe('coalesce', () => {
  it('starts at once when idle, with all that came in the same turn', async () => {
    const bench = workbench();
    const calls = numbers(3).map(bench.call);
    await bench.turn();
    expect(bench.begun).toEqual([['0', '1', '2']]);
    await bench.endAll();
    expect(await Promise.all(calls)).toEqual(['0 done', '1 done', '2 done']);
  });

  it('has so many batches under way at most; the next takes what has come meanwhile, in order, so many at most', async () => {
    const bench = workbench();
    const calls = [bench.call('a')];
    await bench.turn();
    calls.push(bench.call('b'));
    await bench.turn();
    calls.push(...numbers(7).map(bench.call));
    await bench.turn();
    expect(bench.begun).toEqual([['a'], ['b']]);
    await bench.endOne();
    expect(bench.begun.slice(2)).toEqual([['0', '1', '2', '3', '4']]);
    await bench.endAll();
    expect(bench.begun.slice(3)).toEqual([['5', '6']]);
    expect(await Promise.all(calls)).toEqual(['a', 'b', ...numbers(7)].map((item) => `${item} done`));
  });

  it('tries each alone where a batch failed by one of them: only that one fails', async () => {
    const bench = workbench();
    const calls = ['1', 'poison', '2'].map(bench.call);
    const settled = Promise.allSettled(calls);
    await bench.turn();
    await bench.endAll();
    expect(bench.begun).toEqual([['1', 'poison', '2'], ['1'], ['poison'], ['2']]);
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all of a batch at once where no item is to blame, and goes on with the next', async () => {
    const bench = workbench({ blamesItem: false });
    const settled = Promise.allSettled(['1', 'poison', '2'].map(bench.call));
    await bench.turn();
    await bench.endAll();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const later = bench.call('3');
    await bench.turn();
    await bench.endAll();
    expect(await later).toBe('3 done');
    expect(bench.begun).toEqual([['1', 'poison', '2'], ['3']]);
  });

  it('turns away what finds no place, and nothing that has one', async () => {
    const bench = workbench();
    const first = numbers(10).map(bench.call); // two batches
    await bench.turn();
    const waiting = numbers(20).map(bench.call);
    await expect(bench.call('one more')).rejects.toThrow('full');
    await bench.endAll();
    expect(await Promise.all([...first, ...waiting])).toHaveLength(30);
    const again = bench.call('again');
    await bench.turn();
    await bench.endAll();
    expect(await again).toBe('again done');
  });
});
