import { plusSeconds } from '#src/clock.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { reconcile } from '#src/dispatch/reconcile.ts';
import { abandonChunks, overdueChunks } from '#src/store/chunks.ts';
import { type Stoppable, startLoop } from './loop.ts';

/** A ready chunk this late has lost its job (Redis flushed, restarted or away). In seconds. */
const GRACE_SECONDS = 2;
const BATCH = 20;

/**
 * Whatever is due and held by nobody: chunks whose job was lost are sent from here (so reminders leave with Redis down),
 * chunks whose worker died are closed and their messages become `unknown`, unknown messages are found out about.
 */
export async function rescuePass(app: Dispatcher): Promise<boolean> {
  const now = app.clock.now();
  const checkAt = plusSeconds(now, app.config.schedule.settleSeconds);
  const lost = await abandonChunks(app.sql, now, checkAt);
  app.metrics.rescued.inc({ what: 'worker_lost' }, lost);
  let sent = 0;
  for (const id of await overdueChunks(app.sql, plusSeconds(now, -GRACE_SECONDS), BATCH)) {
    if (await deliverChunk(app, id)) sent += 1;
  }
  app.metrics.rescued.inc({ what: 'job_lost' }, sent);
  const looked = await reconcile(app);
  return sent > 0 || looked > 0;
}

/** Runs beside every worker: chunks and unknown messages are taken by one at a time. */
export function startRescue(app: Dispatcher): Stoppable {
  return startLoop(app, { name: 'rescue', everyMs: app.config.schedule.tickMs, pass: () => rescuePass(app) });
}
