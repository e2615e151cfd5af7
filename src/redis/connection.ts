import { Redis } from 'ioredis';

/** Reconnects forever, at most 2 s apart, with jitter so that a fleet does not come back in step. */
const retryStrategy = (times: number): number => Math.min(2000, times * 100) * (0.5 + Math.random() / 2);

/** For BullMQ workers: blocking calls wait for Redis to come back (`maxRetriesPerRequest: null` is BullMQ's rule). */
export function openBlocking(url: string): Redis {
  return quiet(new Redis(url, { maxRetriesPerRequest: null, retryStrategy }));
}

/** For adding jobs: fails at once while Redis is away, because the row in PostgreSQL is found by the rescue anyway. */
export function openFailingFast(url: string): Redis {
  return quiet(new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false, retryStrategy }));
}

/** An ioredis client without a listener prints every failed reconnect; the health check and the metrics tell it better. */
function quiet(client: Redis): Redis {
  client.on('error', () => {});
  return client;
}
