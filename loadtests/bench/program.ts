import { parseArgs } from 'node:util';
import { benchmark, type Stage, say } from './stage.ts';

/** What a bench is asked for: a whole number from 1 to `most`, or a list of them where the default is one. */
type Numbers = Record<string, { byDefault: number | readonly number[]; most: number }>;

type Options<N extends Numbers> = { [Name in keyof N]: N[Name]['byDefault'] extends number ? number : number[] };

/** A bench as a program. */
interface Program<N extends Numbers> {
  name: string;
  help: string;
  numbers: N;
  play(stage: Stage, options: Options<N>): Promise<{ result: Record<string, unknown>; problems: string[] }>;
}

/** Reads the options, plays the bench on a stage and ends the process; a bad option is one line and exit 2. */
export function runBench<N extends Numbers>({ name, help, numbers, play }: Program<N>): Promise<void> {
  return runProgram(name, async () => {
    const options = readNumbers(numbers, process.argv.slice(2));
    if (options === 'help') process.stdout.write(help);
    else await benchmark((stage) => play(stage, options));
  });
}

/** Runs a program; a bad option is one line and exit 2. */
export async function runProgram(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { message, code = '' } = error as Error & { code?: string };
    if (!(error instanceof RangeError) && !code.startsWith('ERR_PARSE_ARGS')) throw error;
    say(`${name}: ${message}`);
    process.exitCode = 2;
  }
}

/** What the command line asks for; throws a RangeError, or `parseArgs`' error, for what is not understood. */
export function readNumbers<N extends Numbers>(numbers: N, args: string[]): Options<N> | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { ...Object.fromEntries(Object.keys(numbers).map((name) => [name, text])), help: { type: 'boolean' } },
  });
  if (values.help) return 'help';
  const given = values as Record<string, string | undefined>;
  const read = Object.entries(numbers).map(([name, { byDefault, most }]) => {
    const value = given[name] ?? String(byDefault);
    const number = (part: string) => wholeNumber(`--${name}`, part, most);
    return [name, typeof byDefault === 'number' ? number(value) : value.split(',').map(number)];
  });
  return Object.fromEntries(read);
}

/** The whole number an option gives; throws a RangeError for anything else. */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new RangeError(`${option} ${text} must be a whole number from 1 to ${most}`);
}

/** `value` to so many digits after the point. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The middle one; of an even number the larger of the two. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
