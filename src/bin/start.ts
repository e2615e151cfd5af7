import { existsSync } from 'node:fs';
import { loadHospital } from '#loadtests/story/hospital.ts';
import { progressDisplay } from '#loadtests/story/progress.ts';
import { playStory } from '#loadtests/story/run.ts';
import { serverClock } from '../clock.ts';
import { dataDir } from '../embedded/paths.ts';
import { StartError } from '../embedded/start-error.ts';
import { runSupervised } from '../embedded/supervisor.ts';
import { openPool, type Pool } from '../store/pool.ts';
import { serverTime } from '../store/server-time.ts';
import { createTenant } from '../store/tenants.ts';
import { importFile } from './import.ts';
import { type Env, type Links, ownProviders, partsOf } from './parts.ts';
import { localSecrets, STORY_SCHEDULE } from './settings.ts';

/** What `npm start` was asked for. */
export interface StartOptions {
  exit: boolean;
  importFile: string | undefined;
  /** The length of the story's day. */
  seconds: number;
  /** Only the first so many patients of the story. */
  patients: number | undefined;
}

const say = (line: string) => console.log(line);

/**
 * Starts every part that the environment does not replace, in order, plays the story or imports the file, and stops all in
 * reverse. Returns the exit code. A bad setting ends it with one line.
 */
export async function startEverything(options: StartOptions): Promise<number> {
  const dir = dataDir();
  if (options.importFile !== undefined && !existsSync(options.importFile)) {
    throw new StartError(`--import ${options.importFile}: there is no such file`);
  }
  // Synthetic patients are never played to a real provider.
  const plays = options.importFile === undefined && ownProviders().length === 0;
  const env: Env = {
    ...localSecrets(dir),
    ...(plays ? STORY_SCHEDULE : {}),
    EMAIL_FROM: 'dosebell <reminders@dosebell.example>',
    WEBPUSH_SUBJECT: 'mailto:reminders@dosebell.example',
    ...Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== '')), // an empty setting is none
  };
  const links: Links = {};
  return runSupervised({
    parts: partsOf(dir, env, links),
    say,
    main: () => main(options, { env, links, plays }),
  });
}

async function main(
  options: StartOptions,
  { env, links, plays }: { env: Env; links: Links; plays: boolean },
): Promise<number | 'stay'> {
  const sql = openPool(env.DATABASE_URL as string, { max: 4 });
  try {
    const { failed, summary } =
      options.importFile === undefined
        ? await story(options, sql, links, plays)
        : await imported(options.importFile, sql, links);
    printLinks(links);
    if (!options.exit) return 'stay';
    if (summary !== null) console.log(JSON.stringify(summary));
    return failed ? 1 : 0;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

interface Told {
  failed: boolean;
  summary: Record<string, unknown> | null;
}

async function story(options: StartOptions, sql: Pool, links: Links, plays: boolean): Promise<Told> {
  if (!plays) {
    say('providers of your own are set: the synthetic story is not played to them');
    return { failed: false, summary: null };
  }
  const hospital = loadHospital();
  const patients = hospital.patients.slice(0, options.patients);
  const known = new Set(patients.map((patient) => patient.externalId));
  const prescriptions = hospital.prescriptions.filter((prescription) => known.has(prescription.patient));
  const clock = await serverClock({ ask: () => serverTime(sql) });
  const stage = {
    sql,
    clock,
    apiUrl: links.api as string,
    simulatorUrl: links.simulator as string,
    say,
    show: progressDisplay(process.stdout),
  };
  const played = playStory(stage, { ...hospital, patients, prescriptions }, options.seconds);
  const { summary, problems } = await played.finally(clock.stop);
  for (const problem of problems.slice(0, 20)) say(`NOT ACCOUNTED FOR: ${problem}`);
  if (problems.length > 20) say(`… and ${problems.length - 20} more`);
  if (problems.length === 0)
    say("every dose is accounted for, and the providers' ledger agrees with ours message by message");
  return { failed: problems.length > 0, summary };
}

async function imported(file: string, sql: Pool, links: Links): Promise<Told> {
  const now = new Date(await serverTime(sql));
  const { apiKey } = await createTenant(sql, `Imported ${now.toISOString()}`, now);
  say(`tenant for the import, API key ${apiKey} (for the clinic page)`);
  const summary = await importFile(file, { apiUrl: links.api as string, apiKey, now, say });
  return { failed: false, summary };
}

function printLinks(links: Links): void {
  say(`
  API docs          ${links.api}/docs
  web push page     ${links.api}/push/
  clinic page       ${links.api}/clinic${
    links.simulator === undefined ? '' : `\n  simulator outbox  ${links.simulator}/outbox.html`
  }
  metrics           ${links.api}/metrics   ${links.scheduler}/metrics   ${links.worker}/metrics
`);
}
