import { setTimeout as sleep } from 'node:timers/promises';
import { failpoint } from '../failpoints.ts';
import { openBlocking } from '../redis/connection.ts';
import { deliverChunk, type Told } from './deliver.ts';
import type { Dispatcher } from './dispatcher.ts';
import { closeWorkers, startWorker } from './queue-worker.ts';
import { type ChunkJob, EARLY_MS, enqueueChunks, LANES, type Lane, laneName } from './queues.ts';

/**
 * Places for chunks per lane and process: one on the wire of each sender, and these, being read meanwhile. A chunk that is
 * mostly answered has left its place. What has one is what a newcomer waits for, so there are no more.
 */
const OFF_THE_WIRE = 2;

/** A job comes this much before its moment at most, unless a worker's machine is ahead in time. */
const EARLIEST_MS = 1000;

/** One BullMQ worker per lane. `stop` lets the chunks that are being sent finish; those that wait stay in their rows. */
export function startWorkers(app: Dispatcher): { stop(): Promise<void> } {
  const connection = openBlocking(app.config.redisUrl);
  const stopping = new AbortController();
  const inHand = new Set<Promise<unknown>>();
  const work = (lane: Lane) => (job: ChunkJob, leave: () => void) => {
    const told = { stopping: stopping.signal, mostlyAnswered: leave };
    const delivery = deliverAtItsMoment(app, lane, job, told);
    inHand.add(delivery);
    return delivery.finally(() => inHand.delete(delivery));
  };
  const workers = LANES.flatMap((lane) => {
    const senders = app.channels.get(lane.channel);
    if (senders === undefined) return [];
    return startWorker(app, laneName(lane), {
      connection,
      concurrency: senders.length + OFF_THE_WIRE,
      work: work(lane),
    });
  });
  return {
    async stop() {
      stopping.abort();
      await closeWorkers(workers, connection);
      await Promise.allSettled(inHand);
    },
  };
}

/** A job that came far too early holds no place among those in hand: it is added again at its moment. */
async function deliverAtItsMoment(app: Dispatcher, lane: Lane, job: ChunkJob, told: Told): Promise<void> {
  const signal = told.stopping;
  const { chunkId: id, size, turn, at, until } = job;
  const chunk = { ...lane, id, size, turn, readyAt: new Date(at), expiresAt: new Date(until) };
  const early = at - app.clock.now().getTime();
  if (early > EARLIEST_MS) {
    void sleep(early - EARLY_MS, chunk, { signal, ref: false }).then(
      (again) => enqueueChunks(app, [again]),
      () => {},
    );
    return;
  }
  if (early > 0) await sleep(early, undefined, { signal }).catch(() => {});
  if (signal.aborted) return;
  await deliverChunk(app, chunk, told);
  failpoint('complete');
}
