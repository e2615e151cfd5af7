import { parseArgs } from 'node:util';
import { runProgram, wholeNumber } from '#loadtests/bench/program.ts';
import { say } from '#loadtests/bench/stage.ts';
import { FAULTS } from './all.ts';
import type { Fault } from './fault.ts';
import { onServers, type Played } from './program.ts';
import { type Result, runFault } from './run.ts';
import type { Servers } from './servers.ts';
import { tableOf } from './table.ts';

const PARTS = ['redis', 'process', 'postgres', 'provider', 'time', 'deploy'] as const satisfies Fault['part'][];

const HELP = `npm run test:faults: everything that can go wrong, on the real processes under a real load

  npm run test:faults -- [options]
    --seed N      the seed of the random moments (default 1)
    --only TEXT   only the faults whose name has this text
    --part NAME   only those of one part: ${PARTS.join(', ')}
    --doses N     so many doses for each (default: each fault's own number)
    --list        name the faults, and run none

PostgreSQL, Redis and the provider simulator are started once, each fault has a new database. What the simulator's ledger says
is the truth: lost (no provider accepted it), doubled (a patient would see it twice), repeats (the same Message-ID or collapse
id again), unknown (nobody will ever know). Progress on stderr; on stdout a table, and one JSON object as the last line.
Exit 0 only if every fault kept what docs/reliability.md promises.
`;

const MOST_DOSES = 100_000;
const MOST_SEED = 1_000_000_000;

interface Options {
  seed: number;
  faults: Fault[];
}

/** What the command line asks for; throws a RangeError, or `parseArgs`' error, for what is not understood. */
function readOptions(args: string[]): Options | 'help' | 'list' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { seed: text, only: text, part: text, doses: text, list: flag, help: flag };
  const { values } = parseArgs({ args, options });
  if (values.help) return 'help';
  if (values.list) return 'list';
  const { only = '', part, seed = '1' } = values;
  if (part !== undefined && !PARTS.some((known) => known === part)) {
    throw new RangeError(`--part ${part} must be one of ${PARTS.join(', ')}`);
  }
  const chosen = FAULTS.filter((fault) => fault.name.includes(only) && (part === undefined || fault.part === part));
  if (chosen.length === 0) throw new RangeError('there is no such fault: --list names them all');
  return {
    seed: wholeNumber('--seed', seed, MOST_SEED),
    faults: chosen.map((fault) => ({
      ...fault,
      doses: wholeNumber('--doses', values.doses ?? String(fault.doses), MOST_DOSES),
    })),
  };
}

/** One fault after another. One that cannot even be set up is a broken promise too, and the others go on. */
async function play(servers: Servers, { seed, faults }: Options): Promise<Played> {
  const results: Result[] = [];
  const problems: string[] = [];
  for (const [i, fault] of faults.entries()) {
    say(`${i + 1}/${faults.length} ${fault.name}…`);
    try {
      const result = await runFault(servers, fault, seed);
      results.push(result);
      for (const problem of result.problems.slice(0, 10)) say(`  BROKEN: ${problem}`);
      problems.push(...result.problems.slice(0, 3).map((problem) => `${fault.name}: ${problem}`));
    } catch (error) {
      problems.push(`${fault.name}: ${(error as Error).message}`);
      say(`  BROKEN: ${(error as Error).stack}`);
    }
  }
  console.log(tableOf(results));
  const sum = (of: (result: Result) => number) => results.reduce((total, one) => total + of(one), 0);
  return {
    problems,
    result: {
      faults: results.length,
      doses: sum((one) => one.doses),
      lost: sum((one) => one.lost),
      doubled: sum((one) => one.doubled),
      repeated: sum((one) => one.repeated),
      unknown: sum((one) => one.unknown),
      recoverySecondsMax: Math.max(0, ...results.map((one) => Number(one.recoverySeconds.toFixed(1)))),
      broken: problems.length,
      seed,
    },
  };
}

await runProgram('test:faults', async () => {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else if (options === 'list') for (const { part, name } of FAULTS) console.log(`${part.padEnd(8)}  ${name}`);
  else await onServers((servers) => play(servers, options));
});
