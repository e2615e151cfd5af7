import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { stopLeftover } from '#src/embedded/child.ts';
import { liveHolder, tryLock } from '#src/embedded/lock.mjs';
import { dataDir } from '#src/embedded/paths.ts';
import { startPostgres } from '#src/embedded/postgres.ts';
import { startRedis } from '#src/embedded/redis.ts';
import { SERVICE_FLAGS, spawnService } from '#src/embedded/service.ts';
import { StartError } from '#src/embedded/start-error.ts';
import { type Part, runSupervised } from '#src/embedded/supervisor.ts';
import { openBlocking } from '#src/redis/connection.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { migrate } from '#src/store/migrate.ts';
import { openPool } from '#src/store/pool.ts';
import { PROVIDERS } from '../provider-simulator/settings.ts';
import type { SimulatorAddress } from '../provider-simulator/simulator.ts';

/** What every bench stands on: servers of its own that sync to disk as in production, and the providers. */
export interface Stage {
  dir: string;
  postgresUrl: string;
  redisUrl: string;
  /** PostgreSQL's and Redis's, to be watched. */
  serverPids: number[];
  simulator: SimulatorAddress;
}

/** Progress goes to stderr: stdout holds the JSON line alone. */
export const say = (line: string): void => console.error(line);

const root = join(import.meta.dirname, '../..');

/**
 * Starts a stage in a folder of its own, plays on it, stops all and ends the process: the result and the machine as one
 * JSON line, exit 0 when `problems` is empty, else 1. The folder goes with a good run; a bad one leaves its logs.
 */
export async function benchmark(
  play: (stage: Stage) => Promise<{ result: Record<string, unknown>; problems: string[] }>,
): Promise<never> {
  const dir = await ownFolder();
  const stage = { dir, serverPids: [] as number[] } as Stage;
  let result: Record<string, unknown> | undefined;
  const machine = { cores: availableParallelism() };
  say(`${machine.cores} cores, load average ${loadavg()[0]?.toFixed(1)} before the start`);
  const code = await runSupervised({
    parts: partsOf(stage),
    say,
    async main() {
      const played = await play(stage);
      result = played.result;
      for (const problem of played.problems.slice(0, 20)) say(`PROBLEM: ${problem}`);
      return played.problems.length > 0 ? 1 : 0;
    },
  });
  if (code === 0) rmSync(dir, { recursive: true, force: true });
  else say(`the logs are in ${relative(root, dir)}`);
  if (result !== undefined) console.log(JSON.stringify({ ...result, machine }));
  process.exit(code);
}

/** `.dosebell/bench-<pid>`; folders of benches that were killed are removed. */
export async function ownFolder(): Promise<string> {
  for (const name of readdirSync(dataDir()).filter((each) => each.startsWith('bench-'))) {
    const left = join(dataDir(), name);
    if (!existsSync(join(left, 'bench.lock')) || liveHolder(join(left, 'bench.lock')) !== null) continue;
    await stopLeftover(join(left, 'postgres/server.pid'), 'SIGINT');
    await stopLeftover(join(left, 'redis/server.pid'), 'SIGTERM');
    rmSync(left, { recursive: true, force: true });
  }
  const dir = join(dataDir(), `bench-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  tryLock(join(dir, 'bench.lock'));
  return dir;
}

function partsOf(stage: Stage): Part[] {
  const { dir } = stage;
  return [
    {
      name: 'PostgreSQL',
      async start() {
        const server = await startPostgres({
          dir: join(dir, 'postgres'),
          durable: true,
          logFile: join(dir, 'postgres.log'),
        });
        stage.postgresUrl = server.url;
        stage.serverPids.push(server.pid);
        return server;
      },
    },
    {
      name: 'Redis',
      async start() {
        const server = await startRedis({
          dir: join(dir, 'redis'),
          durable: true,
          logFile: join(dir, 'redis.log'),
          say,
        });
        stage.redisUrl = server.url;
        stage.serverPids.push(server.pid);
        return server;
      },
    },
    {
      name: 'provider simulator',
      async start() {
        const simulator = await spawnService({
          name: 'provider simulator',
          entry: join(root, 'loadtests/provider-simulator/main.ts'),
          args: ['--dir', dir],
          env: { PATH: process.env.PATH },
          ready: { line: 'ready' },
          logFile: join(dir, 'simulator.log'),
        });
        stage.simulator = simulator.ready as unknown as SimulatorAddress;
        return simulator;
      },
    },
  ];
}

/** Makes an empty database on the stage's server, migrated as dosebell's when `migrated`. Returns its URL. */
export async function newDatabase(stage: Stage, name: string, { migrated }: { migrated: boolean }): Promise<string> {
  const server = openPool(stage.postgresUrl, { max: 1 });
  await server`CREATE DATABASE ${server(name)}`;
  await server.end();
  const url = new URL(stage.postgresUrl);
  url.pathname = `/${name}`;
  if (!migrated) return url.href;
  const sql = openPool(url.href, { max: 1 });
  await migrate(sql);
  await makePartitionsAhead(sql, new Date());
  await sql.end();
  return url.href;
}

/** Removes a database that `newDatabase` made; nobody may be using it any more. */
export async function dropDatabase(stage: Stage, name: string): Promise<void> {
  const server = openPool(stage.postgresUrl, { max: 1 });
  await server`DROP DATABASE ${server(name)} WITH (FORCE)`;
  await server.end();
}

/** Empties the stage's Redis for the next contender. */
export async function emptyRedis(stage: Stage): Promise<void> {
  const redis = openBlocking(stage.redisUrl);
  await redis.flushall();
  redis.disconnect();
}

/**
 * The environment of a measured process on this stage: production's defaults unless `settings` says otherwise. NODE_OPTIONS
 * is handed on, for a profiler.
 */
export function serviceEnv(stage: Stage, databaseUrl: string, settings: Record<string, string>): NodeJS.ProcessEnv {
  const { simulator } = stage;
  return {
    PATH: process.env.PATH,
    NODE_OPTIONS: process.env.NODE_OPTIONS,
    DATABASE_URL: databaseUrl,
    REDIS_URL: stage.redisUrl,
    PORT: '0',
    PUBLIC_URL: 'https://reminders.hospital.example',
    DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    TOKEN_SECRET: randomBytes(32).toString('base64'),
    ...Object.assign({}, ...PROVIDERS.map((provider) => provider.settings(simulator))),
    EMAIL_FROM: 'dosebell <reminders@dosebell.example>',
    ...settings,
  };
}

/** Runs one of our processes for as long as `work` takes; throws when the process ends first. */
export async function withService<T>(
  stage: Stage,
  { name, entry, args = [], env }: { name: string; entry: string; args?: string[]; env: NodeJS.ProcessEnv },
  work: (url: string, pid: number) => Promise<T>,
): Promise<T> {
  const service = await spawnService({
    name,
    entry: join(root, entry),
    args,
    flags: SERVICE_FLAGS,
    env,
    ready: { line: 'ready' },
    logFile: join(stage.dir, `${name}.log`),
  });
  const ended = service.exited.then((why) => {
    throw new StartError(why);
  });
  try {
    return await Promise.race([work(String(service.ready.url), service.pid), ended]);
  } finally {
    await service.stop();
  }
}
