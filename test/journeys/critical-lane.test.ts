import { expect, test } from 'vitest';
import type { Cohort } from '#loadtests/bench/seed.ts';
import { plusSeconds } from '#src/clock.ts';
import { type Accepted, acceptedBy, dosesOf, doubled, dueAt, eventually, soon, startRush } from '../helpers/rush.ts';

const NOISY = 240;
const CRITICAL = 5;
const SEGMENTS_PER_SECOND = 20;
/** Until the provider accepts: whoever had to wait for another chunk's call would take twice as long. */
const PROVIDER_MS = 900;
const LADDER = [{ afterSeconds: 0, channel: 'sms' as const, to: 'patient' as const }];

test('in a long queue of one tenant, critical doses pass it, and another tenant has its turn', {
  timeout: 40_000,
}, async (context) => {
  const env = () => ({ TWILIO_SEGMENTS_PER_SECOND: String(SEGMENTS_PER_SECOND) });
  const rush = await startRush(context, { patients: [NOISY, CRITICAL, 1], env });
  rush.simulator.faults.add({ provider: 'twilio', kind: 'latency', latencyMs: PROVIDER_MS });
  const [noisy, critical, quiet] = rush.tenants as [Cohort, Cohort, Cohort];
  const start = soon();
  const later = plusSeconds(start, 3);
  await dueAt(rush, noisy, [start], { ladder: LADDER });
  await dueAt(rush, critical, [later], { ladder: LADDER, critical: true });
  await dueAt(rush, quiet, [later], { ladder: LADDER });
  const owner = new Map<string, Cohort>();
  for (const tenant of rush.tenants) for (const dose of await dosesOf(rush, tenant)) owner.set(dose, tenant);
  const of = (accepted: Accepted[], tenant: Cohort) => accepted.filter(({ dose }) => owner.get(dose) === tenant);

  const accepted = await eventually(async () => {
    const all = await acceptedBy(rush);
    expect(of(all, critical)).toHaveLength(CRITICAL);
    expect(of(all, quiet)).toHaveLength(1);
    return all;
  }, 20);
  expect(doubled(accepted)).toEqual([]);
  const latest = Math.max(...of(accepted, critical).map(({ at }) => at));
  expect(latest - later.getTime()).toBeLessThan(PROVIDER_MS + 600);
  // Of those that were due three seconds before, many have not had their turn yet.
  expect(of(accepted, noisy).length).toBeGreaterThan(0);
  expect(of(accepted, noisy).length).toBeLessThan(0.6 * NOISY);
});
