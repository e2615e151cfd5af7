import { plusSeconds } from '#src/clock.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { enqueueChunks, laneName } from '#src/dispatch/queues.ts';
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
 * Whatever is due and held by nobody: chunks whose job was lost get it again, and are sent from here while Redis is away;
 * chunks whose worker died are closed and their messages become `unknown`; unknown messages are found out about.
 */
export async function rescuePass(app: Dispatcher, stopping?: AbortSignal): Promise<boolean> {
  const now = app.clock.now();
  const checkAt = plusSeconds(now, app.config.schedule.settleSeconds);
  const lost = await abandonChunks(app.sql, now, checkAt);
  app.metrics.rescued.inc({ what: 'worker_lost' }, lost);
  const overdue = await overdueChunks(app.sql, plusSeconds(now, -GRACE_SECONDS), BATCH);
  const rescued = overdue.length === 0 ? 0 : await bringToProvider(app, overdue, stopping);
  app.metrics.rescued.inc({ what: 'job_lost' }, rescued);
  const looked = await reconcile(app);
  return rescued > 0 || looked > 0;
}

/** Chunks that only wait for their turn have their job, and are left alone. */
async function bringToProvider(app: Dispatcher, overdue: Chunk[], stopping?: AbortSignal): Promise<number> {
  const jobless = await app.queues.withoutJob(overdue).catch(() => null);
  if (jobless === null) return sendWithoutRedis(app, overdue, stopping);
  return enqueueChunks(app, jobless);
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
      const isSent = await deliverChunk(app, chunk, signal).catch((error: Error) => {
        app.log.error({ chunk: chunk.id, reason: error.message }, 'chunk failed: the rows say what is left');
        return false;
      });
      if (isSent) sent += 1;
    }
  };
  await Promise.all(lanes.flatMap((lane) => Array.from({ length: LANE_WIDTH }, () => work(lane))));
  return sent;
}

/** Runs beside every worker: chunks and unknown messages are taken by one at a time. */
export function startRescue(app: Dispatcher): Stoppable {
  const stopping = new AbortController();
  const pass = () => rescuePass(app, stopping.signal);
  const loop = startLoop(app, { name: 'rescue', everyMs: app.config.schedule.tickMs, pass });
  return {
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}
