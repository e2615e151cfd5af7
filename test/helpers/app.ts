import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import type { App } from '#src/app.ts';
import type { Clock } from '#src/clock.ts';
import type { Config } from '#src/config.ts';
import { createLogger } from '#src/logger.ts';
import { createMetrics } from '#src/metrics.ts';
import { createCipher } from '#src/store/cipher.ts';
import { migrate } from '#src/store/migrate.ts';
import { openPool } from '#src/store/pool.ts';

/** A clock that stands still until it is moved. */
interface TestClock extends Clock {
  set(at: Date | string): void;
  advance(seconds: number): void;
}

export interface TestApp extends App {
  clock: TestClock;
}

const TEMPLATE = `template_${process.env.VITEST_POOL_ID ?? '0'}`;
const START = '2026-11-23T12:00:00Z'; // a Monday, 07:00 in Lima

/** A clock standing at `at`. */
function testClock(at: Date | string = START): TestClock {
  let now = new Date(at);
  return {
    now: () => new Date(now),
    set: (to) => {
      now = new Date(to);
    },
    advance: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

/** Settings that reach nothing: a test that needs a provider replaces its part. */
function testConfig(databaseUrl: string, redisUrl: string): Config {
  return {
    databaseUrl,
    redisUrl,
    http: { host: '127.0.0.1', port: 0, publicUrl: 'http://127.0.0.1:8080' },
    dataKeys: [{ id: 'k1', key: createSecretKey(Buffer.alloc(32, 1)) }],
    tokenSecret: createSecretKey(Buffer.alloc(32, 2)),
    push: {
      baseUrl: 'https://127.0.0.1:1',
      serviceAccount: { project_id: 'test', client_email: 'test@example.org', private_key: '' },
      caFile: undefined,
      perSecond: 10_000,
    },
    sms: {
      twilio: {
        baseUrl: 'http://127.0.0.1:1',
        accountSid: `AC${'0'.repeat(32)}`,
        authToken: 'test-token',
        from: ['+15005550006'],
        weight: 1,
        perSecond: 10_000,
      },
    },
    webpush: undefined,
    whatsapp: undefined,
    voice: undefined,
    email: { url: 'smtp://127.0.0.1:1', from: 'dosebell <reminders@example.org>', perSecond: 10_000 },
    callbacks: { allowPrivate: true },
    schedule: {
      bucketSeconds: 60,
      tickMs: 50,
      leadSeconds: 10,
      shards: 2,
      leaseSeconds: 30,
      settleSeconds: 30,
      snoozeSeconds: 600,
      minIntervalSeconds: 900,
    },
    drainSeconds: 25,
    logLevel: 'silent',
  };
}

/**
 * An app on a PostgreSQL database of its own, copied from a migrated template, with a movable clock. Closed and dropped
 * when the test file ends.
 */
export async function testApp(): Promise<TestApp> {
  const { url, drop } = await testDatabase();
  const config = testConfig(url, inject('redisUrl'));
  const sql = openPool(url, { max: 6 });
  afterAll(async () => {
    await sql.end({ timeout: 5 });
    await drop();
  });
  const clock = testClock();
  await sql`SELECT make_partitions('2026-10-01', '2027-01-31')`;
  return {
    config,
    clock,
    log: createLogger('test', config.logLevel),
    metrics: createMetrics(),
    sql,
    cipher: createCipher(config.dataKeys, config.tokenSecret),
  };
}

/** A fresh database, migrated unless `empty`; the caller drops it. */
export async function testDatabase({ empty = false } = {}): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  if (!empty) await ensureTemplate(admin, server);
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : TEMPLATE}`);
  return {
    url: databaseUrl(server, name),
    drop: async () => {
      await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** The template is made once per worker of the test runner, by renaming a finished database: never half-migrated. */
async function ensureTemplate(admin: postgres.Sql, server: string): Promise<void> {
  const [known] = await admin`SELECT 1 FROM pg_database WHERE datname = ${TEMPLATE}`;
  if (known !== undefined) return;
  const draft = `draft_${randomUUID().replaceAll('-', '')}`;
  await admin.unsafe(`CREATE DATABASE ${draft}`);
  const sql = openPool(databaseUrl(server, draft), { max: 1 });
  await migrate(sql);
  await sql.end();
  await admin.unsafe(`ALTER DATABASE ${draft} RENAME TO ${TEMPLATE}`);
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
