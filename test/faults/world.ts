import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dropDatabase, emptyRedis, newDatabase, serviceEnv } from '#loadtests/bench/stage.ts';
import { issueToken } from '#src/ack/tokens.ts';
import { type App, closeApp, openApp } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { readConfig } from '#src/config.ts';
import type { LedgerLine } from './books.ts';
import type { Fault, World } from './fault.ts';
import { planLoad } from './load.ts';
import { openProviders } from './providers.ts';
import { seededRandom } from './random.ts';
import type { Servers } from './servers.ts';
import { openServices } from './services.ts';

/** `inject` is called so long before the load is due. */
export const AHEAD_SECONDS = 2;
const LOOK_MS = 100;
/** A patient waits so long for an answer. */
const ANSWER_MS = 15_000;
const TOKEN_SECONDS = 3600;
const OUT_OF_THE_WAY = '1000000';

/** Short times, so that what is found by its lease or its wait is found within seconds; no rate is the limit. */
const SETTINGS = {
  BUCKET_SECONDS: '1',
  LEAD_SECONDS: '1',
  TICK_MS: '200',
  SHARDS: '2',
  LEASE_SECONDS: '3',
  SETTLE_SECONDS: '2',
  FCM_PER_SECOND: OUT_OF_THE_WAY,
  TWILIO_SEGMENTS_PER_SECOND: OUT_OF_THE_WAY,
  EMAIL_PER_SECOND: OUT_OF_THE_WAY,
  LOG_LEVEL: 'warn',
};

/** A world, and what its judge needs besides. */
export interface OpenWorld {
  world: World;
  /** Our side of the books, past the proxies. */
  app: App;
  ledger(): Promise<LedgerLine[]>;
  /** The doses whose answer the API has taken with a 2xx. */
  answered: ReadonlySet<string>;
  close(): Promise<void>;
}

let opened = 0;

/** A world for one fault on the shared servers: a new database, an empty Redis, one process of each kind, the load planned. */
export async function openWorld(
  servers: Servers,
  fault: Pick<Fault, 'name' | 'doses' | 'env'>,
  seed: number,
): Promise<OpenWorld> {
  const { stage, api } = servers;
  const database = `fault_${++opened}`;
  const dir = join(stage.dir, database);
  mkdirSync(dir);
  const databaseUrl = await newDatabase(stage, database, { migrated: true });
  await emptyRedis(stage);
  const providers = await openProviders(stage.simulator.http, api.url);
  const settings = serviceEnv(stage, databaseUrl, { ...SETTINGS });
  const env = { ...settings, ...servers.addresses(databaseUrl), ...fault.env };
  const services = openServices(dir, env, ({ name, url }) => {
    if (name === 'api') api.lead(Number(new URL(url).port));
  });
  const app = await openApp('faults', readConfig({ ...env, DATABASE_URL: databaseUrl }));
  const close = async () => {
    for (const proxy of Object.values(servers.proxies)) proxy.heal();
    await services.stop();
    await closeApp(app);
    await dropDatabase(stage, database);
  };
  try {
    await Promise.all((['worker', 'scheduler', 'api'] as const).map((name) => services.start(name)));
    const due = await planLoad(app, fault.doses, AHEAD_SECONDS);
    const answered = new Set<string>();
    const world: World = {
      random: seededRandom(`${seed} ${fault.name}`),
      sql: app.sql,
      databaseUrl,
      redisUrl: stage.redisUrl,
      servers: servers.pids,
      restartRedis: servers.restartRedis,
      restartPostgres: servers.restartPostgres,
      proxies: servers.proxies,
      simulator: providers.control,
      services: (name) => services.all.filter((service) => service.name === name),
      start: services.start,
      due,
      accepted: providers.accepted,
      async answer(doseId) {
        const status = await confirm(app, api.url, doseId);
        if (status >= 200 && status < 300) answered.add(doseId);
        return status;
      },
      until,
      sleep: (ms) => sleep(ms),
    };
    return { world, app, ledger: providers.ledger, answered, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function until(what: string, test: () => Promise<boolean> | boolean, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await test()); await sleep(LOOK_MS)) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
  }
}

/**
 * As the page behind a reminder's link answers; 0 when nobody did. Not as a push's button: pressing one proves that the push
 * arrived, and these patients answer doses whose push may still be under way.
 */
async function confirm(app: App, apiUrl: string, doseId: string): Promise<number> {
  const expiresAt = plusSeconds(app.clock.now(), TOKEN_SECONDS);
  const token = issueToken(app.config.tokenSecret, 'link', { doseId, expiresAt });
  try {
    const response = await fetch(`${apiUrl}/c/${token}`, {
      method: 'POST',
      body: new URLSearchParams({ action: 'taken' }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
