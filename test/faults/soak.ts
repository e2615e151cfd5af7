import { setTimeout as sleep } from 'node:timers/promises';
import { readNumbers, runProgram } from '#loadtests/bench/program.ts';
import { say } from '#loadtests/bench/stage.ts';
import { judge, readBooks, type Verdict } from './books.ts';
import type { World } from './fault.ts';
import { onServers, type Played } from './program.ts';
import type { Servers } from './servers.ts';
import { type SteadyLoad, steadyLoad } from './soak-load.ts';
import { TROUBLES } from './soak-troubles.ts';
import { countAll, watchProcesses } from './soak-watch.ts';
import { type OpenWorld, openWorld } from './world.ts';

const HELP = `npm run test:soak: random faults under a constant load

  npm run test:soak -- [options]
    --minutes N      how long the load lasts (default 10)
    --per-second N   doses that are due in each second of it (default 40)
    --seed N         the seed of the faults (default 1)

Two workers, two schedulers and an API on servers of their own; one fault after another, each for some seconds. Watched: memory
and open handles of the processes, and, once the load has ended, rows and Redis keys. Progress on stderr; the last line on
stdout is one JSON object. Exit 0 only if nothing was lost or doubled and nothing goes on growing.
`;

/** A trouble lasts from 0.5 to 3 s, and so long is all well until the next. */
const TROUBLE_MS = { least: 500, most: 3000 };
const CALM_MS = { least: 3000, most: 8000 };
/** After the end of the load everything must be settled within this. */
const SETTLED_SECONDS = 90;
const SETTLE_LOOK_MS = 2000;
/** Rows and keys are counted twice, so far apart. */
const COUNT_APART_MS = 10_000;
/** Keys that a Redis at rest may have more than one that was just filled: a bucket's jobs, a rate, a breaker. */
const SPARE_KEYS = 100;

const NUMBERS = {
  minutes: { byDefault: 10, most: 10_000 },
  'per-second': { byDefault: 40, most: 500 },
  seed: { byDefault: 1, most: 1_000_000_000 },
};

type Options = Record<keyof typeof NUMBERS, number>;

async function play(servers: Servers, { minutes, 'per-second': perSecond, seed }: Options): Promise<Played> {
  const open = await openWorld(servers, { name: 'soak', doses: perSecond }, seed);
  try {
    const { world, app } = open;
    await world.start('worker');
    await world.start('scheduler');
    const atRest = await countAll(app.sql, world.redisUrl);
    const watch = watchProcesses(() => (['worker', 'scheduler', 'api'] as const).flatMap(world.services));
    const until = Date.now() + minutes * 60_000;
    const [load, troubles] = await Promise.all([steadyLoad(open, perSecond, until), trouble(world, until)]);
    const processes = watch.stop();
    const verdict = await settled(open);
    const counts = await Promise.all([
      countAll(app.sql, world.redisUrl),
      sleep(COUNT_APART_MS).then(() => countAll(app.sql, world.redisUrl)),
    ]);
    return {
      problems: [...problemsOf(verdict), ...load.problems, ...processes.problems, ...growthOf(atRest, counts)],
      result: {
        minutes,
        troubles,
        doses: load.planned + perSecond,
        ...answersOf(load),
        lost: verdict.lost.length,
        doubled: verdict.doubled,
        repeated: verdict.repeated,
        unknown: verdict.unknown,
        rssMbMax: processes.rssMb,
        handlesMax: processes.handles,
        rowsGrowth: counts[1].rows - counts[0].rows,
        keysAtRest: atRest.keys,
        keysAfter: counts[1].keys,
        seed,
      },
    };
  } finally {
    await open.close();
  }
}

function answersOf({ answered, problems }: SteadyLoad) {
  return { answered, notAnswered: problems.length };
}

/** One trouble after another, drawn by the world's seed. Returns how many there were. */
async function trouble(world: World, until: number): Promise<number> {
  const between = ({ least, most }: { least: number; most: number }) => least + world.random() * (most - least);
  for (let count = 0; ; count++) {
    await world.sleep(between(CALM_MS));
    if (Date.now() > until) return count;
    const drawn = TROUBLES[Math.floor(world.random() * TROUBLES.length)] as (typeof TROUBLES)[number];
    const ms = between(TROUBLE_MS);
    say(`${drawn.name}, ${(ms / 1000).toFixed(1)} s`);
    await drawn.run(world, ms);
  }
}

async function settled({ app, ledger, answered }: OpenWorld): Promise<Verdict> {
  for (const end = Date.now() + SETTLED_SECONDS * 1000; ; await sleep(SETTLE_LOOK_MS)) {
    const verdict = judge(await readBooks(app, new Date()), await ledger(), { answered });
    if (verdict.isSettled || Date.now() > end) return verdict;
  }
}

function problemsOf({ lost, doubled, isSettled, problems }: Verdict): string[] {
  return [
    ...lost.slice(0, 10).map((dose) => `lost: ${dose}`),
    ...(doubled > 0 ? [`${doubled} messages doubled`] : []),
    ...(isSettled ? [] : ['messages are still under way long after the load has ended']),
    ...problems.slice(0, 10),
  ];
}

type Counts = Awaited<ReturnType<typeof countAll>>;

function growthOf(atRest: Counts, [first, second]: [Counts, Counts]): string[] {
  return [
    ...(second.rows > first.rows ? [`rows grow without load: ${first.rows}, then ${second.rows}`] : []),
    ...(second.keys > atRest.keys + SPARE_KEYS
      ? [`Redis has ${second.keys} keys after the load, it had ${atRest.keys} before`]
      : []),
  ];
}

await runProgram('test:soak', async () => {
  const options = readNumbers(NUMBERS, process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else await onServers((servers) => play(servers, options));
});
