import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Running, stopLeftover } from '#src/embedded/child.ts';
import { liveHolder, tryLock } from '#src/embedded/lock.mjs';
import { dataDir } from '#src/embedded/paths.ts';
import { startPostgres } from '#src/embedded/postgres.ts';
import { startRedis } from '#src/embedded/redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's URL of the run's PostgreSQL, database `postgres`. */
    postgresUrl: string;
    /** The run's Redis; shared by all test files. */
    redisUrl: string;
  }
}

/**
 * vitest globalSetup: one real PostgreSQL and one real Redis for the whole run, on free ports, in a folder of its own.
 * TEST_DATABASE_URL and TEST_REDIS_URL replace them. An interrupted run leaves no process: they are guarded.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep();
  const dir = join(dataDir(), `test-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  tryLock(join(dir, 'test.lock'));
  const started: Running[] = [];
  const teardown = async () => {
    await Promise.all(started.map((server) => server.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  try {
    if (!TEST_DATABASE_URL) {
      const postgres = await startPostgres({
        dir: join(dir, 'postgres'),
        durable: false,
        logFile: join(dir, 'postgres.log'),
      });
      started.push(postgres);
      project.provide('postgresUrl', postgres.url);
    } else project.provide('postgresUrl', TEST_DATABASE_URL);
    if (!TEST_REDIS_URL) {
      const redis = await startRedis({
        dir: join(dir, 'redis'),
        durable: false,
        logFile: join(dir, 'redis.log'),
        say: console.log,
      });
      started.push(redis);
      project.provide('redisUrl', redis.url);
    } else project.provide('redisUrl', TEST_REDIS_URL);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

/** Removes what test runs left that were killed. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(dataDir()).filter((each) => each.startsWith('test-'))) {
    const dir = join(dataDir(), name);
    if (!existsSync(join(dir, 'test.lock')) || liveHolder(join(dir, 'test.lock')) !== null) continue;
    await stopLeftover(join(dir, 'postgres/server.pid'), 'SIGINT');
    await stopLeftover(join(dir, 'redis/server.pid'), 'SIGTERM');
    rmSync(dir, { recursive: true, force: true });
  }
}
