import { Redis } from 'ioredis';
import { LANES, laneName } from '#src/dispatch/queues.ts';
import { QUEUE_PREFIX } from '#src/redis/keys.ts';

/** Asks the Redis at `url` itself, past any proxy. */
export async function askRedis<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

type JobKind = 'wait' | 'active' | 'prioritized' | 'delayed';

/** How many jobs there are in the lanes, of these kinds. */
export function jobsIn(url: string, kinds: readonly JobKind[]): Promise<number> {
  return askRedis(url, async (redis) => {
    const counts = await Promise.all(
      LANES.flatMap((lane) =>
        kinds.map((kind) => {
          const key = `${QUEUE_PREFIX}:${laneName(lane)}:${kind}`;
          return kind === 'wait' || kind === 'active' ? redis.llen(key) : redis.zcard(key);
        }),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  });
}
