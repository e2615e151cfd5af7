import { join, relative } from 'node:path';
import { PROVIDERS } from '#loadtests/provider-simulator/settings.ts';
import type { SimulatorAddress } from '#loadtests/provider-simulator/simulator.ts';
import { ConfigError, readConfig } from '../config.ts';
import type { Running } from '../embedded/child.ts';
import { keptUp } from '../embedded/kept-up.ts';
import { logFile } from '../embedded/paths.ts';
import { freePort } from '../embedded/ports.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { startRedis } from '../embedded/redis.ts';
import { SERVICE_FLAGS, spawnService } from '../embedded/service.ts';
import { StartError } from '../embedded/start-error.ts';
import type { Part } from '../embedded/supervisor.ts';
import { makePartitionsAhead } from '../store/housekeeping.ts';
import { migrate } from '../store/migrate.ts';
import { openPool } from '../store/pool.ts';

/** The environment of the services, completed as the parts come up. */
export type Env = Record<string, string | undefined>;
/** Where a person can look, by part. */
export type Links = Record<string, string>;

const API_PORT = 8080;
const entry = (path: string) => join(import.meta.dirname, '../..', path);
const say = (line: string) => console.log(line);

/** Every part of `npm start`, in the order of starting. The simulator stands in for the providers that are not set. */
export function partsOf(dir: string, env: Env, links: Links): Part[] {
  return [
    address(env),
    ...embeddedServers(dir, env),
    ...(played().length > 0 ? [simulator(dir, links, env)] : []),
    settings(env),
    schema(env),
    service('api', env, links, API_PORT),
    service('scheduler', env, links, 9091),
    service('worker', env, links, 9092),
  ];
}

/** The API's port, and the URL that patients, providers and clinicians reach it by. */
function address(env: Env): Part {
  return {
    name: 'address',
    async start() {
      env.PORT ||= String(await freePort(API_PORT, say));
      env.PUBLIC_URL ||= `http://127.0.0.1:${env.PORT}`;
      env.CALLBACK_ALLOW_PRIVATE ||= 'true'; // so that callbacks can be tried out on this machine
      return nothingToStop();
    },
  };
}

function embeddedServers(dir: string, env: Env): Part[] {
  const servers: { setting: 'DATABASE_URL' | 'REDIS_URL'; name: string; start(): Promise<Running> }[] = [
    {
      setting: 'DATABASE_URL',
      name: 'PostgreSQL',
      async start() {
        say(`starting PostgreSQL (embedded, data in ${relative('', dir)}/postgres)`);
        const place = { dir: join(dir, 'postgres'), logFile: logFile('postgres') };
        const postgres = await startPostgres({ ...place, durable: true, at: env.DATABASE_URL });
        env.DATABASE_URL = await ownDatabase(postgres.url);
        return postgres;
      },
    },
    {
      setting: 'REDIS_URL',
      name: 'Redis',
      async start() {
        say(`starting Redis (private, data in ${relative('', dir)}/redis)`);
        const place = { dir: join(dir, 'redis'), logFile: logFile('redis') };
        const redis = await startRedis({ ...place, durable: true, at: env.REDIS_URL, say });
        env.REDIS_URL = redis.url;
        return redis;
      },
    },
  ];
  return servers
    .filter(({ setting }) => !process.env[setting])
    .map(({ name, start }) => ({ name, start: () => keptUp(name, start, say) }));
}

/** The database `dosebell` of the embedded server, made at the first start. */
async function ownDatabase(serverUrl: string): Promise<string> {
  const sql = openPool(serverUrl, { max: 1 });
  const known = await sql`SELECT 1 FROM pg_database WHERE datname = 'dosebell'`;
  if (known.length === 0) await sql`CREATE DATABASE dosebell`;
  await sql.end();
  const url = new URL(serverUrl);
  url.pathname = '/dosebell';
  return url.href;
}

/** The settings that name a provider of one's own. */
export function ownProviders(): string[] {
  return PROVIDERS.flatMap(({ bases }) => bases).filter((base) => process.env[base]);
}

/** The providers that the simulator stands in for. */
function played(): typeof PROVIDERS {
  return PROVIDERS.filter(({ bases }) => !bases.some((base) => process.env[base]));
}

function simulator(dir: string, links: Links, env: Env): Part {
  return {
    name: 'provider simulator',
    async start() {
      say('starting the provider simulator (FCM, web push, SMS, SMTP)');
      const service = await onFreePort(8090, say, (port) =>
        spawnService({
          name: 'simulator',
          entry: entry('loadtests/provider-simulator/main.ts'),
          args: ['--dir', join(dir, 'simulator'), '--http-port', port, '--public-url', env.PUBLIC_URL as string],
          env: { ...process.env },
          ready: { line: 'ready' },
        }),
      );
      const at = service.ready as unknown as SimulatorAddress;
      for (const { settings } of played()) Object.assign(env, settings(at));
      links.simulator = at.http;
      return service;
    },
  };
}

/** Every setting is read once before a service is started, so that a bad one stops the start with one line. */
function settings(env: Env): Part {
  return {
    name: 'settings',
    async start() {
      try {
        readConfig(env);
      } catch (error) {
        if (error instanceof ConfigError) throw new StartError(error.message);
        throw error;
      }
      return nothingToStop();
    },
  };
}

function schema(env: Env): Part {
  return {
    name: 'schema',
    async start() {
      const sql = openPool(env.DATABASE_URL as string, { max: 1 });
      try {
        const applied = await migrate(sql);
        await makePartitionsAhead(sql, new Date());
        if (applied.length > 0) say(`database schema: applied ${applied.join(', ')}`);
      } finally {
        await sql.end();
      }
      return nothingToStop();
    },
  };
}

function service(name: 'api' | 'scheduler' | 'worker', env: Env, links: Links, preferredPort: number): Part {
  const spawn = (port: string) =>
    spawnService({
      name,
      entry: entry(`src/bin/${name}.ts`),
      flags: SERVICE_FLAGS,
      env: { ...env, PORT: port },
      ready: { line: 'ready' },
    });
  return {
    name,
    async start() {
      // The API's port is part of its public URL, and settled before; the others keep the one they once got.
      let port = name === 'api' ? env.PORT : undefined;
      const start = async () => {
        const running = port === undefined ? await onFreePort(preferredPort, () => {}, spawn) : await spawn(port);
        links[name] = running.ready.url as string;
        port = new URL(links[name]).port;
        say(`${name} is up`);
        return running;
      };
      return keptUp(name, start, say);
    },
  };
}

const PORT_TRIES = 5;

/** Starts a process on a free port; another one when somebody takes that port in between. */
async function onFreePort<T>(
  preferred: number,
  tell: (line: string) => void,
  start: (port: string) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const port = await freePort(preferred, tell);
    try {
      return await start(String(port));
    } catch (error) {
      if (tries === PORT_TRIES || !/EADDRINUSE|is taken/.test(String(error))) throw error;
    }
  }
}

function nothingToStop(): Running {
  return { stop: async () => {}, exited: new Promise(() => {}) };
}
