import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '#loadtests/bench/stage.ts';
import type { SimulatorAddress } from '#loadtests/provider-simulator/simulator.ts';
import type { Running } from '#src/embedded/child.ts';
import { startPostgres } from '#src/embedded/postgres.ts';
import { startRedis } from '#src/embedded/redis.ts';
import { spawnService } from '#src/embedded/service.ts';
import { openBlocking } from '#src/redis/connection.ts';
import type { World } from './fault.ts';
import { openProxy } from './proxy.ts';

/** The servers that all faults of a run share, and what stands in front of them. */
export interface Servers {
  /** As they are, under addresses that outlive a restart. */
  stage: Stage;
  /** As the services reach them. */
  proxies: World['proxies'];
  /** The settings that lead a service through the proxies; `databaseUrl` is the fault's own. */
  addresses(databaseUrl: string): Record<string, string>;
  /** Where patients and providers reach the API, and who stands behind it. */
  api: { url: string; lead(port: number): void };
  pids: World['servers'];
  restartRedis: World['restartRedis'];
  restartPostgres: World['restartPostgres'];
  stop(): Promise<void>;
}

/** Starts PostgreSQL, Redis (both sync to disk, as in production) and the provider simulator in a folder. */
export async function openServers(dir: string): Promise<Servers> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const [postgres, redis, simulator] = await Promise.all([
      openPostgres(dir, stops),
      openRedis(dir, stops),
      openSimulator(dir, stops),
    ]);
    const address = simulator.ready as unknown as SimulatorAddress;
    const open = async (url: string) => {
      const proxy = await openProxy(Number(new URL(url).port));
      stops.push(proxy.close);
      return proxy;
    };
    const api = await open('http://127.0.0.1:9'); // nobody, until an API is up
    const [fcm, sms, smtp] = [await open(address.fcm), await open(address.twilio.baseUrl), await open(address.smtp)];
    return {
      stage: {
        dir,
        postgresUrl: postgres.url,
        redisUrl: redis.url,
        serverPids: [],
        simulator: address,
      },
      proxies: { postgres: postgres.proxy, redis: redis.proxy, fcm, sms, smtp },
      addresses: (databaseUrl) => ({
        DATABASE_URL: through(databaseUrl, postgres.proxy),
        REDIS_URL: through(redis.url, redis.proxy),
        FCM_BASE_URL: through(address.fcm, fcm),
        TWILIO_BASE_URL: through(address.twilio.baseUrl, sms),
        SMTP_URL: through(address.smtp, smtp),
        PUBLIC_URL: `http://127.0.0.1:${api.port}`,
      }),
      api: { url: `http://127.0.0.1:${api.port}`, lead: api.lead },
      pids: {
        get postgresPid() {
          return postgres.pid();
        },
        redisPid: redis.pid,
      },
      restartRedis: redis.restart,
      restartPostgres: postgres.restart,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A URL led through a proxy of this machine. */
function through(url: string, { port }: { port: number }): string {
  const led = new URL(url);
  led.port = String(port);
  return led.href.replace(/\/$/, '');
}

type Stops = (() => Promise<unknown>)[];
type Server = Running & { url: string; pid: number; port: number };

/** A server behind two proxies, one of which stays well: both follow it to its new port when it is started again. */
async function openServer(stops: Stops, start: () => Promise<Server>) {
  let server = await start();
  stops.push(() => server.stop());
  const [straight, proxy] = [await openProxy(server.port), await openProxy(server.port)];
  stops.push(straight.close, proxy.close);
  return {
    url: through(server.url, straight),
    proxy,
    pid: () => server.pid,
    /** Ends it at once, as a power cut would; `prepare` is done while it is away. */
    async restart(signal: 'SIGKILL' | 'SIGQUIT', prepare: () => Promise<void>) {
      process.kill(server.pid, signal);
      await server.exited;
      await prepare();
      server = await start();
      straight.lead(server.port);
      proxy.lead(server.port);
    },
  };
}

async function openPostgres(dir: string, stops: Stops) {
  const start = () => startPostgres({ dir: join(dir, 'postgres'), durable: true, logFile: join(dir, 'postgres.log') });
  const server = await openServer(stops, start);
  return {
    ...server,
    /** SIGQUIT is an immediate shutdown: it recovers from its log when it starts. */
    restart: ({ awayMs = 0 } = {}) => server.restart('SIGQUIT', () => sleep(awayMs)),
  };
}

async function openRedis(dir: string, stops: Stops) {
  const folder = join(dir, 'redis');
  let url: string | undefined;
  /** Each start makes a password; that of the first stays, or nobody would get in after a restart. */
  const start = async () => {
    const server = await startRedis({ dir: folder, durable: true, logFile: join(dir, 'redis.log') });
    url ??= server.url;
    const redis = openBlocking(server.url);
    await redis.config('SET', 'requirepass', new URL(url).password);
    redis.disconnect();
    return server;
  };
  const server = await openServer(stops, start);
  return {
    ...server,
    restart: ({ flushed = false, awayMs = 0 } = {}) =>
      server.restart('SIGKILL', async () => {
        await sleep(awayMs);
        if (flushed) rmSync(join(folder, 'appendonlydir'), { recursive: true });
      }),
  };
}

async function openSimulator(dir: string, stops: Stops) {
  const simulator = await spawnService({
    name: 'provider simulator',
    entry: join(import.meta.dirname, '../../loadtests/provider-simulator/main.ts'),
    args: ['--dir', dir],
    env: { PATH: process.env.PATH },
    ready: { line: 'ready' },
    logFile: join(dir, 'simulator.log'),
  });
  stops.push(simulator.stop);
  return simulator;
}
