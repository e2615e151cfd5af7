/** All of BullMQ's keys: one hash tag, so that a Redis Cluster keeps a queue's scripts on one node. */
export const QUEUE_PREFIX = '{dosebell}';

/** Written to see whether Redis takes writes. */
export const PULSE = '{dosebell}:pulse';

/** BullMQ's: a job of a queue, and the queue's jobs that wait for their moment. */
export const jobKey = (queue: string, id: string): string => `${QUEUE_PREFIX}:${queue}:${id}`;
export const delayedKey = (queue: string): string => `${QUEUE_PREFIX}:${queue}:delayed`;

/** The circuit breaker of a sender's account. */
export const healthKey = (account: string): string => `${QUEUE_PREFIX}:health:${inKey(account)}`;

/** The rate limit of a sender's account. */
export const rateKey = (account: string): string => `${QUEUE_PREFIX}:rate:${inKey(account)}`;

/** An account without what would move a key's hash tag, and of bounded length; two alike share a key, and are only slower. */
function inKey(account: string): string {
  return account.replace(/[^\w+@.:-]/g, '_').slice(0, 200);
}
