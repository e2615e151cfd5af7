import { randomBytes } from 'node:crypto';
import { inject, type TestContext, vi } from 'vitest';
import { type Cohort, prescribe, seedPatients, ZONE } from '#loadtests/bench/seed.ts';
import { PROVIDERS } from '#loadtests/provider-simulator/settings.ts';
import { type Simulator, type SimulatorAddress, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import type { Channel, Provider } from '#loadtests/provider-simulator/types.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import { startBuckets } from '#schedulers/buckets.ts';
import { startLadder } from '#schedulers/ladder.ts';
import { startRescue } from '#schedulers/rescue.ts';
import { readToken } from '#src/ack/tokens.ts';
import { type Config, readConfig } from '#src/config.ts';
import { closeDispatcher, type Dispatcher, openDispatcher } from '#src/dispatch/dispatcher.ts';
import { startWorkers } from '#src/dispatch/workers.ts';
import type { Policy } from '#src/domain/policy.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { createTenant } from '#src/store/tenants.ts';
import { testDatabase } from './app.ts';

/** The whole service in this process: real servers, real adapters, the system's clock, and simulated providers. */
export interface Rush {
  app: Dispatcher;
  simulator: Simulator;
  tenants: Cohort[];
}

/** A message as its provider accepted it. */
export interface Accepted {
  provider: Provider;
  channel: Channel;
  at: number;
  dose: string;
}

/** Databases of the run's Redis that each worker of the test runner has for rushes: besides its own, and those of `npm start`. */
const REDIS_DATABASES = 4;
let opened = 0;
let lastDatabase: Promise<unknown> = Promise.resolve();

/**
 * A service on a database and a Redis database of its own, with so many patients of each tenant; everything is running, and
 * stops when the test ends. `env` adds settings to those of the simulator's FCM, Twilio and SMTP; `adjust` changes what no
 * setting does.
 */
export async function startRush(
  { onTestFinished }: TestContext,
  {
    patients,
    env = () => ({}),
    adjust = () => {},
  }: {
    patients: number[];
    env?: (at: SimulatorAddress) => Record<string, string>;
    adjust?: (config: Config) => void;
  },
): Promise<Rush> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const { url, drop } = await nextDatabase();
  onTestFinished(drop);
  const config = readConfig({
    DATABASE_URL: url,
    REDIS_URL: rushRedis(opened++),
    DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    TOKEN_SECRET: randomBytes(32).toString('base64'),
    ...rushSettings(simulator),
    ...env(simulator),
  });
  adjust(config);
  const app = await openDispatcher('test', config);
  onTestFinished(() => closeDispatcher(app));
  await app.redis.flushdb();
  await makePartitionsAhead(app.sql, new Date());
  const tenants = await seedTenants(app, patients);
  const parts = [startWorkers(app), startBuckets(app), startLadder(app), startRescue(app)];
  onTestFinished(async () => {
    await Promise.all(parts.map((part) => part.stop()));
  });
  return { app, simulator, tenants };
}

/** The settings of every rush: short times, and the simulator's providers. */
export function rushSettings(simulator: Simulator): Record<string, string> {
  return {
    PUBLIC_URL: 'https://r.example', // short: an SMS of one segment
    EMAIL_FROM: 'dosebell <reminders@example.org>',
    EMAIL_PER_SECOND: '1000',
    BUCKET_SECONDS: '1',
    LEAD_SECONDS: '1',
    TICK_MS: '100',
    SHARDS: '2',
    LOG_LEVEL: 'silent',
    ...Object.assign({}, ...PROVIDERS.map(({ settings }) => settings(simulator))),
  };
}

/** The URL of this worker's nth Redis database for rushes. */
export function rushRedis(n: number): string {
  const first = Number(process.env.VITEST_POOL_ID ?? 0) * REDIS_DATABASES;
  return `${inject('redisUrl')}/${first + (n % REDIS_DATABASES)}`;
}

/** One after another: two would make the same template. */
function nextDatabase(): ReturnType<typeof testDatabase> {
  const next = lastDatabase.then(() => testDatabase());
  lastDatabase = next.catch(() => {});
  return next;
}

