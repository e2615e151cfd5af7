import { Worker } from 'bullmq';
import { openBlocking } from '../redis/connection.ts';
import { deliverChunk } from './deliver.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type ChunkJob, closeWorkers, WORKER_OPTIONS } from './queues.ts';

/** Chunks sent at once per channel and process: each holds up to 100 messages on kept-open connections. */
const CONCURRENCY = 4;

/** One BullMQ worker per channel. `stop` lets the chunks in hand finish. */
export function startWorkers(app: Dispatcher): { stop(): Promise<void> } {
  const connection = openBlocking(app.config.redisUrl);
  const inHand = new Set<Promise<boolean>>();
  const deliver = (chunkId: string) => {
    const delivery = deliverChunk(app, chunkId);
    inHand.add(delivery);
    return delivery.finally(() => inHand.delete(delivery));
  };
  const workers = [...app.channels.keys()].map((channel) => {
    const worker = new Worker<ChunkJob>(channel, (job) => deliver(job.data.chunkId), {
      connection,
      ...WORKER_OPTIONS,
      concurrency: CONCURRENCY,
    });
    worker.on('error', () => {}); // reconnecting is ioredis's work; the rescue sends what no job brings
    worker.on('failed', (_job, error) =>
      app.log.error({ queue: channel, reason: error.message }, 'chunk job failed: the rescue takes over'),
    );
    return worker;
  });
  return {
    async stop() {
      await closeWorkers(workers, connection);
      await Promise.allSettled(inHand);
    },
  };
}
