import type { Redis } from 'ioredis';
import type { Fault, World } from './fault.ts';
import { onTime, untilDue } from './moments.ts';
import { askRedis, jobsIn } from './redis.ts';

/** Pending work is enqueued again, and jobs are taken again, within so many seconds. */
const RECOVERS_WITHIN = 20;
/** What a lost connection left active is over after so many seconds. */
const STALLED_SECONDS = 25;
/** After `due`, in the middle of the rush. */
const MID_RUSH_MS = 300;
/** How long a fault lasts unless it says otherwise. */
const LASTS_MS = 6000;
/** Doses that patients answer while Redis is away, and how long one answer may take. */
const ANSWERED = 20;
const ANSWER_MS = 2000;

const ask = <T>({ redisUrl }: World, question: (redis: Redis) => Promise<T>) => askRedis(redisUrl, question);

/**
 * No process was started again, and yet every job is taken. One whose end could not be told is found by its lock (10 s) and two
 * looks (5 s each), and finds nothing to do.
 */
async function consumesAgain(world: World): Promise<void> {
  const none = async (...kinds: Parameters<typeof jobsIn>[1]) => (await jobsIn(world.redisUrl, kinds)) === 0;
  await world.until('no job waits', () => none('wait', 'prioritized', 'delayed'), RECOVERS_WITHIN);
  await world.until('no job is held', () => none('wait', 'prioritized', 'delayed', 'active'), STALLED_SECONDS);
}

/** Patients answer as if nothing were: each answer is taken at the first tap. */
async function answersAreTaken(world: World): Promise<void> {
  const doses = await world.sql<
    { id: string }[]
  >`SELECT id FROM doses WHERE state = 'open' ORDER BY id LIMIT ${ANSWERED}`;
  await Promise.all(
    doses.map(async ({ id }) => {
      const tappedAt = performance.now();
      const status = await world.answer(id);
      const tookMs = Math.round(performance.now() - tappedAt);
      if (status !== 200 || tookMs > ANSWER_MS) throw new Error(`an answer was told ${status} after ${tookMs} ms`);
    }),
  );
}

function redisFault(name: string, inject: Fault['inject'], more: Partial<Fault> = {}): Fault {
  return {
    name,
    part: 'redis',
    doses: 2000,
    recoversWithin: RECOVERS_WITHIN,
    inject,
    async check(world) {
      await consumesAgain(world);
      await onTime(world);
    },
    ...more,
  };
}

/** Redis goes wrong in mid-rush, patients answer meanwhile, and it is well again. */
function duringRush(
  name: string,
  begin: (world: World) => unknown,
  end: (world: World) => unknown,
  lastsMs = LASTS_MS,
): Fault {
  return redisFault(name, async (world) => {
    await untilDue(world, MID_RUSH_MS);
    await begin(world);
    await world.sleep(lastsMs / 2);
    await answersAreTaken(world);
    await world.sleep(lastsMs / 2);
    await end(world);
  });
}

const heal = (world: World) => world.proxies.redis.heal();

/** The queue store is emptied, restarted, lost, turned, filled up and cut off. */
export const redisFaults: Fault[] = [
  redisFault(
    'FLUSHALL in mid-rush',
    async (world) => {
      await untilDue(world, MID_RUSH_MS);
      await ask(world, (redis) => redis.flushall());
    },
    { inTests: true },
  ),
  redisFault('FLUSHALL before the rush, everything pending', async (world) => {
    await untilDue(world, -300);
    await ask(world, (redis) => redis.flushall());
  }),
  redisFault('FLUSHALL, five times', async (world) => {
    for (let i = 0; i < 5; i++) {
      await untilDue(world, -500 + i * 400);
      await ask(world, (redis) => redis.flushall());
    }
  }),
  redisFault('Redis is restarted with its data', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    await world.restartRedis();
  }),
  redisFault('Redis is restarted without its data', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    await world.restartRedis({ flushed: true });
  }),
  redisFault('Redis is lost for a minute', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    const answered = world.sleep(LASTS_MS).then(() => answersAreTaken(world));
    await Promise.all([world.restartRedis({ awayMs: 60_000 }), answered]);
  }),
  duringRush(
    'failover: Redis is a replica for a while (READONLY)',
    (world) => ask(world, (redis) => redis.replicaof('127.0.0.1', 1)),
    (world) => ask(world, (redis) => redis.replicaof('NO', 'ONE')),
  ),
  duringRush(
    'Redis is out of memory',
    (world) =>
      ask(world, async (redis) => {
        await redis.config('SET', 'maxmemory-policy', 'noeviction');
        await redis.config('SET', 'maxmemory', '1mb');
      }),
    (world) => ask(world, (redis) => redis.config('SET', 'maxmemory', '0')),
  ),
  duringRush('Redis cannot be reached', (world) => world.proxies.redis.down(), heal),
  duringRush('Redis does not answer (half-open)', (world) => world.proxies.redis.halfOpen(), heal, 20_000),
  duringRush('Redis takes 300 ms for everything', (world) => world.proxies.redis.latency(300), heal),
  redisFault('connections to Redis are reset, five times', async (world) => {
    for (let i = 0; i < 5; i++) {
      await untilDue(world, i * 300);
      world.proxies.redis.reset();
    }
  }),
];