/** Tenants with so many patients each; nobody shares a phone, an address or a token. */
async function seedTenants(app: Dispatcher, sizes: number[]): Promise<Cohort[]> {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const { patientIds } = await seedPatients(app, 'all', total);
  const tenants: Cohort[] = [];
  for (const [i, size] of sizes.entries()) {
    const mine = patientIds.splice(0, size);
    const tenant = await createTenant(app.sql, `Tenant ${i}`, app.clock.now());
    await app.sql`UPDATE patients SET tenant_id = ${tenant.tenantId} WHERE id = ANY(${mine}::uuid[])`;
    await app.sql`UPDATE contact_points SET tenant_id = ${tenant.tenantId} WHERE patient_id = ANY(${mine}::uuid[])`;
    tenants.push({ ...tenant, patientIds: mine });
  }
  return tenants;
}

/** A whole second, far enough away to plan the doses that will be due then. */
export function soon(): Date {
  return new Date(Math.ceil((Date.now() + 1500) / 1000) * 1000);
}

/** Every patient of the tenant has one dose due at each of these instants, even if the first has passed meanwhile. */
export async function dueAt({ app }: Rush, tenant: Cohort, instants: Date[], policy: Partial<Policy>): Promise<void> {
  const from = new Date(Math.min(...instants.map(Number)) - 1000);
  await prescribe(app, tenant, compressedRegimen(instants, ZONE), from, () => policy);
}

/** The ids of a tenant's doses. */
export async function dosesOf({ app }: Rush, { tenantId }: Cohort): Promise<string[]> {
  const rows = await app.sql<{ id: string }[]>`SELECT id FROM doses WHERE tenant_id = ${tenantId}`;
  return rows.map(({ id }) => id);
}

/** What the providers accepted, in their order, by their own ledger. Throws when one took what is nobody's dose. */
export async function acceptedBy({ app, simulator }: Rush): Promise<Accepted[]> {
  const messages = new Map(simulator.outbox.newest({ limit: 5000 }).map((message) => [message.ref, message]));
  // A push carries no link that could be read; its attempt tells the dose.
  const pushes = await app.sql<{ id: string; dose: string }[]>`
    SELECT id, dose_id AS dose FROM attempts WHERE channel = 'push'`;
  const doseOf = new Map(pushes.map(({ id, dose }) => [id, dose]));
  return [...simulator.ledger.entries()].flatMap(({ outcome, provider, channel, at, attemptId, ref }) => {
    if (outcome !== 'accepted') return [];
    const message = messages.get(ref as string);
    if (message === undefined) return []; // accepted while this was read
    const dose = channel === 'push' ? doseOf.get(attemptId as string) : doseInLink(app, message.text);
    if (dose === undefined) throw new Error(`${provider} accepted ${ref}, which is of no dose`);
    return [{ provider, channel, at: Date.parse(at), dose }];
  });
}

function doseInLink({ config, clock }: Dispatcher, text: string): string | undefined {
  const [, token = ''] = /\/c\/([\w-]+)/.exec(text) ?? [];
  const reading = readToken(config.tokenSecret, 'link', token, clock.now());
  return reading.ok ? reading.doseId : undefined;
}

/** Those of the doses that were not accepted exactly once. */
export function notOnce(accepted: Accepted[], doses: string[]): string[] {
  const times = timesOf(accepted);
  return doses.filter((dose) => times.get(dose) !== 1);
}

/** The doses that were accepted more than once. */
export function doubled(accepted: Accepted[]): string[] {
  return [...timesOf(accepted)].flatMap(([dose, times]) => (times > 1 ? [dose] : []));
}

function timesOf(accepted: Accepted[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { dose } of accepted) times.set(dose, (times.get(dose) ?? 0) + 1);
  return times;
}

/** Waits, for a bounded time, until the check passes. */
export function eventually<T>(check: () => T | Promise<T>, seconds: number): Promise<T> {
  return vi.waitFor(check, { timeout: seconds * 1000, interval: 20 });
}
