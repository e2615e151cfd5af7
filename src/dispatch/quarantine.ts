import { openCase } from '../store/cases.ts';
import {
  anyDeadLetter,
  closeDeadLetters,
  type EndedPoison,
  endPoisonDoses,
  type FailedDose,
  keepDeadMessages,
  putOffDoses,
} from '../store/dead-letters.ts';
import { dueDoseIds, type WantedDoses } from '../store/doses.ts';
import { growIncidents, type TenantIncident } from '../store/incidents.ts';
import { asCode, isPoison, reasonOf } from '../store/poison.ts';
import type { Sql } from '../store/pool.ts';
import { savepoint, transaction } from '../store/transaction.ts';
import type { Dispatcher } from './dispatcher.ts';
import { criticalKind } from './escalate.ts';
import { logBegun } from './incidents.ts';

/** A dose that fails so often is quarantined: 10, 20, 40 and 80 s lie between its tries. */
const MOST_TRIES = 5;
const FIRST_SECONDS = 5;
/** So many at once, and nothing beside them that goes through: the fault is not theirs, and nobody counts it. */
const SUSPICIOUS = 10;
/** Windows ended in one transaction. */
const BATCH = 1000;

/**
 * Runs `work` on all rows, and where it fails for a reason of theirs, on each half of them again: in the end every good row
 * has gone through, and each bad one is known. Costs nothing while nothing fails; one bad row of n costs 2·log2(n) more runs.
 * `work` must leave nothing when it throws. Throws what is no fault of the rows.
 */
export async function inHalves<Row>(
  rows: Row[],
  work: (some: Row[]) => Promise<unknown>,
): Promise<{ row: Row; reason: string }[]> {
  try {
    await work(rows);
    return [];
  } catch (error) {
    if (!isPoison(error)) throw error;
    if (rows.length <= 1) return rows.map((row) => ({ row, reason: reasonOf(error) }));
    const middle = Math.ceil(rows.length / 2);
    const first = await inHalves(rows.slice(0, middle), work);
    return [...first, ...(await inHalves(rows.slice(middle), work))];
  }
}

/**
 * Takes the actions of a batch that failed as a whole, around the doses that make it fail: those are put off, each with its
 * dead letter, and quarantined when they have failed too often. Returns how many doses were taken or put off.
 */
export async function advanceAround(
  app: Dispatcher,
  want: WantedDoses,
  advance: (ids: string[]) => Promise<number>,
): Promise<number> {
  const due = await dueDoseIds(app.sql, want);
  let taken = 0;
  const poison = await inHalves(due, async (some) => {
    taken += await advance(some.map(({ id }) => id));
  });
  const counts = taken === 0 && poison.length > SUSPICIOUS ? 0 : 1;
  await putOff(
    app,
    poison.map(({ row, reason }) => ({ ...row, reason })),
    { from: want.until, counts },
  );
  return taken + poison.length;
}

async function putOff(app: Dispatcher, failed: FailedDose[], rule: { from: Date; counts: 0 | 1 }): Promise<void> {
  const now = app.clock.now();
  const { doses, opened } = await transaction(app.sql, async (tx) => {
    const doses = await putOffDoses(tx, failed, { ...rule, now, firstSeconds: FIRST_SECONDS, mostTries: MOST_TRIES });
    const quarantined = doses.filter((dose) => dose.quarantined);
    return { doses, opened: await growIncidents(tx, incidentsOf(quarantined), now) };
  });
  const reasons = new Map(failed.map(({ id, reason }) => [id, reason]));
  for (const { doseId, tries, quarantined } of doses) {
    const told = { dose: doseId, reason: reasons.get(doseId), tries };
    app.log.error(told, quarantined ? 'a dose is quarantined' : 'a dose failed and is put off');
  }
  logBegun(app.log, opened);
}

/** One incident for each tenant, however much is quarantined. */
function incidentsOf(quarantined: { tenantId: string }[]): TenantIncident[] {
  const byTenant = Map.groupBy(quarantined, ({ tenantId }) => tenantId);
  return [...byTenant]
    .sort(([a], [b]) => (a < b ? -1 : 1)) // locked in one order by everybody
    .map(([tenantId, { length }]) => ({ kind: 'quarantined', subject: tenantId, tenantId, affected: length }));
}

/** Failures of a message that are ours to decide, and say nothing of the message: another road was open, or nobody wants it. */
const NOT_ITS_FAULT = new Set(['channel_down', 'proven_absent']);

/** Keeps messages that were refused, or cannot be read or sent at all, where somebody can look at them and send them again. */
export async function keepRefused(
  app: Dispatcher,
  tx: Sql,
  refused: { attemptId: string; code: string }[],
  now: Date,
): Promise<void> {
  const dead = refused
    .filter(({ code }) => !NOT_ITS_FAULT.has(code))
    .map(({ attemptId, code }) => ({ attemptId, reason: asCode(code) ?? 'refused' }));
  if (dead.length === 0) return;
  logBegun(app.log, await growIncidents(tx, incidentsOf(await keepDeadMessages(tx, dead, now)), now));
}

/**
 * Ends poison doses whose window is over and closes the letters that need nobody any more. One look at an empty index while
 * there are none. A critical dose calls for a clinician as any other does.
 */
export async function tendDeadLetters(app: Dispatcher): Promise<void> {
  while (await anyDeadLetter(app.sql)) {
    const now = app.clock.now();
    const ended = await transaction(app.sql, async (tx) => {
      const doses = await endPoisonDoses(tx, now, BATCH);
      await openCriticalCases(app, tx, doses, now);
      await closeDeadLetters(tx, now);
      return doses.length;
    });
    if (ended < BATCH) return;
  }
}

/** Opens the cases of critical doses. In a savepoint each: one that cannot be opened must not keep the others' windows open. */
export async function openCriticalCases(app: Dispatcher, tx: Sql, ended: EndedPoison[], now: Date): Promise<void> {
  for (const dose of ended.filter(({ critical }) => critical)) {
    try {
      await savepoint(tx, (inner) => openCase(inner, { ...dose, kind: criticalKind(dose) }, now));
    } catch (error) {
      if (!isPoison(error)) throw error;
      app.log.error({ dose: dose.doseId, reason: reasonOf(error) }, 'no case could be opened');
    }
  }
}
