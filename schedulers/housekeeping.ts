import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { makePartitionsAhead, prune, pruneCallbacks, rehomeDoses } from '#src/store/housekeeping.ts';
import { type Stoppable, startLoop } from './loop.ts';

const HOUR = 3600;
/** Idempotency keys and finished chunks are kept this long, in seconds. */
const KEEP_SECONDS = 24 * HOUR;
/** Callbacks can be looked up and replayed for this long. */
const KEEP_CALLBACKS_SECONDS = 30 * 24 * HOUR;

/** Makes next months' partitions, re-homes doses of shards that are gone, and removes what nobody needs any more, a bounded number of rows at a time. */
export async function housekeepingPass(app: App): Promise<boolean> {
  const now = app.clock.now();
  await makePartitionsAhead(app.sql, now);
  const moving = await rehomeDoses(app.sql, app.config.schedule.shards);
  const pruning = await prune(app.sql, plusSeconds(now, -KEEP_SECONDS));
  const forgetting = await pruneCallbacks(app.sql, plusSeconds(now, -KEEP_CALLBACKS_SECONDS));
  return moving || pruning || forgetting;
}

export function startHousekeeping(app: App): Stoppable {
  return startLoop(app, { name: 'housekeeping', everyMs: HOUR * 1000, pass: () => housekeepingPass(app) });
}
