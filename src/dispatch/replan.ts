import type { App } from '../app.ts';
import { expand } from '../regimen/expand.ts';
import { TZ_VERSION } from '../regimen/local-time.ts';
import {
  cancelMoved,
  type FutureDose,
  futurePlanned,
  insertDoses,
  keepUnderTz,
  plannedByOtherTz,
} from '../store/doses.ts';
import { claimPlanned, type ToPlan } from '../store/horizon.ts';
import { transaction } from '../store/transaction.ts';
import { dosePlan, horizonOf } from './plan.ts';

const BATCH = 200;
/** A change of the tz database moves a dose by less than a day. */
const DAY_MS = 86_400_000;

/**
 * Looks again at up to `most` prescriptions with doses to come that another version of the tz database planned. Doses that are
 * where they were keep their row; the others end as cancelled (`tz_changed`) and are planned anew, in one transaction.
 * A dose that is now due earlier than this moment is planned too, as late as that makes it. Returns whether there may be more.
 */
export async function replanMoved(app: App, tzVersion = TZ_VERSION, most = BATCH): Promise<boolean> {
  const now = app.clock.now();
  return transaction(app.sql, async (tx) => {
    const ids = await plannedByOtherTz(tx, { tzVersion, now, limit: most });
    if (ids.length === 0) return false;
    const rows = await claimPlanned(tx, ids);
    const existing = Map.groupBy(
      await futurePlanned(
        tx,
        rows.map(({ id }) => id),
        now,
      ),
      (dose) => dose.prescriptionId,
    );
    const kept: FutureDose[] = [];
    const moved: FutureDose[] = [];
    const plans = rows.map((row) => {
      const times = timesOf(app, row, now);
      const doses = existing.get(row.id) ?? [];
      const dueAt = new Map(times.map((time) => [name(time), time.at.getTime()]));
      for (const dose of doses) (dueAt.get(name(dose)) === dose.dueAt.getTime() ? kept : moved).push(dose);
      const known = new Set(doses.map(name));
      return dosePlan(
        app,
        row,
        times.filter((time) => time.at >= now || known.has(name(time))),
      );
    });
    await keepUnderTz(tx, kept, tzVersion);
    await cancelMoved(tx, moved, now);
    await insertDoses(tx, plans, tzVersion);
    return rows.length === most;
  });
}

/** What the prescription should have planned by now, and a day of what came before. */
function timesOf(app: App, { regimen, zone, plannedTo }: ToPlan, now: Date) {
  const horizon = horizonOf(app);
  // The cursor of a regimen that is over is infinity, which no Date is.
  const to = plannedTo < horizon ? plannedTo : horizon;
  return expand(regimen, zone, new Date(now.getTime() - DAY_MS), to);
}

/** Names a dose within its prescription. */
function name({ localDate, slot }: { localDate: string; slot: number }): string {
  return `${localDate}/${slot}`;
}
