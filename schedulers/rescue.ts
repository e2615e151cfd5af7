import { plusSeconds } from '#src/clock.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { enqueueChunks, laneName, wakeChunks } from '#src/dispatch/queues.ts';
import { reconcile } from '#src/dispatch/reconcile.ts';
import { abandonChunks, type Chunk, overdueChunks } from '#src/store/chunks.ts';
import { type Stoppable, startLoop } from './loop.ts';

/** A ready chunk this late may have lost its job (Redis flushed, restarted or away). In seconds. */
const GRACE_SECONDS = 2;
/** Chunks looked at in one pass, of each lane. */
const BATCH = 1000;
const PASS_MS = 5000;
/** Chunks sent at once per lane while Redis is away: as many as a worker has in hand. */
const LANE_WIDTH = 4;

/**
 * Whatever is due and held by nobody: chunks whose job was lost or sleeps get to a worker, and are sent from here while
 * Redis is away; chunks whose worker died are closed and their messages become `unknown`.
 */
export async function rescueChunks(app: Dispatcher, stopping?: AbortSignal): Promise<boolean> {
  const now = app.clock.now();
  const checkAt = plusSeconds(now, app.config.schedule.settleSeconds);
  const repeatable = [...app.channels]
    .filter(([, senders]) => senders.every((one) => one.idempotent))
    .map(([name]) => name);
  const lost = await abandonChunks(app.sql, { now, checkAt, repeatable });
  app.metrics.rescued.inc({ what: 'worker_lost' }, lost);
  const overdue = await overdueChunks(app.sql, plusSeconds(now, -GRACE_SECONDS), BATCH);
  const rescued = overdue.length === 0 ? 0 : await bringToProvider(app, overdue, stopping);
  app.metrics.rescued.inc({ what: 'job_lost' }, rescued);
  return rescued > 0;
}

/** Chunks that only wait for their turn have their job, and are left alone. */
async function bringToProvider(app: Dispatcher, overdue: Chunk[], stopping?: AbortSignal): Promise<number> {
  const strayed = await app.queues.strayed(overdue).catch(() => null);
  if (strayed === null) return sendWithoutRedis(app, overdue, stopping);
  return (await wakeChunks(app, strayed.asleep)) + (await enqueueChunks(app, strayed.jobless));
}

/**
 * Each lane in its order, and none for long: what became ready meanwhile, critical doses first, is seen by the next pass, and
 * whether Redis is back.
 */
async function sendWithoutRedis(app: Dispatcher, overdue: Chunk[], stopping?: AbortSignal): Promise<number> {
  let sent = 0;
  const pause = AbortSignal.timeout(PASS_MS);
  const signal = stopping === undefined ? pause : AbortSignal.any([stopping, pause]);
  const lanes = [...Map.groupBy(overdue, laneName).values()].map((lane) => lane.values());
  const work = async (lane: Iterator<Chunk> & Iterable<Chunk>) => {
    for (const chunk of lane) {
      const isSent = await deliverChunk(app, chunk, { stopping: signal }).catch((error: Error) => {
        app.log.error({ chunk: chunk.id, reason: error.message }, 'chunk failed: the rows say what is left');
        return false;
      });
      if (isSent) sent += 1;
    }
  };
  await Promise.all(lanes.flatMap((lane) => Array.from({ length: LANE_WIDTH }, () => work(lane))));
  return sent;
}

/**
 * Runs beside every worker: chunks and unknown messages are taken by one at a time. A loop each, since a provider may take its
 * time to say what became of a message.
 */
export function startRescue(app: Dispatcher): Stoppable {
  const stopping = new AbortController();
  const everyMs = app.config.schedule.tickMs;
  const loops = [
    startLoop(app, { name: 'rescue', everyMs, pass: () => rescueChunks(app, stopping.signal) }),
    startLoop(app, { name: 'reconcile', everyMs, pass: async () => (await reconcile(app)) > 0 }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
