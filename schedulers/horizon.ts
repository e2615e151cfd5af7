import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { HORIZON_HOURS, planDoses } from '#src/dispatch/plan.ts';
import { claimToPlan } from '#src/store/horizon.ts';
import { type Stoppable, startLoop } from './loop.ts';

const BATCH = 500;
/** A prescription is planned again once its horizon is this much shorter than it should be. */
const STEP_HOURS = 1;

/** Plans one batch of prescriptions whose horizon has come closer. Returns whether there may be more. */
export async function horizonPass(app: App): Promise<boolean> {
  const before = plusSeconds(app.clock.now(), (HORIZON_HOURS - STEP_HOURS) * 3600);
  return app.sql.begin(async (tx) => {
    const ids = await claimToPlan(tx, before, BATCH);
    if (ids.length > 0) await planDoses(app, tx, ids);
    return ids.length === BATCH;
  });
}

/** Keeps every active prescription expanded 48 h ahead. Several may run: each batch is locked by one. */
export function startHorizon(app: App): Stoppable {
  return startLoop(app, { name: 'horizon', everyMs: app.config.schedule.tickMs * 10, pass: () => horizonPass(app) });
}
