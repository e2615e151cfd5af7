import { describe, expect, test } from 'vitest';
import type { Config } from '#src/config.ts';
import type { ChannelName } from '#src/domain/attempt.ts';
import { acceptedBy, dosesOf, dueAt, eventually, notOnce, type Rush, soon, startRush } from '../helpers/rush.ts';

const STORM = [360, 160, 80];
const DOSES = STORM.reduce((sum, size) => sum + size);
const LATER = 80;
const USEFUL_SECONDS = 60;
/** What we were told that the provider takes in a second, and what it takes: the rate has to be halved twice. */
const CONFIGURED = 400;
const LET_THROUGH = 100;
const HALVINGS = 2;
/** Messages that leave together. */
const CHUNK = 100;

function configure(config: Config): void {
  if (config.sms.twilio) config.sms.twilio.perSecond = CONFIGURED;
  config.push.perSecond = CONFIGURED;
}

/** The part of its configured rate that a channel's sender has now; 0 while it says nothing. */
async function rateOf({ app }: Rush, channel: ChannelName): Promise<number> {
  const { values } = await app.metrics.senderRate.get();
  return (values.find(({ labels }) => labels.channel === channel)?.value ?? Number.NaN) / CONFIGURED;
}

describe.concurrent('a storm of 429', { timeout: 60_000 }, () => {
  test.for([
    { provider: 'twilio', channel: 'sms' },
    { provider: 'fcm', channel: 'push' },
  ] as const)(
    '$provider: the sender slows down, nothing is lost or doubled, and its rate recovers',
    async (one, context) => {
      const { provider, channel } = one;
      const rush = await startRush(context, { patients: [...STORM, LATER], adjust: configure });
      const { ledger, faults } = rush.simulator;
      const policy = {
        ladder: [{ afterSeconds: 0, channel, to: 'patient' as const }],
        usefulSeconds: USEFUL_SECONDS,
      };
      const [later, ...storm] = rush.tenants.toReversed();
      faults.add({ provider, kind: 'rate', perSecond: LET_THROUGH, retryAfterSeconds: 1 });
      const due = soon();
      for (const tenant of storm) await dueAt(rush, tenant, [due], policy);
      const doses = (await Promise.all(storm.map((tenant) => dosesOf(rush, tenant)))).flat();
      expect(doses).toHaveLength(DOSES);
      await eventually(() => expect(ledger.summary()[provider].accepted).toBe(DOSES), 30);

      const accepted = await acceptedBy(rush);
      expect(notOnce(accepted, doses)).toEqual([]);
      expect(accepted.filter(({ at }) => at > due.getTime() + USEFUL_SECONDS * 1000)).toEqual([]);
      // What leaves before the first refusal is heard of: a second's worth; then one chunk too many for each halving.
      const { refused } = ledger.summary()[provider];
      expect(refused).toBeGreaterThan(0);
      expect(refused).toBeLessThanOrEqual(CONFIGURED - LET_THROUGH + HALVINGS * CHUNK);
      // Having learnt, it tries a little more than is let through now and then.
      const half = [...ledger.entries()].slice(-DOSES / 2);
      expect(half.filter(({ outcome }) => outcome === 'refused').length).toBeLessThanOrEqual(CHUNK);

      faults.clear();
      const slowed = await eventually(async () => {
        const rate = await rateOf(rush, channel);
        expect(rate).toBeGreaterThan(0);
        return rate;
      }, 3);
      expect(slowed).toBeLessThan(0.5);
      await eventually(async () => expect(await rateOf(rush, channel)).toBeGreaterThan(slowed + 0.04), 5);
      if (later) await dueAt(rush, later, [soon()], policy);
      await eventually(() => expect(ledger.summary()[provider]).toEqual({ accepted: DOSES + LATER, refused }), 8);
    },
  );
});
