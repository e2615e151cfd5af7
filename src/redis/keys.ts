/** All of BullMQ's keys: one hash tag, so that a Redis Cluster keeps a queue's scripts on one node. */
export const QUEUE_PREFIX = '{dosebell}';
