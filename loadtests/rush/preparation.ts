import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '#loadtests/bench/stage.ts';
import type { App } from '#src/app.ts';
import { openBlocking } from '#src/redis/connection.ts';

const LOOK_MS = 200;

/** What it took to have every dose's message wait for its moment. */
export interface Preparation {
  redisBytesPerDose: number;
  /** From the last look that saw no chunk to the first that saw all; by the meter, null where it reads nothing. */
  cpuSeconds: number | null;
  seconds: number;
}

/**
 * Waits until the messages of `count` doses due at `due` wait in chunks, at the latest until `until`. `meter` tells the CPU
 * seconds used so far. Throws when nothing was prepared.
 */
export async function prepared(
  app: App,
  meter: () => number | null,
  { count, due, until }: { count: number; due: Date; until: Date },
): Promise<Preparation> {
  const look = () => ({ cpu: meter(), at: Date.now() });
  let before = look();
  let doses = await dosesInChunks(app, due);
  while (doses < count && app.clock.now() < until) {
    if (doses === 0) before = look();
    await sleep(LOOK_MS);
    doses = await dosesInChunks(app, due);
  }
  const after = look();
  if (doses < count) say(`only ${doses} of ${count} doses were prepared in time: the machine is too busy`);
  if (doses === 0) throw new Error('no dose was prepared before it was due');
  return {
    redisBytesPerDose: (await settledRedisBytes(app.config.redisUrl)) / doses,
    cpuSeconds: after.cpu === null || before.cpu === null ? null : after.cpu - before.cpu,
    seconds: (after.at - before.at) / 1000,
  };
}

async function dosesInChunks(app: App, due: Date): Promise<number> {
  const [row] = await app.sql<{ n: number }[]>`
    SELECT coalesce(sum(size), 0)::int AS n FROM chunks WHERE state = 'queued' AND ready_at >= ${due}`;
  return row?.n ?? 0;
}

/** The bytes of all keys in Redis once they stay the same: a chunk's job comes after its row. */
async function settledRedisBytes(redisUrl: string): Promise<number> {
  for (let last = await redisBytes(redisUrl); ; ) {
    await sleep(LOOK_MS);
    const bytes = await redisBytes(redisUrl);
    if (bytes === last) return bytes;
    last = bytes;
  }
}

async function redisBytes(redisUrl: string): Promise<number> {
  const redis = openBlocking(redisUrl);
  let bytes = 0;
  for await (const keys of redis.scanStream({ count: 1000 })) {
    const sizes = await Promise.all((keys as string[]).map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    bytes += sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }
  redis.disconnect();
  return bytes;
}
