import { availableParallelism } from 'node:os';
import { closeApp, openApp } from '#src/app.ts';
import { readConfig } from '#src/config.ts';
import { measureBaseline } from './baseline.ts';
import { measureCeiling } from './ceiling.ts';
import { measureDosebell } from './dosebell.ts';
import { reminders } from './messages.ts';
import { rounded, runBench } from './program.ts';
import { type Stage, say, serviceEnv } from './stage.ts';
import { witness } from './witness.ts';

const HELP = `npm run bench:rush: the 08:00 rush, beside a bare client loop and the usual design

  npm run bench:rush -- --doses N   so many doses due at one same instant (default 5000, at most 200000)

On PostgreSQL, Redis and a provider simulator of its own. Progress on stderr; the last line on stdout is one JSON object.
Exit 0 only if the provider accepted every message of every contender exactly once. See loadtests/README.md.
`;

const MOST_DOSES = 200_000;
/** Sent first by each contender, uncounted: a service at 08:00 has been up for days, its code is compiled. */
const WARM_UP = 1000;

async function play(stage: Stage, { doses }: { doses: number }) {
  const provider = witness(stage.simulator.http);
  const warmUp = Math.min(WARM_UP, doses);
  const messages = await messagesFor(stage, warmUp + doses);
  const sent = { warmUp: messages.slice(0, warmUp), messages: messages.slice(warmUp) };

  say(`ceiling: a bare HTTP/2 loop sends ${doses} messages…`);
  const ceiling = await measureCeiling(stage, provider, sent);
  say(`ceiling: ${Math.round(ceiling.perSecond)} messages/s`);
  await provider.forget();
  say(`baseline: one job, one insert and one update for each of ${doses} messages…`);
  const baseline = await measureBaseline(stage, provider, sent);
  say(`baseline: ${Math.round(baseline.perSecond)} messages/s`);
  await provider.forget();
  say(`dosebell: ${doses} doses due at one instant…`);
  const dosebell = await measureDosebell(stage, provider, { warmUp, count: doses });
  say(`dosebell: ${Math.round(dosebell.perSecond)} doses/s`);

  return {
    problems: [...ceiling.seen.problems, ...baseline.seen.problems, ...dosebell.seen.problems],
    result: {
      doses,
      perSecond: rounded(dosebell.perSecond, 0),
      ceilingPerSecond: rounded(ceiling.perSecond, 0),
      baselinePerSecond: rounded(baseline.perSecond, 0),
      vsCeiling: rounded(dosebell.perSecond / ceiling.perSecond, 2),
      vsBaseline: rounded(dosebell.perSecond / baseline.perSecond, 2),
      latenessMs: { p50: rounded(dosebell.latenessMs.p50, 0), p99: rounded(dosebell.latenessMs.p99, 0) },
      redisBytesPerPendingDose: rounded(dosebell.redisBytesPerPendingDose, 1),
      machine: { cores: availableParallelism() },
    },
  };
}

async function messagesFor(stage: Stage, count: number) {
  const app = await openApp('bench', readConfig(serviceEnv(stage, stage.postgresUrl, {})));
  try {
    return reminders(app, count);
  } finally {
    await closeApp(app);
  }
}

await runBench({ name: 'bench:rush', help: HELP, numbers: { doses: { byDefault: 5000, most: MOST_DOSES } }, play });
