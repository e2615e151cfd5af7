import { median, rounded, runBench } from '#loadtests/bench/program.ts';
import { seedPatients } from '#loadtests/bench/seed.ts';
import { newDatabase, type Stage, say, withService } from '#loadtests/bench/stage.ts';
import { witness } from '#loadtests/bench/witness.ts';
import { bucketSettings, rushEnv } from '#loadtests/rush/settings.ts';
import { closeApp, openApp } from '#src/app.ts';
import { readConfig } from '#src/config.ts';
import { playCase, type Tenants } from './cases.ts';

const HELP = `npm run bench:fairness: a small tenant beside one with a hundred times its load

  npm run bench:fairness -- --quiet N    doses of the quiet tenant (default 200, at most 2000); the noisy one has 100 times as many
  npm run bench:fairness -- --rounds N   how often each case is played (default 3, at most 20)

On PostgreSQL, Redis and a provider simulator of its own. Progress on stderr; the last line on stdout is one JSON object.
Exit 0 only if the providers accepted every message exactly once. See loadtests/README.md.
`;

const TIMES_NOISIER = 100;

/** The 99th percentile of the quiet tenant's lateness in each case of a round, in milliseconds. */
interface Round {
  alone: number;
  sameSecond: number;
  midRush: number;
}

async function play(stage: Stage, { quiet, rounds }: { quiet: number; rounds: number }) {
  const noisy = quiet * TIMES_NOISIER;
  const databaseUrl = await newDatabase(stage, 'dosebell', { migrated: true });
  const env = rushEnv(stage, databaseUrl, bucketSettings(quiet + noisy));
  const app = await openApp('bench', readConfig(env));
  try {
    const tenants: Tenants = {
      app,
      provider: witness(stage.simulator.http),
      quiet: await seedPatients(app, 'Quiet', quiet),
      noisy: await seedPatients(app, 'Noisy', noisy),
    };
    return await withService(stage, { name: 'worker', entry: 'src/bin/worker.ts', env }, () =>
      withService(stage, { name: 'scheduler', entry: 'src/bin/scheduler.ts', env }, () => playRounds(tenants, rounds)),
    );
  } finally {
    await closeApp(app);
  }
}

/** An uncounted warm-up, then the cases in turn, so that what the machine does meanwhile meets all alike. */
async function playRounds(tenants: Tenants, count: number) {
  const problems: string[] = [];
  const p99 = async (noisyFirstBy: number | null) => {
    const played = await playCase(tenants, noisyFirstBy);
    problems.push(...played.problems);
    return played;
  };
  await p99(0);
  const rounds: Round[] = [];
  for (let n = 1; n <= count; n++) {
    const alone = await p99(null);
    const sameSecond = await p99(0);
    // Doses are due at whole seconds: the one nearest to the middle of the noisy tenant's rush.
    const midRush = await p99(Math.max(1, Math.round(sameSecond.rushSeconds / 2)));
    const round = { alone: alone.quietP99, sameSecond: sameSecond.quietP99, midRush: midRush.quietP99 };
    say(
      `round ${n}: p99 of the quiet tenant ${JSON.stringify(round)} ms, the noisy one took ${sameSecond.rushSeconds} s`,
    );
    rounds.push(round);
  }
  return { problems, result: resultOf(tenants, rounds) };
}

function resultOf({ quiet, noisy }: Tenants, rounds: Round[]) {
  const middle = (name: keyof Round) => median(rounds.map((round) => round[name]));
  const alone = middle('alone');
  const withNoisy = { sameSecond: middle('sameSecond'), midRush: middle('midRush') };
  const worse = Math.max(withNoisy.sameSecond, withNoisy.midRush);
  return {
    quietTenantP99Alone: alone,
    quietTenantP99WithNoisy: worse,
    ratio: rounded(worse / alone, 2),
    cases: {
      sameSecond: { p99: withNoisy.sameSecond, ratio: rounded(withNoisy.sameSecond / alone, 2) },
      midRush: { p99: withNoisy.midRush, ratio: rounded(withNoisy.midRush / alone, 2) },
    },
    rounds,
    doses: { quiet: quiet.patientIds.length, noisy: noisy.patientIds.length },
  };
}

await runBench({
  name: 'bench:fairness',
  help: HELP,
  numbers: { quiet: { byDefault: 200, most: 2000 }, rounds: { byDefault: 3, most: 20 } },
  play,
});
