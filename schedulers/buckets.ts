import { advanceDoses, beginTurns } from '#src/dispatch/advance.ts';
import { attendDoses } from '#src/dispatch/catch-up.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { closeWorkers, startWorker } from '#src/dispatch/queue-worker.ts';
import { BUCKETS, type BucketJob, enqueueBucket } from '#src/dispatch/queues.ts';
import { openBlocking } from '#src/redis/connection.ts';
import { type Stoppable, startLoop } from './loop.ts';

/** How many buckets ahead have their jobs: a scheduler may be away for one bucket without delaying any. */
const AHEAD = 3;

/**
 * Claims a bucket's doses of one shard, batch by batch, and hands their chunks on, each delayed to its own moment. `after`:
 * only those due later than this.
 */
export async function claimBucket(
  app: Dispatcher,
  { shard, until }: BucketJob,
  after: Date | null = null,
): Promise<void> {
  await beginTurns(app);
  for (;;) {
    const taken = await advanceDoses(app, { shard, until: new Date(until), states: ['planned'], after });
    if (taken === 0) return;
  }
}

/**
 * Makes sure that the coming buckets have their delayed jobs, one per shard. Adding one again changes nothing, so several
 * schedulers may; with Redis away the ladder takes the doses when they are due.
 */
export async function bucketPass(app: Dispatcher): Promise<boolean> {
  const { bucketSeconds, leadSeconds, shards } = app.config.schedule;
  const size = bucketSeconds * 1000;
  const now = app.clock.now().getTime();
  const first = Math.floor((now + leadSeconds * 1000) / size) * size;
  for (let i = 0; i < AHEAD; i++) {
    const start = first + i * size;
    for (let shard = 0; shard < shards; shard++) {
      const delayMs = start - leadSeconds * 1000 - now;
      await enqueueBucket(app.queues, { shard, until: start + size - 1 }, { now, delayMs });
    }
  }
  return false;
}

/** Prepares each bucket's messages a little before its first moment, so that the first dose leaves on time. */
export function startBuckets(app: Dispatcher): Stoppable {
  const { bucketSeconds, tickMs } = app.config.schedule;
  const connection = openBlocking(app.config.redisUrl);
  const worker = startWorker<BucketJob>(app, BUCKETS, {
    connection,
    concurrency: app.config.schedule.shards,
    // A bucket that fails is taken by the ladder. What was missed before this one is not claimed with it.
    work: async (job) => claimBucket(app, job, await attendDoses(app)),
  });
  const everyMs = Math.max(tickMs, (bucketSeconds * 1000) / 2);
  const loop = startLoop(app, { name: 'buckets', everyMs, pass: () => bucketPass(app) });
  return {
    async stop() {
      await loop.stop();
      await closeWorkers([worker], connection);
    },
  };
}
