import type { App } from '#src/app.ts';
import { dayOf, lastProvable, plusDays, proofsOf } from '#src/reports/proof.ts';
import { unaccountedByWhy, WHYS, type Why } from '#src/store/ledger.ts';
import { insertProofs, nextToProve } from '#src/store/proofs.ts';
import { tenantNames } from '#src/store/tenants.ts';
import { type Stoppable, startLoop } from './loop.ts';

const EVERY_MS = 3_600_000;

/**
 * Proves the earliest day that is over everywhere and that some tenants have no proof of; true while there may be another.
 * Then looks whether a dose of these days contradicts itself. Several schedulers may run it: the first proof of a day stands.
 */
export async function proofsPass(app: App): Promise<boolean> {
  const { sql, log } = app;
  const now = app.clock.now();
  const next = await nextToProve(sql, lastProvable(now));
  if (next === null) {
    await watchContradictions(app, now);
    return false;
  }
  const proofs = await proofsOf(sql, { ...next, now });
  await insertProofs(sql, proofs);
  for (const { tenantId, day, unaccounted, due } of proofs)
    if (unaccounted > 0)
      log.error({ tenant: tenantId, day, due, unaccounted }, 'a day was proved with doses unaccounted for');
  return true;
}

/** The doses held by nobody are counted by the gauges' loop, every few seconds. */
const CONTRADICTIONS = (Object.keys(WHYS) as Why[]).filter((why) => why !== 'held_by_nobody');

/** Over the local dates that are today somewhere, or were yesterday; a statement for each, as for a proof. */
async function watchContradictions({ sql, metrics }: App, now: Date): Promise<void> {
  const tenantIds = (await tenantNames(sql, null)).map(({ id }) => id);
  const counts = new Map<Why, number>();
  for (const days of [-2, -1, 0, 1]) {
    const from = plusDays(dayOf(now), days);
    for (const { why, count } of await unaccountedByWhy(sql, { tenantIds, from, to: plusDays(from, 1), now }))
      counts.set(why, (counts.get(why) ?? 0) + count);
  }
  for (const why of CONTRADICTIONS) metrics.unaccounted.set({ why }, counts.get(why) ?? 0);
}

export function startProofs(app: App): Stoppable {
  return startLoop(app, { name: 'proofs', everyMs: EVERY_MS, pass: () => proofsPass(app) });
}
