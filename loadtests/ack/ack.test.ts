import { expect, test } from 'vitest';
import { runProgram } from '#loadtests/bench/testing.ts';

const MAIN = 'loadtests/ack/main.ts';

test('every answer is confirmed once, flat out, steadily, all at once and during a rush; the last line says how fast', async () => {
  const sizes = ['--doses', '200', '--seconds', '2', '--rush', '300', '--connections', '20', '--clients', '300'];
  const { code, stdout, stderr } = await runProgram(MAIN, sizes);
  expect(code, stderr).toBe(0);
  const positive = expect.toSatisfy((value) => typeof value === 'number' && value > 0, 'a number > 0');
  expect(JSON.parse(stdout)).toEqual({
    perSecond: positive,
    barePerSecond: positive,
    vsBare: positive,
    p50Ms: positive,
    p99Ms: positive,
    p50MsDuringRush: positive,
    p99MsDuringRush: positive,
    sentDuringRush: positive,
    atOnce: { connections: 300, p99Ms: positive },
    errors: 0,
  });
  expect(stderr).toContain('all at once');
}, 180_000);

test('bad options end with one line', async () => {
  const { code, stderr } = await runProgram(MAIN, ['--clients', '0']);
  expect([code, stderr]).toEqual([2, 'bench:ack: --clients 0 must be a whole number from 1 to 10000\n']);
  expect((await runProgram(MAIN, ['--help'])).stdout).toContain('--rush N');
}, 30_000);
