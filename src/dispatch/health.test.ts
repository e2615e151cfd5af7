import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Channel } from '#channels/channel.ts';
import { createMetrics } from '#src/metrics.ts';
import { openFailingFast } from '#src/redis/connection.ts';
import { healthKey } from '#src/redis/keys.ts';
import { openPool } from '#src/store/pool.ts';
import { testApp } from '#test/helpers/app.ts';
import { type Health, openHealth, type Report } from './health.ts';

const app = await testApp();
const redisUrl = `${inject('redisUrl')}/${process.env.VITEST_POOL_ID ?? '0'}`;
const admin = new Redis(redisUrl);
const clients: Redis[] = [admin];
const pools: { end(): Promise<void> }[] = [];
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await Promise.all(pools.map((pool) => pool.end()));
});

/** What opens stays open, what is probed stays so: nothing passes while a test looks. */
const STILL = { openMs: 600_000, longestOpenMs: 600_000, probeMs: 600_000, cacheMs: 0 };
/** A probe may be sent soon. */
const SOON = { ...STILL, openMs: 20 };
const SENDER = { name: 'sms', provider: 'twilio', sender: '+15005550006', weight: 4 } as Channel;
const ACCOUNT = 'twilio:+15005550006';
/** Nobody listens there. */
const AWAY = 'redis://127.0.0.1:1';

beforeEach(async () => {
  await admin.flushdb();
  await app.sql`DELETE FROM incidents`;
});

/** A worker process's health: a pool, metrics and a Redis connection of its own. */
async function worker(given: Parameters<typeof openHealth>[2] = STILL, url = redisUrl) {
  const sql = openPool(app.config.databaseUrl, { max: 2 });
  const redis = openFailingFast(url);
  pools.push(sql);
  clients.push(redis);
  const metrics = createMetrics();
  const health = openHealth({ ...app, sql, metrics }, redis, given);
  if (url === redisUrl) await until(async () => redis.status === 'ready');
  return { health, metrics, redis };
}

async function until<T>(look: () => Promise<T>, isDone = (value: T) => Boolean(value)): Promise<T> {
  for (let i = 0; i < 1000; i++) {
    const value = await look();
    if (isDone(value)) return value;
    await sleep(5);
  }
  throw new Error('waited in vain');
}

const tell = (health: Health, report: Partial<Report>) =>
  health.report(SENDER, { well: 0, failed: 0, slow: 0, probe: false, ...report });
/** Waits until a worker is given the probe. */
const probeOf = (health: Health) =>
  until(
    () => health.of(SENDER),
    ({ most }) => most !== undefined,
  );
const incidents = () => app.sql`
  SELECT kind, subject, closed_at IS NULL AS "isOpen" FROM incidents ORDER BY opened_at, id`;

