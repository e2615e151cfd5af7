import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { laneName } from '#src/dispatch/queues.ts';
import { DOSE_STATES } from '#src/domain/dose.ts';
import { callbackDelay } from '#src/store/callback-sending.ts';
import { oldestReady } from '#src/store/chunks.ts';
import { countDeadLetters } from '#src/store/dead-letters.ts';
import { dosesByState, openEscalations, unaccountedDoses, unknownForGood } from '#src/store/gauges.ts';
import { INCIDENT_KINDS, openIncidents } from '#src/store/incidents.ts';
import { GRACE_SECONDS } from '#src/store/ledger.ts';
import { type Stoppable, startLoop } from './loop.ts';

const EVERY_MS = 15_000;

/** Sets the gauges that are counted from the rows, and the depth of the queues. */
export async function gaugesPass(app: Dispatcher): Promise<boolean> {
  const { metrics, sql } = app;
  const now = app.clock.now();
  metrics.unaccounted.set({ why: 'held_by_nobody' }, await unaccountedDoses(sql, now, GRACE_SECONDS));
  metrics.unknownMessages.set(await unknownForGood(sql, now));
  const counts = new Map((await dosesByState(sql, now)).map(({ state, count }) => [state, count]));
  for (const state of DOSE_STATES) metrics.doses.set({ state }, counts.get(state) ?? 0);
  metrics.openEscalations.reset();
  for (const { kind, count } of await openEscalations(sql)) metrics.openEscalations.set({ kind }, count);
  const incidents = Map.groupBy(await openIncidents(sql), ({ kind }) => kind);
  for (const kind of INCIDENT_KINDS) metrics.openIncidents.set({ kind }, incidents.get(kind)?.length ?? 0);
  for (const [kind, count] of Object.entries(await countDeadLetters(sql))) metrics.deadLetters.set({ kind }, count);
  metrics.callbackDelay.set(await callbackDelay(sql, now));
  const oldest = new Map((await oldestReady(sql, now)).map(({ readyAt, ...lane }) => [laneName(lane), readyAt]));
  app.queues.assertUp(); // else the loop counts the error, and the gauges of the queues keep their last values
  for (const [name, queue] of app.queues.lanes) {
    const counts = await queue.getJobCounts('waiting', 'prioritized');
    metrics.queueDepth.set(
      { queue: name },
      Object.values(counts).reduce((sum, n) => sum + n, 0),
    );
    const readyAt = oldest.get(name);
    metrics.queueAge.set({ queue: name }, readyAt === undefined ? 0 : (now.getTime() - readyAt.getTime()) / 1000);
  }
  return false;
}

export function startGauges(app: Dispatcher): Stoppable {
  return startLoop(app, { name: 'gauges', everyMs: EVERY_MS, pass: () => gaugesPass(app) });
}
