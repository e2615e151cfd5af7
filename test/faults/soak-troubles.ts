import type { FaultOrder } from '#loadtests/provider-simulator/faults.ts';
import type { ServiceName, World } from './fault.ts';
import { askRedis } from './redis.ts';

/** Something that goes wrong for `ms` under a constant load, and is well again when it returns. */
interface Trouble {
  name: string;
  run(world: World, ms: number): Promise<void>;
}

const LINES = ['postgres', 'redis', 'fcm', 'sms', 'smtp'] as const;

const onLine = (line: (typeof LINES)[number], what: string, set: (world: World) => void): Trouble => ({
  name: `${line}: ${what}`,
  async run(world, ms) {
    set(world);
    await world.sleep(ms);
    world.proxies[line].heal();
  },
});

const ofProvider = (order: FaultOrder): Trouble => ({
  name: `${order.provider}: ${order.kind}`,
  async run(world, ms) {
    await world.simulator.order(order);
    await world.sleep(ms);
    await world.simulator.clear();
  },
});

/** The newest of a kind: the first of each is never touched, and shows whether memory grows. */
const newest = (world: World, name: ServiceName) => world.services(name).at(-1);

const killed = (name: ServiceName): Trouble => ({
  name: `${name}: kill -9`,
  async run(world, ms) {
    const victim = newest(world, name);
    victim?.kill('SIGKILL');
    await victim?.ended;
    await world.sleep(ms);
    await world.start(name);
  },
});

const stopped = (name: ServiceName): Trouble => ({
  name: `${name}: SIGSTOP`,
  async run(world, ms) {
    const victim = newest(world, name);
    victim?.kill('SIGSTOP');
    await world.sleep(2 * ms);
    victim?.kill('SIGCONT');
  },
});

/** Everything that a soak draws from. */
export const TROUBLES: readonly Trouble[] = [
  ...LINES.flatMap((line) => [
    onLine(line, 'down', ({ proxies }) => proxies[line].down()),
    onLine(line, 'reset', ({ proxies }) => proxies[line].reset()),
    onLine(line, 'half-open', ({ proxies }) => proxies[line].halfOpen()),
    onLine(line, 'latency', ({ proxies }) => proxies[line].latency(100)),
    onLine(line, 'a thin line', ({ proxies }) => proxies[line].bandwidth(100_000)),
  ]),
  ofProvider({ provider: 'fcm', kind: 'server_error', probability: 0.5 }),
  ofProvider({ provider: 'twilio', kind: 'server_error', probability: 0.5 }),
  ofProvider({ provider: 'smtp', kind: 'smtp_4xx', probability: 0.5 }),
  ofProvider({ provider: 'fcm', kind: 'timeout_after_accept', probability: 0.2 }),
  ofProvider({ provider: 'twilio', kind: 'timeout_after_accept', probability: 0.2 }),
  ofProvider({ provider: 'smtp', kind: 'timeout_after_accept', probability: 0.2 }),
  ofProvider({ provider: 'twilio', kind: 'rate_limited', probability: 0.5 }),
  ofProvider({ provider: 'twilio', kind: 'duplicate_callbacks' }),
  ofProvider({ provider: 'twilio', kind: 'reordered_callbacks' }),
  killed('worker'),
  killed('scheduler'),
  stopped('worker'),
  stopped('scheduler'),
  {
    name: 'redis: FLUSHALL',
    run: async ({ redisUrl }) => void (await askRedis(redisUrl, (redis) => redis.flushall())),
  },
  { name: 'redis: restart', run: (world, ms) => world.restartRedis({ awayMs: ms }) },
  { name: 'redis: restart without its data', run: (world, ms) => world.restartRedis({ awayMs: ms, flushed: true }) },
  { name: 'postgres: restart', run: (world, ms) => world.restartPostgres({ awayMs: ms }) },
];
