import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { uuidv7 } from '../domain/ids.ts';
import { expand, hasMoreAfter } from '../regimen/expand.ts';
import { TZ_VERSION } from '../regimen/local-time.ts';
import { insertDoses, type PlannedDose } from '../store/doses.ts';
import { movePlannedTo, readToPlan, type ToPlan } from '../store/horizon.ts';
import type { Sql } from '../store/pool.ts';

/** Doses are planned this far ahead, in hours. */
export const HORIZON_HOURS = 48;

/**
 * Expands these prescriptions from their cursor to the horizon, inserts the doses and moves the cursors, inside the
 * caller's transaction. Doing it twice changes nothing. Returns how many doses are new.
 */
export async function planDoses(app: App, tx: Sql, prescriptionIds: string[]): Promise<number> {
  const until = plusSeconds(app.clock.now(), HORIZON_HOURS * 3600);
  const rows = await readToPlan(tx, prescriptionIds, until);
  const planned = rows.map((row) => ({ row, doses: dosesOf(row, until, app.config.schedule.shards) }));
  const inserted = await insertDoses(
    tx,
    planned.flatMap(({ doses }) => doses),
  );
  const over = new Set(
    planned.filter(({ row, doses }) => doses.length === 0 && !hasMoreAfter(row.regimen, row.zone, until)),
  );
  await movePlannedTo(
    tx,
    planned.filter((one) => !over.has(one)).map(({ row }) => row.id),
    until,
  );
  await movePlannedTo(
    tx,
    [...over].map(({ row }) => row.id),
    'infinity',
  );
  app.metrics.plannedDoses.inc(inserted);
  return inserted;
}

function dosesOf(row: ToPlan, until: Date, shards: number): PlannedDose[] {
  const shard = Number.parseInt(row.patientId.slice(-4), 16) % shards;
  return expand(row.regimen, row.zone, row.plannedTo, until).map(({ at, localDate, slot }) => ({
    id: uuidv7(at),
    localDate,
    slot,
    tenantId: row.tenantId,
    patientId: row.patientId,
    prescriptionId: row.id,
    prescriptionVersion: row.version,
    dueAt: at,
    windowEndsAt: plusSeconds(at, row.policy.windowSeconds),
    critical: row.policy.critical,
    shard,
    tzVersion: TZ_VERSION,
  }));
}
