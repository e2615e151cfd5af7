import { expect, test } from 'vitest';
import { runProgram } from './testing.ts';

const MAIN = 'loadtests/rush/main.ts';

test('a small rush: all three contenders send every message once, and the last line says how fast', async () => {
  const { code, stdout, stderr } = await runProgram(MAIN, ['--doses', '200']);
  expect(code, stderr).toBe(0);
  const positive = expect.toSatisfy((value) => typeof value === 'number' && value > 0, 'a number > 0');
  expect(JSON.parse(stdout)).toEqual({
    doses: 200,
    perSecond: positive,
    ceilingPerSecond: positive,
    baselinePerSecond: positive,
    vsCeiling: positive,
    vsBaseline: positive,
    latenessMs: { p50: positive, p99: positive },
    redisBytesPerPendingDose: positive,
    machine: { cores: positive },
  });
}, 240_000);

test('a size that is none ends with one line, and --help tells the option', async () => {
  for (const doses of ['0', '1e3', '200001', '-5']) {
    const { code, stdout, stderr } = await runProgram(MAIN, [`--doses=${doses}`]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`bench:rush: --doses ${doses} must be a whole number from 1 to 200000\n`);
  }
  expect((await runProgram(MAIN, ['--help'])).stdout).toContain('--doses N');
}, 30_000);
