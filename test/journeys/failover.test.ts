import { describe, expect, type TestContext, test } from 'vitest';
import type { Cohort } from '#loadtests/bench/seed.ts';
import type { FaultOrder } from '#loadtests/provider-simulator/faults.ts';
import { SECOND_SMS } from '#loadtests/provider-simulator/settings.ts';
import type { SimulatorAddress } from '#loadtests/provider-simulator/simulator.ts';
import { plusSeconds } from '#src/clock.ts';
import type { Config } from '#src/config.ts';
import type { Policy } from '#src/domain/policy.ts';
import {
  acceptedBy,
  dosesOf,
  doubled,
  dueAt,
  eventually,
  notOnce,
  type Rush,
  soon,
  startRush,
} from '../helpers/rush.ts';

const POLICY: Partial<Policy> = {
  ladder: [
    { afterSeconds: 0, channel: 'sms', to: 'patient' },
    { afterSeconds: 600, channel: 'email', to: 'patient' },
  ],
};
/** Patients of the tenants that meet in the rush. */
const RUSH = [200, 80, 40, 15, 5];
const DOSES = RUSH.reduce((sum, size) => sum + size);
/** What both providers take in the first second; there is more to come than the breaker needs to open. */
const DIES_AFTER = 80;
/** A real provider takes its time: something is on the wire when it dies. */
const ON_THE_WIRE_MS = 200;
/** Of each SMS provider: a rush that lasts, in chunks that are on the wire as a whole (adapters open 50 connections). */
const SEGMENTS_PER_SECOND = 40;
/** What hangs takes the message after all, when its adapter no longer waits for the answer, and before it is looked up. */
const TIMEOUT_MS = 900;
const HANGS_MS = 1400;
const SETTLE_SECONDS = 2;
/** What a probe may risk; and how many fit into the 12 s after the breaker opened, each twice as late as the one before. */
const PROBE_SIZE = 5;
const PROBES = 4;
/** After the breaker opened: all that left before has reached the provider, and the first probe is still to come. */
const BEFORE_PROBES_MS = 700;

type Second = keyof typeof SECOND_SMS;
type Sms = 'twilio' | Second;
const ACCOUNT: Record<Sms, string> = {
  twilio: 'twilio:+15005550006',
  sms_http: 'sms_http:+15005550007',
  smpp: 'smpp:+15005550008',
};

/** A service that sends SMS by Twilio and by a second provider, equally fast. `impatient`: Twilio is not waited for long. */
function startWith(
  context: TestContext,
  { second, patients, impatient = false }: { second: Second; patients: number[]; impatient?: boolean },
): Promise<Rush> {
  const pace = { perSecond: SEGMENTS_PER_SECOND };
  const adjust = (config: Config) => {
    const { twilio, http, smpp } = config.sms;
    config.sms = {
      twilio: twilio && { ...twilio, ...pace, ...(impatient && { timeoutMs: TIMEOUT_MS }) },
      http: http && { ...http, ...pace },
      smpp: smpp && { ...smpp, ...pace },
    };
  };
  const env = (at: SimulatorAddress) => ({ ...SECOND_SMS[second](at), SETTLE_SECONDS: String(SETTLE_SECONDS) });
  return startRush(context, { patients, env, adjust });
}

/** Every patient of these tenants has one dose at one same moment. Returns the doses. */
async function allDueAt(rush: Rush, tenants: Cohort[], due: Date): Promise<string[]> {
  for (const tenant of tenants) await dueAt(rush, tenant, [due], POLICY);
  return (await Promise.all(tenants.map((tenant) => dosesOf(rush, tenant)))).flat();
}

/** Waits until enough is accepted and something more is on the wire to this provider, which takes its time from now on. */
async function midRush({ simulator: { faults, ledger } }: Rush, provider: Sms): Promise<void> {
  const before = ledger.summary()[provider].accepted;
  const slow = faults.add({ provider, kind: 'latency', latencyMs: ON_THE_WIRE_MS });
  await eventually(() => {
    const summary = ledger.summary();
    const accepted = Object.values(summary).reduce((sum, one) => sum + one.accepted, 0);
    expect(accepted).toBeGreaterThanOrEqual(DIES_AFTER);
    expect(slow.used).toBeGreaterThan(summary[provider].accepted - before);
  }, 10);
}

/** The doses that have not reached anybody, other than those of which nobody knows whether they have. */
async function notReached(rush: Rush, doses: string[], unknown: Set<string>): Promise<string[]> {
  return notOnce(await acceptedBy(rush), doses).filter((dose) => !unknown.has(dose));
}

async function unknownDoses({ app }: Rush): Promise<Set<string>> {
  const rows = await app.sql<{ id: string }[]>`SELECT dose_id AS id FROM attempts WHERE state = 'unknown'`;
  return new Set(rows.map(({ id }) => id));
}

const incidents = ({ app }: Rush) =>
  app.sql<{ kind: string; subject: string; closedAt: Date | null }[]>`
    SELECT kind, subject, closed_at AS "closedAt" FROM incidents ORDER BY kind, subject, id`;

