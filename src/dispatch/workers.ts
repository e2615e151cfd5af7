import { openBlocking } from '../redis/connection.ts';
import { deliverChunk } from './deliver.ts';
import type { Dispatcher } from './dispatcher.ts';
import { closeWorkers, startWorker } from './queue-worker.ts';
import type { ChunkJob } from './queues.ts';

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
  const work = ({ chunkId }: ChunkJob) => deliver(chunkId);
  const workers = [...app.channels.keys()].map((channel) =>
    startWorker(app, channel, { connection, concurrency: CONCURRENCY, work }),
  );
  return {
    async stop() {
      await closeWorkers(workers, connection);
      await Promise.allSettled(inHand);
    },
  };
}
