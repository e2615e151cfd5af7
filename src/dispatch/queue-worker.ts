import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { App } from '../app.ts';
import { QUEUE_PREFIX } from '../redis/keys.ts';

/**
 * How a worker holds its jobs. A job that stalls is tried again after seconds, not half a minute, and up to five times: its
 * row decides whether there is anything left to do (taskforcesh/bullmq#651). Never `skipVersionCheck`: not knowing the
 * server's version, BullMQ waits in whole seconds and delayed jobs come up to a second late (measured: 0.9 s against 0.02–0.1 s).
 */
const OPTIONS = {
  prefix: QUEUE_PREFIX,
  lockDuration: 5_000,
  stalledInterval: 2_000,
  maxStalledCount: 5,
  drainDelay: 1,
  maximumRateLimitDelay: 1_000,
} as const;

/**
 * A worker of one queue, with `concurrency` places for jobs; `work` may leave its place before it is over. A failure is told in our log only, and the job ends all the same: BullMQ would write the error's
 * words into Redis, and what is left to do stands in the rows, not in the job.
 */
export function startWorker<Job>(
  app: App,
  queue: string,
  options: { connection: Redis; concurrency: number; work: (job: Job, leave: () => void) => Promise<unknown> },
): Worker<Job> {
  const { connection, concurrency, work } = options;
  const failed = ({ message, stack }: Error) =>
    app.log.error({ queue, err: { message, stack } }, 'job failed: the rows say what is left');
  const process = ({ data }: { data: Job }) =>
    new Promise<void>((leave) => {
      void work(data, leave)
        .catch(failed)
        .then(() => leave());
    });
  const worker = new Worker<Job>(queue, process, { connection, ...OPTIONS, concurrency });
  worker.on('error', () => {}); // reconnecting is ioredis's work; what no job brings is found by the loops
  return worker;
}

/** Lets the jobs in hand finish; once Redis is away it does not wait for them, since BullMQ would first wait for Redis. */
export async function closeWorkers(workers: Worker[], connection: Redis): Promise<void> {
  const isAway = connection.status !== 'ready';
  const leaves = new Promise((resolve) => connection.once('close', resolve));
  await Promise.race([Promise.all(workers.map((worker) => worker.close(isAway))), leaves]);
  connection.disconnect();
}
