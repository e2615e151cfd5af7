import { expect, test } from 'vitest';
import { runProgram } from '#loadtests/bench/testing.ts';

const MAIN = 'loadtests/api/main.ts';

test('every scenario is answered 2xx by the API process, and the last line says how fast', async () => {
  const { code, stdout, stderr } = await runProgram(MAIN, ['--seconds', '1', '--connections', '4']);
  expect(code, stderr).toBe(0);
  const positive = expect.toSatisfy((value) => typeof value === 'number' && value > 0, 'a number > 0');
  const measured = { requestsPerSecond: positive, p99Ms: positive, non2xx: 0 };
  expect(JSON.parse(stdout)).toEqual({
    list: measured,
    preview: measured,
    confirm: measured,
    machine: { cores: positive },
  });
  expect(stderr).toContain('scenario');
}, 120_000);

test('bad options end with one line', async () => {
  const { code, stderr } = await runProgram(MAIN, ['--connections', '0']);
  expect([code, stderr]).toEqual([2, 'bench:api: --connections 0 must be a whole number from 1 to 1000\n']);
  expect((await runProgram(MAIN, ['--help'])).stdout).toContain('--seconds N');
}, 30_000);
