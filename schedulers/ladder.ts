import { advanceDoses, beginTurns } from '#src/dispatch/advance.ts';
import { attendDoses, catchUpPass } from '#src/dispatch/catch-up.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { tellClinicians } from '#src/dispatch/escalate.ts';
import { tendDeadLetters } from '#src/dispatch/quarantine.ts';
import { type Stoppable, startLoop } from './loop.ts';

/**
 * Takes every action that is due: follow-up rungs, window ends, and doses the bucket did not bring (created within the
 * bucket, or Redis away). `after`: only actions due later than this. Returns whether any shard has more.
 */
export async function ladderPass(app: Dispatcher, after: Date | null = null): Promise<boolean> {
  const until = app.clock.now();
  await tendDeadLetters(app); // before they are claimed: their windows end without a look at them
  await beginTurns(app);
  let more = false;
  for (let shard = 0; shard < app.config.schedule.shards; shard++) {
    const taken = await advanceDoses(app, { shard, until, states: ['planned', 'open'], after });
    more ||= taken > 0;
  }
  await tellClinicians(app);
  return more;
}

/** As `ladderPass`; what was missed while nobody looked is caught up on besides. */
export async function attendedPass(app: Dispatcher): Promise<boolean> {
  const missed = await attendDoses(app);
  const more = await ladderPass(app, missed);
  return (missed !== null && (await catchUpPass(app, missed))) || more;
}

/** Walks the ladders. Several may run: doses are locked by one at a time. */
export function startLadder(app: Dispatcher): Stoppable {
  return startLoop(app, { name: 'ladder', everyMs: app.config.schedule.tickMs, pass: () => attendedPass(app) });
}
