import { describe, expect, test } from 'vitest';
import { readNumbers } from './program.ts';
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
describe.concurrent('a small run comes to a good end, every message sent and every answer kept once, and its last line tells', () => {
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

  test('how fast answers are confirmed: flat out, steadily, all at once and during a rush', async () => {
    const sizes = ['--doses', '200', '--seconds', '1', '--rush', '300', '--connections', '20', '--clients', '300'];
    expect(await lastLine('ack', sizes)).toEqual({
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
      machine,
    });
  }, 240_000);
});

describe('what a bench is asked for', () => {
  const numbers = { doses: { byDefault: 500, most: 1_000_000 }, sizes: { byDefault: [10, 50], most: 100 } };

  test.each<[string[], object | 'help']>([
    [[], { doses: 500, sizes: [10, 50] }],
    [['--doses=1', '--sizes=7'], { doses: 1, sizes: [7] }],
    [['--doses', '1000000', '--sizes', '100,1'], { doses: 1_000_000, sizes: [100, 1] }],
    [['--help'], 'help'],
  ])('%j', (args, read) => {
    expect(readNumbers(numbers, args)).toEqual(read);
  });

  test.each([
    ['--doses=0', '--doses 0 must be a whole number from 1 to 1000000'],
    ['--doses=1e3', '--doses 1e3 must be a whole number from 1 to 1000000'],
    ['--doses=1000001', '--doses 1000001 must be a whole number from 1 to 1000000'],
    ['--sizes=100,-5', '--sizes -5 must be a whole number from 1 to 100'],
    ['--sizes=', '--sizes  must be a whole number from 1 to 100'],
    ['--dozes=1', "Unknown option '--dozes'"],
  ])('%s is not understood', (arg, words) => {
    expect(() => readNumbers(numbers, [arg])).toThrow(words);
  });

  test.each([
    ['--clients=0', 2, '', 'bench:ack: --clients 0 must be a whole number from 1 to 10000\n'],
    ['--help', 0, expect.stringContaining('--clients N'), ''],
  ])('the program ends at once: %s', async (option, ...ended) => {
    const { code, stdout, stderr } = await runProgram('loadtests/ack/main.ts', [option]);
    expect([code, stdout, stderr]).toEqual(ended);
  });
});
