import { runBench } from '#loadtests/bench/program.ts';
import { prescribe, seedPatients } from '#loadtests/bench/seed.ts';
import { newDatabase, type Stage, say, serviceEnv, withService } from '#loadtests/bench/stage.ts';
import { type App, closeApp, openApp } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { readConfig } from '#src/config.ts';
import type { Regimen } from '#src/domain/prescription.ts';
import { load, type Measured, SCENARIOS, type Target } from './scenarios.ts';

const HELP = `npm run bench:api: autocannon on the API process

  npm run bench:api -- --seconds N       how long each scenario lasts (default 10, at most 60)
  npm run bench:api -- --connections N   how many connections send at once (default 16, at most 1000)

On PostgreSQL, Redis and a provider simulator of its own. A table on stderr; the last line on stdout is one JSON object.
Exit 0 only if there was no 5xx answer, no lost connection and no timeout. See loadtests/README.md.
`;

/** Doses that can be answered, for each second: more than the API answers. */
const DOSES_PER_SECOND = 4000;
/** Each patient's doses of the last hours, one every five minutes: more than anybody takes, so that seeding is short. */
const PAST_HOURS = 8;
const DOSES_PER_PATIENT = PAST_HOURS * 12;

interface Options {
  seconds: number;
  connections: number;
}

async function play(stage: Stage, options: Options) {
  const databaseUrl = await newDatabase(stage, 'dosebell', { migrated: true });
  const env = serviceEnv(stage, databaseUrl, {});
  const app = await openApp('bench', readConfig(env));
  try {
    const { apiKey, doseIds } = await seed(app, options.seconds * DOSES_PER_SECOND);
    say(`${doseIds.length} doses to answer`);
    return await withService(stage, { name: 'api', entry: 'src/bin/api.ts', env }, (url) =>
      run({ url, apiKey, doseIds }, options),
    );
  } finally {
    await closeApp(app);
  }
}

/** Patients with prescriptions whose doses of the last hours, at least `count`, wait for an answer. */
async function seed(app: App, count: number): Promise<{ apiKey: string; doseIds: string[] }> {
  const now = app.clock.now();
  const cohort = await seedPatients(app, 'API', Math.ceil(count / (DOSES_PER_PATIENT - 1)));
  const stamp = (date: Date) => date.toISOString().slice(0, 19);
  const from = plusSeconds(now, -PAST_HOURS * 3600);
  const regimen: Regimen = {
    mode: 'elapsed',
    start: stamp(plusSeconds(from, -86_400)), // a day before, whatever the zone makes of it
    rrules: [`FREQ=MINUTELY;INTERVAL=5;UNTIL=${stamp(now).replace(/[-:]/g, '')}Z`],
    rdates: [],
    exdates: [],
  };
  await prescribe(app, cohort, regimen, from);
  await app.sql`VACUUM ANALYZE`; // the tables of a running service have their statistics
  const rows = await app.sql<{ id: string }[]>`SELECT id FROM doses ORDER BY id`;
  return { apiKey: cohort.apiKey, doseIds: rows.map((row) => row.id) };
}

async function run(target: Target, options: Options) {
  const result: Record<string, Omit<Measured, 'failed'>> = {};
  const problems: string[] = [];
  say('scenario   requests/s   p99 ms   non-2xx');
  for (const [name, request] of Object.entries(SCENARIOS)) {
    const { failed, ...measured } = await load(target, request(target), options);
    result[name] = measured;
    const { requestsPerSecond, p99Ms, non2xx } = measured;
    say(
      `${name.padEnd(8)} ${String(requestsPerSecond).padStart(12)} ${String(p99Ms).padStart(8)} ${String(non2xx).padStart(9)}`,
    );
    if (failed > 0) problems.push(`${name}: ${failed} requests were answered 5xx, cut off or not answered`);
  }
  return { result, problems };
}

await runBench({
  name: 'bench:api',
  help: HELP,
  numbers: { seconds: { byDefault: 10, most: 60 }, connections: { byDefault: 16, most: 1000 } },
  play,
});
