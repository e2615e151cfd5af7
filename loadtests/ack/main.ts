import { median, rounded, runBench } from '#loadtests/bench/program.ts';
import { newDatabase, type Stage, say, withService } from '#loadtests/bench/stage.ts';
import { bucketSettings, rushEnv } from '#loadtests/rush/settings.ts';
import { type App, closeApp, openApp } from '#src/app.ts';
import { readConfig } from '#src/config.ts';
import { openPool } from '#src/store/pool.ts';
import { bareDoses, heldAgainstRows, openDoses } from './doses.ts';
import { type Load, type Measured, send, type Target } from './load.ts';
import { duringRush } from './rush.ts';

const HELP = `npm run bench:ack: answers of patients, flat out, at 1,000 a second, all at once, and during a rush

  npm run bench:ack -- --doses N         answers of each flat-out round, of which there are three (default 5000)
  npm run bench:ack -- --seconds N       how long 1,000 a second are sent, idle and during the rush (default 10)
  npm run bench:ack -- --rush N          doses that are due at one instant of the rush (default 10000)
  npm run bench:ack -- --connections N   over how many connections (default 64)
  npm run bench:ack -- --clients N       connections that answer all at once, each one dose (default 3000)

On PostgreSQL, Redis and a provider simulator of its own. Progress on stderr; the last line on stdout is one JSON object.
Exit 0 only if every answer was confirmed, and the rows have each exactly once. See loadtests/README.md.
`;

const NUMBERS = {
  doses: { byDefault: 5000, most: 50_000 },
  seconds: { byDefault: 10, most: 60 },
  rush: { byDefault: 10_000, most: 100_000 },
  connections: { byDefault: 64, most: 1000 },
  clients: { byDefault: 3000, most: 10_000 },
};
type Options = Record<keyof typeof NUMBERS, number>;

const ROUNDS = 3;
const RATE = 1000;
/** Sent first to each contender, at most one round, uncounted: the code of a service at 08:00 is compiled. */
const WARM_UP = 2000;

async function play(stage: Stage, options: Options) {
  const databaseUrl = await newDatabase(stage, 'dosebell', { migrated: true });
  const env = rushEnv(stage, databaseUrl, bucketSettings(options.rush));
  const app = await openApp('bench', readConfig(env));
  const bareUrl = await newDatabase(stage, 'bare', { migrated: false });
  try {
    // autocannon makes a request or two more per connection than it sends, and a rate's connections are rounded up
    const spare = 20 * (options.connections + 10) + 2 * options.clients;
    const flatOut = (ROUNDS + 1) * options.doses + spare;
    const tokens = await openDoses(app, flatOut + 2 * RATE * options.seconds + options.clients);
    const ids = await doIn(bareUrl, (sql) => bareDoses(sql, flatOut));
    say(`${tokens.length} doses to answer`);
    return await withService(stage, { name: 'api', entry: 'src/bin/api.ts', env }, (url) =>
      measure(stage, app, { env, options, dosebell: tokenTarget(url, tokens), bare: { databaseUrl: bareUrl, ids } }),
    );
  } finally {
    await closeApp(app);
  }
}

async function doIn<T>(url: string, work: (sql: ReturnType<typeof openPool>) => Promise<T>): Promise<T> {
  const sql = openPool(url, { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

interface Contest {
  env: NodeJS.ProcessEnv;
  options: Options;
  dosebell: Target;
  bare: { databaseUrl: string; ids: string[] };
}

async function measure(stage: Stage, app: App, { env, options, dosebell, bare }: Contest) {
  const { connections, clients, seconds, rush } = options;
  const all: Measured[] = [];
  const answer = async (name: string, load: Load) => told(name, all, await send(dosebell, load));

  const bareEnv = { ...env, DATABASE_URL: bare.databaseUrl };
  const bareService = { name: 'bare', entry: 'loadtests/baseline/bare-ack.ts', env: bareEnv };
  const bareMeasured: Measured[] = [];
  const rounds = await withService(stage, bareService, async (url) => {
    const target = idTarget(url, bare.ids);
    const warmUp = { amount: Math.min(WARM_UP, options.doses), connections };
    await send(target, warmUp);
    await answer('warm-up', warmUp);
    const rates: { bare: number; dosebell: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const load = { amount: options.doses, connections };
      const theirs = told('bare', bareMeasured, await send(target, load));
      rates.push({ bare: theirs.perSecond, dosebell: (await answer('flat out', load)).perSecond });
    }
    return rates;
  });
  const steady = await answer(`${RATE}/s`, { amount: RATE * seconds, connections, rate: RATE });
  const atOnce = await answer('all at once', { amount: clients, connections: clients });
  const { result: rushed, sentMeanwhile } = await duringRush(stage, app, { env, count: rush }, () =>
    answer(`${RATE}/s, rush`, { amount: RATE * seconds, connections, rate: RATE }),
  );

  const errors = sum(all, 'failed');
  const bareErrors = sum(bareMeasured, 'failed');
  const problems = await heldAgainstRows(app, sum(all, 'answered'));
  if (errors > 0) problems.push(`${errors} answers were not confirmed`);
  if (bareErrors > 0) problems.push(`the bare service failed ${bareErrors} times`);
  if (sentMeanwhile === 0) problems.push('no reminder was sent while the rush was measured');
  return {
    problems,
    result: {
      perSecond: rounded(median(rounds.map((round) => round.dosebell)), 0),
      barePerSecond: rounded(median(rounds.map((round) => round.bare)), 0),
      vsBare: rounded(median(rounds.map((round) => round.dosebell / round.bare)), 2),
      p50Ms: rounded(steady.p50Ms, 1),
      p99Ms: rounded(steady.p99Ms, 1),
      p50MsDuringRush: rounded(rushed.p50Ms, 1),
      p99MsDuringRush: rounded(rushed.p99Ms, 1),
      sentDuringRush: sentMeanwhile,
      atOnce: { connections: clients, p99Ms: rounded(atOnce.p99Ms, 0) },
      errors,
    },
  };
}

function told(name: string, kept: Measured[], measured: Measured): Measured {
  kept.push(measured);
  const { perSecond, p50Ms, p99Ms, answered, failed } = measured;
  const figures = `${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  say(`${name.padEnd(14)} ${answered} answered, ${failed} not; ${figures}`);
  return measured;
}

const sum = (all: Measured[], field: 'answered' | 'failed') => all.reduce((total, each) => total + each[field], 0);

/** As the action of a push does: the token is the credential. */
function tokenTarget(url: string, tokens: string[]): Target {
  return { url, next: () => ({ path: '/v1/confirmations', body: { token: taken(tokens), action: 'taken' } }) };
}

function idTarget(url: string, ids: string[]): Target {
  return { url, next: () => ({ path: `/v1/doses/${taken(ids)}/confirmations`, body: { answer: 'taken' } }) };
}

function taken(waiting: string[]): string {
  const next = waiting.pop();
  if (next === undefined) throw new Error('every dose is answered: the bench needs more of them');
  return next;
}

await runBench({ name: 'bench:ack', help: HELP, numbers: NUMBERS, play });