describe('workers over one Redis', () => {
  it('share a breaker, that opens with the report that proves the failure', async () => {
    const [one, two] = [await worker(), await worker()];
    expect(await two.health.of(SENDER)).toEqual({ weight: 4 });
    await tell(one.health, { failed: 5 });
    await tell(two.health, { failed: 4 });
    expect((await one.health.of(SENDER)).weight).toBeGreaterThan(0);
    await tell(two.health, { failed: 1 });
    expect(await one.health.of(SENDER)).toEqual({ weight: 0 });
    expect(await two.health.of(SENDER)).toEqual({ weight: 0 });
  });

  it('see another account of the same provider unharmed', async () => {
    const { health, metrics } = await worker();
    const other = { ...SENDER, sender: '+15005550007', weight: 3 };
    await tell(health, { failed: 100 });
    expect(await health.of(other)).toEqual({ weight: 3 });
    const labels = { channel: 'sms', provider: 'twilio' };
    expect((await metrics.senderWeight.get()).values).toEqual([{ labels, value: 3 }]);
    expect((await metrics.breakerOpened.get()).values).toEqual([{ labels, value: 1 }]);
  });

  it('send one probe between them, and close the breaker when it goes well', async () => {
    const workers = [await worker(SOON), await worker(SOON)];
    await tell(workers[0]?.health as Health, { failed: 10 });
    const first = await until(
      () => Promise.all(Array.from({ length: 20 }, (_, i) => workers[i % 2]?.health.of(SENDER))),
      (answers) => answers.some((answer) => answer?.most !== undefined),
    );
    expect(first.filter((answer) => answer?.most !== undefined)).toEqual([{ weight: 4, most: 5 }]);
    expect(first.filter((answer) => answer?.weight === 0)).toHaveLength(19);

    await tell(workers[1]?.health as Health, { well: 100 }); // an answer to what was sent before the breaker opened
    expect(await workers[0]?.health.of(SENDER)).toEqual({ weight: 0 });
    await tell(workers[1]?.health as Health, { well: 5, probe: true });
    for (const { health } of workers) {
      const { weight, most } = await health.of(SENDER);
      expect(most).toBeUndefined();
      expect(weight).toBeGreaterThanOrEqual(0.4 * (1 - 1e-9)); // a tenth at first
      expect(weight).toBeLessThan(4);
    }
  });

  it('open it again, for longer, when the probe fails', async () => {
    const { health } = await worker(SOON);
    await tell(health, { failed: 10 });
    await probeOf(health);
    await tell(health, { failed: 5, probe: true });
    const { phase, openings } = JSON.parse((await admin.get(healthKey(ACCOUNT))) ?? '');
    expect({ phase, openings }).toEqual({ phase: 'open', openings: 2 });
    await probeOf(health);
  });

  it('send another probe when the worker that had the first one died', async () => {
    const [dead, alive] = [await worker({ ...SOON, probeMs: 50 }), await worker({ ...SOON, probeMs: 50 })];
    await tell(dead.health, { failed: 10 });
    await probeOf(dead.health);
    await probeOf(alive.health);
    await tell(alive.health, { well: 1, probe: true });
    expect((await dead.health.of(SENDER)).weight).toBeGreaterThan(0);
  });

  it('take the turn back of a probe that sent nothing', async () => {
    const { health } = await worker(SOON);
    await tell(health, { failed: 10 });
    await probeOf(health);
    await tell(health, { probe: true });
    expect((await health.of(SENDER)).most).toBe(5);
  });

  it('give less to a sender that is slow, and to one that fails now and then', async () => {
    const { health } = await worker();
    await tell(health, { slow: 200 });
    const { weight } = await health.of(SENDER);
    expect(weight).toBeGreaterThan(2);
    expect(weight).toBeLessThan(2.2);
    await tell(health, { well: 70, failed: 30 });
    expect((await health.of(SENDER)).weight).toBeLessThan(weight);
  });

  it('raise one incident however many they are, and end it', async () => {
    const workers = await Promise.all([worker(SOON), worker(SOON), worker(SOON)]);
    await Promise.all(Array.from({ length: 60 }, (_, i) => tell(workers[i % 3]?.health as Health, { failed: 10 })));
    expect(await incidents()).toEqual([{ kind: 'provider_down', subject: ACCOUNT, isOpen: true }]);
    const [one] = workers;
    await probeOf(one.health);
    await tell(one.health, { well: 5, probe: true });
    for (const { health } of workers) await health.of(SENDER);
    expect(await incidents()).toEqual([{ kind: 'provider_down', subject: ACCOUNT, isOpen: false }]);
  });

  it('ask Redis a few times a second, not for every chunk, and see their own reports at once', async () => {
    const [asking, failing] = [await worker({ ...STILL, cacheMs: 60_000 }), await worker()];
    expect(await asking.health.of(SENDER)).toEqual({ weight: 4 });
    await tell(failing.health, { failed: 10 });
    expect(await asking.health.of(SENDER)).toEqual({ weight: 4 });
    await tell(asking.health, { failed: 1 });
    expect(await asking.health.of(SENDER)).toEqual({ weight: 0 });
  });

  it('forget a breaker when Redis loses it, and end its incident', async () => {
    const { health } = await worker();
    await tell(health, { failed: 10 });
    await admin.flushdb();
    expect(await health.of(SENDER)).toEqual({ weight: 4 });
    expect(await incidents()).toMatchObject([{ isOpen: false }]);
  });
});

describe('a worker whose Redis is away', () => {
  it('keeps a breaker of its own', async () => {
    const { health, metrics } = await worker(STILL, AWAY);
    expect(await health.of(SENDER)).toEqual({ weight: 4 });
    await tell(health, { failed: 10 });
    expect(await health.of(SENDER)).toEqual({ weight: 0 });
    expect((await metrics.breakerOpened.get()).values).toMatchObject([{ value: 1 }]);
    expect(await incidents()).toMatchObject([{ kind: 'provider_down', isOpen: true }]);
  });

  it('sends a probe of its own, and closes its breaker', async () => {
    const { health } = await worker(SOON, AWAY);
    await tell(health, { failed: 10 });
    await probeOf(health);
    expect(await health.of(SENDER)).toEqual({ weight: 0 });
    await tell(health, { well: 5, probe: true });
    expect((await health.of(SENDER)).weight).toBeGreaterThan(0);
    expect(await incidents()).toMatchObject([{ isOpen: false }]);
  });

  it('goes on from what it saw last', async () => {
    const [{ health, redis }, other] = [await worker(), await worker()];
    await tell(other.health, { failed: 10 });
    expect(await health.of(SENDER)).toEqual({ weight: 0 });
    redis.disconnect();
    expect(await health.of(SENDER)).toEqual({ weight: 0 });
  });
});
