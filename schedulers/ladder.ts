import { advanceDoses, beginTurns } from '#src/dispatch/advance.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { tellClinicians } from '#src/dispatch/escalate.ts';
import { type Stoppable, startLoop } from './loop.ts';

/**
 * Takes every action that is due: follow-up rungs, window ends, and doses the bucket did not bring (created within the
 * bucket, or Redis away). Returns whether any shard has more.
 */
export async function ladderPass(app: Dispatcher): Promise<boolean> {
  const until = app.clock.now();
  await beginTurns(app);
  let more = false;
  for (let shard = 0; shard < app.config.schedule.shards; shard++) {
    const taken = await advanceDoses(app, { shard, until, states: ['planned', 'open'] });
    more ||= taken > 0;
  }
  await tellClinicians(app);
  return more;
}

/** Walks the ladders. Several may run: doses are locked by one at a time. */
export function startLadder(app: Dispatcher): Stoppable {
  return startLoop(app, { name: 'ladder', everyMs: app.config.schedule.tickMs, pass: () => ladderPass(app) });
}
