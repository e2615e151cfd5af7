import { expect, test, vi } from 'vitest';
import type { App } from '#src/app.ts';
import { createLogger } from '#src/logger.ts';
import { createMetrics } from '#src/metrics.ts';
import { startLoop } from './loop.ts';

const HOUR_MS = 3_600_000;
const app = () => ({ log: createLogger('test', 'silent'), metrics: createMetrics() }) as App;
const turn = () => new Promise((done) => setImmediate(done));

test('runs at once, and again right away while there is more, then waits', async () => {
  let left = 3;
  const pass = vi.fn(async () => --left > 0);
  const loop = startLoop(app(), { name: 'x', everyMs: HOUR_MS, pass });
  await vi.waitFor(() => expect(pass).toHaveBeenCalledTimes(3));
  await turn();
  expect(pass).toHaveBeenCalledTimes(3);
  await loop.stop(); // and need not wait for the hour
});

test('looks again after its interval', async () => {
  const pass = vi.fn(async () => false);
  const loop = startLoop(app(), { name: 'x', everyMs: 1, pass });
  await vi.waitFor(() => expect(pass.mock.calls.length).toBeGreaterThan(3));
  await loop.stop();
});

test('a pass that throws is counted and tried again: the loop lives', async () => {
  const context = app();
  let failures = 3;
  const pass = vi.fn(async () => {
    if (failures-- > 0) throw new Error('PostgreSQL is away');
    return false;
  });
  const loop = startLoop(context, { name: 'ladder', everyMs: 1, pass });
  await vi.waitFor(() => expect(pass.mock.calls.length).toBeGreaterThan(4));
  await loop.stop();
  expect((await context.metrics.loopErrors.get()).values).toEqual([{ labels: { loop: 'ladder' }, value: 3 }]);
});

test('stop waits for the pass in hand, and none begins after it', async () => {
  const work = Promise.withResolvers<boolean>();
  const pass = vi.fn(() => work.promise);
  const loop = startLoop(app(), { name: 'x', everyMs: 1, pass });
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  await turn();
  expect(stopped).toBe(false);
  work.resolve(true); // it says there is more
  await stopping;
  expect(pass).toHaveBeenCalledTimes(1);
});
