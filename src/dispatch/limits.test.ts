import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { accountOf, type Channel } from '#channels/channel.ts';
import { createLogger } from '../logger.ts';
import { createMetrics } from '../metrics.ts';
import { openFailingFast } from '../redis/connection.ts';
import { rateKey } from '../redis/keys.ts';
import { openLimits } from './limits.ts';

/** A database that no test file running beside this one uses: a test empties it. */
const REDIS_URL = `${inject('redisUrl')}/${process.env.VITEST_POOL_ID ?? '0'}`;

const senderOf = (perSecond: number, provider = 'twilio'): Channel => ({
  name: 'sms',
  provider,
  sender: randomUUID(),
  weight: 1,
  perSecond,
  width: 1,
  units: () => 1,
  idempotent: false,
  receipts: false,
  send: async () => [],
  close: async () => {},
});

/** A worker of its own: its limits, its connection, a clock that is moved by hand. */
async function openWorker() {
  const redis = openFailingFast(REDIS_URL);
  afterAll(() => redis.disconnect());
  await once(redis, 'ready');
  let at = Date.parse('2026-11-23T12:00:00Z');
  const metrics = createMetrics();
  const app = { clock: { now: () => new Date(at) }, log: createLogger('test', 'silent'), metrics };
  const limits = openLimits(app, redis);
  const exposed = async (name: string) => {
    const { values = [] } = (await metrics.registry.getMetricsAsJSON()).find((metric) => metric.name === name) ?? {};
    return Object.fromEntries(values.map(({ labels, value }) => [`${labels.channel} ${labels.provider}`, value]));
  };
  return {
    redis,
    limits,
    exposed,
    advance: (ms: number) => {
      at += ms;
    },
    /** Microseconds since the epoch, of Redis. */
    time: async () => {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1_000_000 + Number(micros);
    },
  };
}

async function disconnect(redis: Redis): Promise<void> {
  const end = once(redis, 'end');
  redis.disconnect();
  await end;
}

describe('one limit for all workers', () => {
  test('two that hammer one account together send all that the rate allows, and never more', async () => {
    const perSecond = 4000;
    const units = 20;
    const sender = senderOf(perSecond);
    const workers = await Promise.all([openWorker(), openWorker()]);
    const [{ time }] = workers;
    const before = await time();
    let taken = 0;
    const until = before + 500_000;
    await Promise.all(
      workers.map(async ({ limits, time }) => {
        for (;;) {
          const wait = await limits.take(sender, units, false);
          if (wait === 0) taken += units;
          else if ((await time()) < until) await sleep(wait);
          else return;
        }
      }),
    );
    const elapsed = ((await time()) - before) / 1_000_000;
    const allowed = perSecond * (elapsed + 1);
    expect(elapsed).toBeGreaterThan(0.5);
    expect(taken).toBeLessThanOrEqual(allowed);
    expect(taken).toBeGreaterThanOrEqual(0.95 * perSecond * 1.5);
    expect(taken).toBeGreaterThanOrEqual(0.95 * allowed);
  });

  test('a call of more than a second’s worth is granted when nothing is owed, and then all wait', async () => {
    const { limits } = await openWorker();
    const sender = senderOf(1);
    expect(await limits.take(sender, 30, false)).toBe(0);
    const wait = await limits.take(sender, 1, false);
    expect(wait).toBeGreaterThan(29_000);
    expect(wait).toBeLessThanOrEqual(30_000);
  });

  test('critical messages pass the routine ones that wait, and are paid for by these', async () => {
    const { limits } = await openWorker();
    const sender = senderOf(2);
    expect(await limits.take(sender, 20, false)).toBe(0); // ten seconds' worth
    for (let i = 0; i < 4; i++) expect(await limits.take(sender, 1, true)).toBe(0); // two seconds' worth
    const next = await limits.take(sender, 1, true);
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThanOrEqual(500); // behind critical ones only
    expect(await limits.take(sender, 1, false)).toBeGreaterThan(11_000 - 1000);
  });

  test('units beyond what was taken are waited for, units not sent come back', async () => {
    const { limits } = await openWorker();
    const sender = senderOf(10);
    await limits.take(sender, 10, false);
    await limits.charge(sender, 20);
    const wait = await limits.take(sender, 1, false);
    expect(wait).toBeGreaterThan(1500);
    expect(wait).toBeLessThanOrEqual(2100);
    await limits.charge(sender, -30);
    expect(await limits.take(sender, 1, false)).toBe(0);
  });

  test('accounts do not share, whatever their names hold', async () => {
    const { limits, redis } = await openWorker();
    const one = { ...senderOf(1), sender: '{other}tag "x"' };
    const two = { ...senderOf(1), sender: 'x'.repeat(5000) };
    for (const sender of [one, two]) {
      expect(await limits.take(sender, 1, false)).toBe(0);
      expect(await limits.take(sender, 1, false)).toBeGreaterThan(0);
      expect(await redis.exists(rateKey(accountOf(sender)))).toBe(1);
    }
    const keys = [one, two].map((sender) => rateKey(accountOf(sender)));
    expect(keys.every((key) => key.startsWith('{dosebell}:') && key.indexOf('{', 1) === -1 && key.length < 300)).toBe(
      true,
    );
  });

  test('an idle account leaves nothing in Redis', async () => {
    const { limits, redis } = await openWorker();
    const sender = senderOf(10_000);
    const key = rateKey(accountOf(sender));
    await limits.take(sender, 5000, false);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(501);
    await limits.charge(sender, -4990); // a millisecond's worth is left
    for (let i = 0; i < 100 && (await redis.exists(key)) === 1; i++) await sleep(2);
    expect(await redis.exists(key)).toBe(0);
    await limits.slowDown(sender, undefined);
    const left = await redis.pttl(key);
    expect(left).toBeGreaterThan(25_000); // until the rate is whole again
    expect(left).toBeLessThanOrEqual(31_000);
  });
});

