import { rounded, runBench } from '#loadtests/bench/program.ts';
import { type Stage, say } from '#loadtests/bench/stage.ts';
import { type Witness, witness } from '#loadtests/bench/witness.ts';
import { closeApp, openApp } from '#src/app.ts';
import { readConfig } from '#src/config.ts';
import { measureCeiling } from './ceiling.ts';
import { measureDosebell, type RushResult, type RushSize } from './dosebell.ts';
import { measureNaive } from './naive.ts';
import { rushEnv } from './settings.ts';

const HELP = `npm run bench:rush: the 08:00 rush, beside bare client loops and the usual design

  npm run bench:rush -- --doses N   so many doses due at one same instant (default 100000, at most 1000000)

70 % push, 20 % SMS, 10 % e-mail, on PostgreSQL, Redis and a provider simulator of its own. Progress on stderr; the last line
on stdout is one JSON object. Exit 0 only if the providers accepted every message of every contender exactly once. See
loadtests/README.md.
`;

const MOST_DOSES = 1_000_000;
/**
 * Sent first by each contender, uncounted: a service at 08:00 has been up for days, its code is compiled. After 1,000 messages
 * V8 still spent 6 % of both cores compiling.
 */
const WARM_UP = 20_000;
/** The two it is held against send so many at most: their rates do not depend on it, their memory does. */
const MOST_COMPARED = 100_000;
/** On so many messages each width of the bare client loops is tried. */
const PROBE = 5000;

async function play(stage: Stage, { doses }: { doses: number }) {
  const provider = witness(stage.simulator.http);
  const warmUp = Math.min(WARM_UP, doses);
  const compared = { warmUp, count: Math.min(doses, MOST_COMPARED) };

  const before = await ceilingOn(stage, provider, compared);
  say(`naive: one job, one insert and one update for each of ${compared.count} messages…`);
  const naive = await naiveOn(stage, provider, compared);
  say(`naive: ${Math.round(naive.perSecond)} messages/s`);
  await provider.forget();
  say(`dosebell: ${doses} doses due at one instant…`);
  const dosebell = await measureDosebell(stage, provider, { warmUp, count: doses });
  say(`dosebell: ${Math.round(dosebell.perSecond)} doses/s`);
  await provider.forget();
  const after = await ceilingOn(stage, provider, compared);

  const { perSecond, latenessMs } = dosebell;
  const ceilingPerSecond = (before.perSecond + after.perSecond) / 2;
  return {
    problems: [before, naive, dosebell, after].flatMap(({ seen }) => seen.problems),
    result: {
      doses,
      perSecond: rounded(perSecond, 0),
      ceilingPerSecond: rounded(ceilingPerSecond, 0),
      naivePerSecond: rounded(naive.perSecond, 0),
      vsCeiling: rounded(perSecond / ceilingPerSecond, 2),
      vsNaive: rounded(perSecond / naive.perSecond, 2),
      latenessMs,
      duePerMinute: rounded(perSecond * 60, 0),
      redisBytesPerPendingDose: rounded(dosebell.preparation.redisBytesPerDose, 1),
      ...memoryOf(dosebell),
    },
  };
}

/** The two processes' most memory, in all and each; null where the machine does not tell. */
function memoryOf({ rssMb: { worker, scheduler } }: RushResult) {
  if (worker === null || scheduler === null) return { rssMb: null, rssMbOf: { worker: null, scheduler: null } };
  return {
    rssMb: rounded(worker + scheduler, 0),
    rssMbOf: { worker: rounded(worker, 0), scheduler: rounded(scheduler, 0) },
  };
}

/** Played before and after the others, and their mean counts: a machine that others share drifts by a fifth within minutes. */
async function ceilingOn(stage: Stage, provider: Witness, size: RushSize) {
  say(`ceiling: bare client loops send ${size.count} messages…`);
  const ceiling = await measureCeiling(stage, provider, { ...size, probe: Math.min(PROBE, size.count) });
  say(`ceiling: ${Math.round(ceiling.perSecond)} messages/s, at once ${JSON.stringify(ceiling.widths)}`);
  await provider.forget();
  return ceiling;
}

async function naiveOn(stage: Stage, provider: Witness, size: RushSize) {
  const app = await openApp('bench', readConfig(rushEnv(stage, stage.postgresUrl, {})));
  try {
    return await measureNaive(stage, app, provider, size);
  } finally {
    await closeApp(app);
  }
}

await runBench({ name: 'bench:rush', help: HELP, numbers: { doses: { byDefault: 100_000, most: MOST_DOSES } }, play });
