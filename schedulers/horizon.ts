import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { HORIZON_HOURS, planRows } from '#src/dispatch/plan.ts';
import { replanMoved } from '#src/dispatch/replan.ts';
import { claimToPlan } from '#src/store/horizon.ts';
import { transaction } from '#src/store/transaction.ts';
import { type Stoppable, startLoop } from './loop.ts';

const BATCH = 500;
/** A prescription is planned again once its horizon is this much shorter than it should be. */
const STEP_HOURS = 1;

/** Two batches at once: while PostgreSQL writes the one, the other is read and expanded. */
const LANES = 2;

/** Plans some prescriptions whose horizon has come closer. Returns whether there may be more. */
export async function horizonPass(app: App): Promise<boolean> {
  const full = await Promise.all(Array.from({ length: LANES }, () => planBatch(app)));
  return full.includes(true);
}

/** Plans one batch in a transaction of its own. Returns whether the batch was full. */
async function planBatch(app: App): Promise<boolean> {
  const before = plusSeconds(app.clock.now(), (HORIZON_HOURS - STEP_HOURS) * 3600);
  return transaction(app.sql, async (tx) => {
    const rows = await claimToPlan(tx, before, BATCH);
    await planRows(app, tx, rows);
    return rows.length === BATCH;
  });
}

/**
 * Keeps every active prescription expanded 48 h ahead, by the tz database of this process: at its start and every hour it
 * looks for doses that another version has planned. Several may run: each batch is locked by one.
 */
export function startHorizon(app: App): Stoppable {
  let nextLook = app.clock.now();
  const pass = async () => {
    if (await horizonPass(app)) return true;
    if (app.clock.now() < nextLook) return false;
    const more = await replanMoved(app);
    if (!more) nextLook = plusSeconds(app.clock.now(), 3600);
    return more;
  };
  return startLoop(app, { name: 'horizon', everyMs: app.config.schedule.tickMs * 10, pass });
}
