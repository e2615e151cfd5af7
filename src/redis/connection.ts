import { Redis } from 'ioredis';

/** Reconnects forever, at most 2 s apart, with jitter so that a fleet does not come back in step. */
const retryStrategy = (times: number): number => Math.min(2000, times * 100) * (0.5 + Math.random() / 2);

/** What answers "read only" is a primary no longer: its name may lead elsewhere by now. */
const reconnectOnError = ({ message }: Error): boolean => message.includes('READONLY');

/** BullMQ's longest blocking call takes 10 s. A connection on which nothing comes for longer is dead, whatever TCP says. */
const BLOCKING_SILENCE_MS = 12_000;

/** For BullMQ workers: blocking calls wait for Redis to come back (`maxRetriesPerRequest: null` is BullMQ's rule). */
export function openBlocking(url: string): Redis {
  const options = { maxRetriesPerRequest: null, socketTimeout: BLOCKING_SILENCE_MS };
  return quiet(new Redis(url, { ...options, retryStrategy, reconnectOnError }));
}

/**
 * A Redis that accepts commands and answers none counts as away after this long: its connection is dropped, so that one call
 * waits and not each.
 */
const COMMAND_TIMEOUT_MS = 2000;

/** For adding jobs, limits and health: fails at once while Redis is away, because every caller can go on without it. */
export function openFailingFast(url: string): Redis {
  const silence = { commandTimeout: COMMAND_TIMEOUT_MS, socketTimeout: COMMAND_TIMEOUT_MS };
  const options = { maxRetriesPerRequest: 0, enableOfflineQueue: false, ...silence };
  return quiet(new Redis(url, { ...options, retryStrategy, reconnectOnError }));
}

/** An ioredis client without a listener prints every failed reconnect; the health check and the metrics tell it better. */
function quiet(client: Redis): Redis {
  client.on('error', () => {});
  return client;
}