/** How many messages have met the fault that was ordered last; a closed door lets none in. */
const metFault = ({ simulator }: Rush) => simulator.faults.list().at(-1)?.used ?? 0;

describe.concurrent('in the middle of a rush', { timeout: 60_000 }, () => {
  test.for<{
    dies: Sms;
    fault: Omit<FaultOrder, 'provider'>;
    second: Second;
    takesOver: Sms;
    /** Whether it can be asked what it took while it takes nothing. */
    tells: boolean;
  }>([
    { dies: 'twilio', fault: { kind: 'down' }, second: 'sms_http', takesOver: 'sms_http', tells: false },
    {
      dies: 'sms_http',
      fault: { kind: 'server_error', status: 503 },
      second: 'sms_http',
      takesOver: 'twilio',
      tells: true,
    },
    { dies: 'twilio', fault: { kind: 'latency', latencyMs: HANGS_MS }, second: 'smpp', takesOver: 'smpp', tells: true },
  ])('$dies dies ($fault.kind): $takesOver finishes, nothing is lost or doubled', async (variant, context) => {
    const { dies, fault, second, takesOver, tells } = variant;
    const hangs = fault.kind === 'latency';
    const rush = await startWith(context, { second, patients: [...RUSH, 1], impatient: hangs });
    const { faults } = rush.simulator;
    const due = soon();
    const doses = await allDueAt(rush, rush.tenants.slice(0, RUSH.length), due);
    expect(doses).toHaveLength(DOSES);
    // As at any hour, somebody has a dose every second: so it is noticed when a provider is back.
    const seconds = Array.from({ length: 40 }, (_, n) => plusSeconds(due, n));
    await dueAt(rush, rush.tenants.at(-1) as Cohort, seconds, POLICY);

    await midRush(rush, dies);
    const diedAt = Date.now();
    faults.add({ provider: dies, ...fault });
    const down = { kind: 'provider_down', subject: ACCOUNT[dies], closedAt: null };
    await eventually(async () => expect(await incidents(rush)).toEqual([down]), 10);
    const openedAt = Date.now();
    const met = await eventually(() => {
      expect(Date.now() - openedAt).toBeGreaterThan(BEFORE_PROBES_MS);
      return metFault(rush);
    }, 2);

    // What may have left with a provider that cannot be asked is not sent again blindly; all else arrives.
    const unknown = await eventually(async () => {
      const now = await unknownDoses(rush);
      expect(await notReached(rush, doses, tells ? new Set() : now)).toEqual([]);
      return now;
    }, 20);
    if (!tells) expect(unknown.size).toBeGreaterThan(0);
    expect(await incidents(rush)).toEqual([down]);
    // Where calls hang, a chunk that had left may have waited for its connections.
    const queued = hangs ? SEGMENTS_PER_SECOND : 0;
    expect(metFault(rush) - met).toBeLessThanOrEqual(PROBES * PROBE_SIZE + queued);
    const soonAfter = (await acceptedBy(rush)).filter(({ at }) => at > diedAt && at < diedAt + 4000);
    expect(soonAfter.filter(({ provider }) => provider === takesOver).length).toBeGreaterThan(SEGMENTS_PER_SECOND);

    faults.clear();
    const backAt = Date.now();
    await eventually(async () => {
      expect(await incidents(rush)).toEqual([{ ...down, closedAt: expect.any(Date) }]);
      expect(notOnce(await acceptedBy(rush), doses)).toEqual([]);
      expect(await unknownDoses(rush)).toEqual(new Set());
    }, 15);
    const accepted = await acceptedBy(rush);
    expect(doubled(accepted)).toEqual([]);
    expect(accepted.filter(({ channel }) => channel !== 'sms')).toEqual([]);
    expect(accepted.filter(({ provider, at }) => provider === dies && at > backAt)).not.toEqual([]);
  });

  test('both SMS providers die: the e-mails leave at once, and one incident tells of it', async (context) => {
    const rush = await startWith(context, { second: 'sms_http', patients: RUSH });
    const { faults } = rush.simulator;
    const doses = await allDueAt(rush, rush.tenants, soon());
    await midRush(rush, 'twilio');
    const diedAt = Date.now();
    for (const provider of ['twilio', 'sms_http'] as const) faults.add({ provider, kind: 'down' });

    await eventually(async () => expect(await notReached(rush, doses, await unknownDoses(rush))).toEqual([]), 15);
    const emails = (await acceptedBy(rush)).filter(({ channel }) => channel === 'email');
    expect(emails.length).toBeGreaterThan(DOSES / 3);
    expect(Math.max(...emails.map(({ at }) => at)) - diedAt).toBeLessThan(8000);
    expect(await incidents(rush)).toEqual([
      { kind: 'channel_down', subject: 'sms', closedAt: null },
      { kind: 'provider_down', subject: ACCOUNT.sms_http, closedAt: null },
      { kind: 'provider_down', subject: ACCOUNT.twilio, closedAt: null },
    ]);

    faults.clear();
    await eventually(async () => expect(notOnce(await acceptedBy(rush), doses)).toEqual([]), 15);
  });
});
