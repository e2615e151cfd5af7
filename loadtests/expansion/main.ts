import { rounded, runBench } from '#loadtests/bench/program.ts';
import { newDatabase, type Stage, say, serviceEnv } from '#loadtests/bench/stage.ts';
import { closeApp, openApp } from '#src/app.ts';
import { readConfig } from '#src/config.ts';
import { measureHorizon } from './horizon.ts';
import { type Age, measureSpeed } from './speed.ts';

const HELP = `npm run bench:expansion: the doses of 48 hours, worked out from rules of any age, beside three RRULE libraries

  npm run bench:expansion -- --prescriptions N   so many in the horizon pass (default 20000, at most 250000)

First regimens per second of a realistic mix, 1 day, 1 month, 1 year and 10 years old, on one thread, by dosebell, rrule.js,
rrule-temporal and rrule-rust: the same rules and windows, and no timing unless their answers are equal. Then the whole
horizon pass beside a bare bulk insert of the same rows, on a PostgreSQL of its own that syncs to disk.
Progress on stderr; the last line on stdout is one JSON object. Exit 0 only if every answer was equal.
`;

const MOST = 250_000;

async function play(stage: Stage, { prescriptions }: { prescriptions: number }) {
  const { rates, flatness, problems } = measureSpeed(new Date(), say);
  const rate = (name: string, age: Age) => rates[name]?.[age] ?? Number.NaN;
  const horizon = await horizonOn(stage, prescriptions);
  return {
    problems,
    result: {
      perSecond: rounded(rate('dosebell', '1y'), 0),
      vsRrule1y: rounded(rate('dosebell', '1y') / rate('rrule.js', '1y'), 0),
      vsRruleTemporal1y: rounded(rate('dosebell', '1y') / rate('rrule-temporal', '1y'), 1),
      vsRruleRust1y: rounded(rate('dosebell', '1y') / rate('rrule-rust', '1y'), 1),
      flatness: rounded(flatness, 2),
      horizonDosesPerSecond: rounded(horizon.horizon, 0),
      bareInsertDosesPerSecond: rounded(horizon.bare, 0),
      horizonVsBareInsert: rounded(horizon.ratio, 2),
      horizonDoses: horizon.doses,
      rates: Object.fromEntries(
        Object.entries(rates).map(([name, ages]) => [
          name,
          Object.fromEntries(Object.entries(ages).map(([age, perSecond]) => [age, rounded(perSecond, 0)])),
        ]),
      ),
    },
  };
}

async function horizonOn(stage: Stage, prescriptions: number) {
  const databaseUrl = await newDatabase(stage, 'horizon', { migrated: true });
  const app = await openApp('bench', readConfig(serviceEnv(stage, databaseUrl, { LOG_LEVEL: 'silent' })));
  try {
    return await measureHorizon(app, prescriptions, say);
  } finally {
    await closeApp(app);
  }
}

await runBench({
  name: 'bench:expansion',
  help: HELP,
  numbers: { prescriptions: { byDefault: 20_000, most: MOST } },
  play,
});
