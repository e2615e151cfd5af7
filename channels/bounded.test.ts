import { expect, test } from 'vitest';
import { bounded } from './bounded.ts';

test('runs every task, never more at once than the limit, also after failures', async () => {
  const inTurn = bounded(3);
  let running = 0;
  let most = 0;
  const task = (n: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (n % 4 === 0) throw new Error('no');
    return n;
  };
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => inTurn(task(n))));
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual(results.map((_, n) => n % 4 !== 0));
  expect(most).toBe(3);
});