describe('the provider says too many', () => {
  test('nothing leaves for as long as it asks, not even critical messages, and no burst follows', async () => {
    const { limits } = await openWorker();
    const sender = senderOf(1000);
    await limits.slowDown(sender, 5000);
    const critical = await limits.take(sender, 1, true);
    expect(critical).toBeGreaterThan(4500);
    expect(critical).toBeLessThanOrEqual(5000);
    const routine = await limits.take(sender, 400, false);
    expect(routine - critical).toBeGreaterThan(500);
  });

  test('the silence it may ask for is bounded', async () => {
    const { limits } = await openWorker();
    const sender = senderOf(1000);
    await limits.slowDown(sender, 86_400_000);
    expect(await limits.take(sender, 1, true)).toBeLessThanOrEqual(600_000);
  });

  test('many refusals in one second halve the rate once', async () => {
    const [one, two] = await Promise.all([openWorker(), openWorker()]);
    const sender = senderOf(1000);
    await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).limits.slowDown(sender, undefined)));
    const rate = (await one.exposed('dosebell_sender_rate'))['sms twilio'] as number;
    expect(rate).toBeGreaterThanOrEqual(500);
    expect(rate).toBeLessThan(520);
  });
});

describe('Redis', () => {
  test('may forget its scripts', async () => {
    const { limits, redis } = await openWorker();
    const sender = senderOf(1);
    expect(await limits.take(sender, 1, false)).toBe(0);
    await redis.script('FLUSH');
    expect(await limits.take(sender, 1, false)).toBeGreaterThan(0);
    expect(await redis.exists(rateKey(accountOf(sender)))).toBe(1);
  });

  test('may be emptied: a sender starts anew', async () => {
    const { limits, redis } = await openWorker();
    const sender = senderOf(1);
    expect(await limits.take(sender, 1, false)).toBe(0);
    expect(await limits.take(sender, 1, false)).toBeGreaterThan(0);
    await redis.flushdb();
    expect(await limits.take(sender, 1, false)).toBe(0);
    expect(await limits.take(sender, 1, false)).toBeGreaterThan(0);
  });

  test('may go away: the process goes on from what it last heard, and shares again when Redis is back', async () => {
    const { limits, redis, advance } = await openWorker();
    const sender = senderOf(10);
    await limits.slowDown(sender, 4000);
    await limits.take(sender, 1, false);
    await disconnect(redis);
    const critical = await limits.take(sender, 1, true);
    expect(critical).toBeGreaterThan(3000); // the silence the provider asked for is still kept
    advance(5000);
    expect(await limits.take(sender, 1, true)).toBe(0);
    advance(60_000); // the rate is whole again
    expect(await limits.take(sender, 10, false)).toBe(0);
    expect(await limits.take(sender, 1, false)).toBe(100);
    advance(100);
    expect(await limits.take(sender, 1, false)).toBe(0);
    await limits.slowDown(sender, 1000);
    advance(1000);
    expect(await limits.take(sender, 1, false)).toBeGreaterThan(150); // about six a second
    await redis.connect();
    await redis.del(rateKey(accountOf(sender)));
    expect(await limits.take(sender, 10, false)).toBe(0);
    expect(await redis.exists(rateKey(accountOf(sender)))).toBe(1);
  });

  test('away, calls at the same time do not take the same units', async () => {
    const { limits, redis } = await openWorker();
    await disconnect(redis);
    const sender = senderOf(4);
    const waits = await Promise.all(Array.from({ length: 10 }, () => limits.take(sender, 1, false)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(4);
  });

  test('may refuse: the process goes on alone', async () => {
    const { limits, redis } = await openWorker();
    const sender = senderOf(1);
    await redis.set(rateKey(accountOf(sender)), 'not a hash');
    expect(await limits.take(sender, 1, false)).toBe(0);
    expect(await limits.take(sender, 1, false)).toBe(1000);
  });
});

test('the metrics tell the rate, the waits and the refusals, and the rate recovers while nobody asks', async () => {
  const { limits, exposed, advance } = await openWorker();
  const [one, two] = [senderOf(100), senderOf(10)];
  await limits.take(one, 100, false);
  await limits.take(one, 100, false);
  await limits.take(two, 1, false);
  expect(await exposed('dosebell_sender_rate')).toEqual({ 'sms twilio': 110 });
  await limits.slowDown(one, 2000);
  expect(await exposed('dosebell_sender_rate')).toEqual({ 'sms twilio': 10 });
  expect(await exposed('dosebell_sender_rate_configured')).toEqual({ 'sms twilio': 110 });
  expect(await exposed('dosebell_rate_limited_total')).toEqual({ 'sms twilio': 1 });
  expect(await exposed('dosebell_throttled_total')).toEqual({ 'sms twilio': 1 });
  advance(15_000);
  expect((await exposed('dosebell_sender_rate'))['sms twilio']).toBeCloseTo(85, 1);
  advance(60_000);
  expect(await exposed('dosebell_sender_rate')).toEqual({ 'sms twilio': 110 });
});
