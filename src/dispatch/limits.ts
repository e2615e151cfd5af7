import type { Redis } from 'ioredis';
import { accountOf, type Channel } from '#channels/channel.ts';
import type { App } from '../app.ts';
import { atScrape, labelsOf } from '../metrics.ts';
import { rateKey } from '../redis/keys.ts';
import { loadScript } from '../redis/scripts.ts';
import { type Ask, apply, type Bucket, factorAt, UNUSED } from './gcra.ts';

/**
 * What each sender may still send. One limit in Redis, on Redis's clock, shared exactly by every worker. While Redis is away
 * each process goes on by itself from what it last heard, so that N workers together may pass N times the rate; providers
 * that mind say "too many", and each worker then slows down for itself.
 */
export interface Limits {
  /**
   * Takes `units` of a sender's rate. 0: taken, send now. Otherwise nothing was taken, and so many milliseconds must pass
   * before it is worth asking again. More than a second's worth is given when nothing is owed. Critical messages may borrow
   * from the next two seconds: they wait for other critical ones at most, and the rate is kept over time.
   */
  take(sender: Channel, units: number, critical: boolean): Promise<number>;
  /**
   * How many units may leave together: a second's worth of the rate as this process last heard it, so that a sender that was
   * slowed is not offered a hundred messages of which it takes ten.
   */
  atOnce(sender: Channel): number;
  /**
   * Counts units sent beyond what was taken (an SMS had more segments than thought): the next ones wait for them. Units taken
   * and not sent are negative.
   */
  charge(sender: Channel, units: number): Promise<void>;
  /**
   * The provider said "too many": nothing leaves for `retryAfterMs`, the rate is halved, once a second at most, and recovers
   * by itself within a minute.
   */
  slowDown(sender: Channel, retryAfterMs: number | undefined): Promise<void>;
}

/** What this process knows of an account, on its own clock. */
interface Known {
  sender: Channel;
  bucket: Bucket;
}

/** A provider that asks for a longer silence is asked again after this one. */
const LONGEST_PAUSE_MS = 10 * 60_000;

export function openLimits(app: Pick<App, 'clock' | 'log' | 'metrics'>, redis: Redis): Limits {
  const { clock, log, metrics } = app;
  const accounts = new Map<string, Known>();
  const ask = shared(redis);
  const now = () => clock.now().getTime() * 1000;
  let alone = false;
  const become = (isAlone: boolean, reason?: string) => {
    if (isAlone && !alone) log.warn({ reason }, 'rate limits are not shared while Redis is away');
    if (!isAlone && alone) log.info('rate limits are shared again');
    alone = isAlone;
  };

  /** Milliseconds to wait; 0: done. */
  const settle = async (sender: Channel, what: Pick<Ask, 'kind' | 'amount'>): Promise<number> => {
    const account = accountOf(sender);
    const full: Ask = { ...what, perSecond: sender.perSecond };
    const keep = (bucket: Bucket, wait: number) => {
      accounts.set(account, { sender, bucket });
      return Math.ceil(wait / 1000);
    };
    try {
      const reply = await ask(account, full);
      become(false);
      return keep(moved(reply.bucket, now() - reply.now), reply.wait);
    } catch (error) {
      become(true, (error as Error).message);
      const answer = apply(accounts.get(account)?.bucket ?? UNUSED, full, now());
      return keep(answer.bucket, answer.wait);
    }
  };
  exposeRates(app, accounts, now);

  return {
    async take(sender, units, critical) {
      const wait = await settle(sender, { kind: critical ? 'critical' : 'routine', amount: units });
      if (wait > 0) metrics.rateLimited.inc(labelsOf(sender));
      return wait;
    },
    atOnce(sender) {
      const { bucket } = accounts.get(accountOf(sender)) ?? { bucket: UNUSED };
      return Math.max(1, Math.floor(sender.perSecond * factorAt(bucket, now())));
    },
    async charge(sender, units) {
      await settle(sender, { kind: 'charge', amount: units });
    },
    async slowDown(sender, retryAfterMs = 0) {
      metrics.throttled.inc(labelsOf(sender));
      await settle(sender, { kind: 'slow', amount: Math.ceil(Math.min(retryAfterMs, LONGEST_PAUSE_MS) * 1000) });
    },
  };
}

/** Asks Redis; the bucket it answers with is on its clock, whose `now` it tells. Throws at once while Redis is away. */
function shared(redis: Redis): (account: string, ask: Ask) => Promise<{ wait: number; now: number; bucket: Bucket }> {
  const run = loadScript(redis, 'rate');
  return async (account, { kind, perSecond, amount }) => {
    if (redis.status !== 'ready') throw new Error(`the connection is ${redis.status}`);
    const reply = (await run(rateKey(account), kind, perSecond, amount)) as [...number[], string];
    const [wait = 0, now = 0, tat = 0, loan = 0, pause = 0, slowed = 0, factor = 1] = reply.map(Number);
    return { wait, now, bucket: { tat, loan, pause, slowed, factor } };
  };
}

/** The bucket on a clock that is `by` microseconds ahead. */
function moved(bucket: Bucket, by: number): Bucket {
  const { tat, loan, pause, slowed } = bucket;
  return { ...bucket, tat: tat + by, loan: loan + by, pause: pause + by, slowed: slowed + by };
}

/** Sums the rates of each provider's senders at each scrape: they recover while nobody asks. */
function exposeRates({ metrics }: Pick<App, 'metrics'>, accounts: Map<string, Known>, now: () => number): void {
  const sum = (gauge: typeof metrics.senderRate, rateOf: (known: Known) => number) =>
    atScrape(gauge, () => {
      gauge.reset();
      for (const known of accounts.values()) gauge.inc(labelsOf(known.sender), rateOf(known));
    });
  sum(metrics.senderRateConfigured, ({ sender }) => sender.perSecond);
  sum(metrics.senderRate, ({ sender, bucket }) =>
    bucket.pause > now() ? 0 : sender.perSecond * factorAt(bucket, now()),
  );
}
