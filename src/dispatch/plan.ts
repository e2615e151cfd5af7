import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { uuidv7 } from '../domain/ids.ts';
import { expand, hasMoreAfter, type Occurrence } from '../regimen/expand.ts';
import { TZ_VERSION } from '../regimen/local-time.ts';
import { type DosePlan, insertDoses } from '../store/doses.ts';
import { movePlannedTo, readToPlan, type ToPlan } from '../store/horizon.ts';
import type { Sql } from '../store/pool.ts';

/** Doses are planned this far ahead, in hours. */
export const HORIZON_HOURS = 48;

/**
 * Expands these prescriptions from their cursor to the horizon, inserts the doses and moves the cursors, inside the
 * caller's transaction. Doing it twice changes nothing. Returns how many doses are new.
 */
export async function planDoses(app: App, tx: Sql, prescriptionIds: string[]): Promise<number> {
  return planRows(app, tx, await readToPlan(tx, prescriptionIds, horizonOf(app)));
}

/** As `planDoses`, for prescriptions that have been read in this transaction. */
export async function planRows(app: App, tx: Sql, rows: ToPlan[]): Promise<number> {
  if (rows.length === 0) return 0;
  const until = horizonOf(app);
  const plans = rows.map((row) => dosePlan(app, row, expand(row.regimen, row.zone, row.plannedTo, until)));
  const over = rows.filter(
    ({ regimen, zone }, i) => plans[i]?.doses.length === 0 && !hasMoreAfter(regimen, zone, until),
  );
  const ids = (some: ToPlan[]) => some.map(({ id }) => id);
  const [inserted] = await Promise.all([
    insertDoses(tx, plans, TZ_VERSION),
    movePlannedTo(tx, ids(rows), ids(over), until),
  ]);
  app.metrics.plannedDoses.inc(inserted);
  return inserted;
}

/** The doses of a prescription at these times. */
export function dosePlan(app: App, prescription: ToPlan, times: Occurrence[]): DosePlan {
  return {
    prescription,
    shard: Number.parseInt(prescription.patientId.slice(-4), 16) % app.config.schedule.shards,
    doses: times.map(({ at, localDate, slot }) => ({ id: uuidv7(at), localDate, slot, dueAt: at })),
  };
}

/** Up to when doses are planned. */
export function horizonOf(app: App): Date {
  return plusSeconds(app.clock.now(), HORIZON_HOURS * 3600);
}
