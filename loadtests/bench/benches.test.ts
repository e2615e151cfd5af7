import { describe, expect, test } from 'vitest';
import { runProgram } from './testing.ts';

const positive = expect.toSatisfy((value) => typeof value === 'number' && value > 0, 'a number > 0');
/** Null where there is no /proc. */
const ifTold = expect.toSatisfy((value) => value === null || value > 0, 'a number > 0, or null');
const machine = { cores: positive };

/** Runs a bench to its good end; returns its last line. */
async function lastLine(name: string, args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runProgram(`loadtests/${name}/main.ts`, args);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

// Side by side: they mostly wait for their doses to be due.
describe.concurrent('a small run sends every message once, and its last line tells', () => {
  test('how fast all three contenders are in a rush', async () => {
    expect(await lastLine('rush', ['--doses', '100'])).toEqual({
      doses: 100,
      perSecond: positive,
      ceilingPerSecond: positive,
      naivePerSecond: positive,
      vsCeiling: positive,
      vsNaive: positive,
      latenessMs: { first: expect.any(Number), p50: positive, p99: positive },
      duePerMinute: positive,
      redisBytesPerPendingDose: positive,
      rssMb: ifTold,
      rssMbOf: { worker: ifTold, scheduler: ifTold },
      machine,
    });
  }, 240_000);

  test('what a dose costs by the size of its rush', async () => {
    const costs = { 30: positive, 60: positive };
    expect(await lastLine('scale', ['--sizes', '60,30'])).toEqual({
      perDoseMicros: { 30: ifTold, 60: ifTold },
      perDoseGrowth: ifTold,
      wallMicros: costs,
      wallGrowth: positive,
      perSecond: costs,
      p99Ms: costs,
      redisBytesPerPendingDose: costs,
      machine,
    });
  }, 240_000);

  test('how late a quiet tenant is beside a noisy one', async () => {
    const oneCase = { p99: positive, ratio: positive };
    expect(await lastLine('fairness', ['--quiet', '4', '--rounds', '1'])).toEqual({
      quietTenantP99Alone: positive,
      quietTenantP99WithNoisy: positive,
      ratio: positive,
      cases: { sameSecond: oneCase, midRush: oneCase },
      rounds: [{ alone: positive, sameSecond: positive, midRush: positive }],
      doses: { quiet: 4, noisy: 400 },
      machine,
    });
  }, 240_000);
});

describe('a bench that is asked wrongly', () => {
  test.each([
    ['rush', '--doses=0', 'bench:rush: --doses 0 must be a whole number from 1 to 1000000'],
    ['rush', '--doses=1e3', 'bench:rush: --doses 1e3 must be a whole number from 1 to 1000000'],
    ['rush', '--doses=1000001', 'bench:rush: --doses 1000001 must be a whole number from 1 to 1000000'],
    ['scale', '--sizes=100,-5', 'bench:scale: --sizes -5 must be a whole number from 1 to 1000000'],
  ])('%s %s: one line', async (name, option, line) => {
    const { code, stdout, stderr } = await runProgram(`loadtests/${name}/main.ts`, [option]);
    expect([code, stdout, stderr]).toEqual([2, '', `${line}\n`]);
  });

  test('tells its options', async () => {
    expect((await runProgram('loadtests/rush/main.ts', ['--help'])).stdout).toContain('--doses N');
  });
});
