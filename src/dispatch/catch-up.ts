import { anyDueBy, attend, caughtUp, endLostDoses } from '../store/catch-up.ts';
import { waitingMessages } from '../store/chunks.ts';
import { closeIncident, growIncidents } from '../store/incidents.ts';
import { transaction } from '../store/transaction.ts';
import { advanceDoses } from './advance.ts';
import type { Dispatcher } from './dispatcher.ts';
import { logBegun, logOver } from './incidents.ts';
import { openCriticalCases } from './quarantine.ts';

/** Nobody looked after the doses for so long: an outage. A restart takes less. */
const OUTAGE_SECONDS = 120;
/** Of what was missed no more goes on than so many waiting messages: what is due now waits behind no more than these. */
const MOST_WAITING = 5000;
/** Doses ended in one transaction. */
const BATCH = 1000;
/** There is one for all tenants. */
const OUTAGE = { kind: 'outage', subject: 'dosebell' } as const;

/**
 * To be called whenever doses are looked after. Returns until when nobody did, while that has not been caught up on: actions
 * due by then are `catchUpPass`'s. Null as a rule.
 */
export async function attendDoses(app: Dispatcher): Promise<Date | null> {
  return attend(app.sql, { now: app.clock.now(), afterSeconds: OUTAGE_SECONDS });
}

/**
 * Some of what was missed while nobody looked: what is still useful goes out, critical doses first and the newest first, no
 * faster than it leaves; what is not ends as `undelivered (system)`, a patient who could not be heard being missed by nobody,
 * and one incident tells how many. Returns whether there is more to do now.
 */
export async function catchUpPass(app: Dispatcher, until: Date): Promise<boolean> {
  const { shards } = app.config.schedule;
  const all = Array.from({ length: shards }, (_, shard) => shard);
  const now = app.clock.now();
  const room = MOST_WAITING - (await waitingMessages(app.sql, now));
  let more = false;
  for (const shard of all) {
    const want = { shard, until, states: ['planned', 'open'] as ('planned' | 'open')[], usefulAt: now };
    const sent = room <= 0 ? 0 : await advanceDoses(app, { ...want, limit: Math.ceil(room / shards) });
    const lost = await endLost(app, { shard, until });
    more ||= sent > 0 || lost === BATCH;
  }
  if (await anyDueBy(app.sql, all, until)) return more;
  await caughtUp(app.sql, until);
  if (await closeIncident(app.sql, OUTAGE, app.clock.now())) logOver(app.log, [OUTAGE]);
  return false;
}

async function endLost(app: Dispatcher, { shard, until }: { shard: number; until: Date }): Promise<number> {
  const now = app.clock.now();
  const { lost, opened } = await transaction(app.sql, async (tx) => {
    const doses = await endLostDoses(tx, { shard, until, now, limit: BATCH });
    if (doses.length === 0) return { lost: 0, opened: [] };
    const ended = doses.map((dose) => ({ ...dose, end: 'undelivered' as const }));
    await openCriticalCases(app, tx, ended, now);
    const incident = { ...OUTAGE, tenantId: null, affected: doses.length };
    return { lost: doses.length, opened: await growIncidents(tx, [incident], now) };
  });
  logBegun(app.log, opened);
  return lost;
}
