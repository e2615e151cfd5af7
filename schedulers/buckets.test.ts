import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRedis } from '#src/embedded/redis.ts';
import { onRedis, seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, rescuePass } from '#test/helpers/drive.ts';
import { bucketPass, claimBucket } from './buckets.ts';
import { gaugesPass } from './gauges.ts';
import { ladderPass } from './ladder.ts';

const app = await testDispatcher();
app.config.schedule.shards = 2;
const MINUTE_START = Date.parse('2026-11-23T13:00:00Z'); // 08:00 in Lima
const LAST_OF_BUCKET = MINUTE_START + 59_999;

beforeEach(async () => {
  await clear(app);
  await app.queues.buckets.obliterate({ force: true });
  for (const queue of app.queues.lanes.values()) await queue.obliterate({ force: true });
  app.clock.set('2026-11-23T12:00:00Z');
});

const everyShard = (claim: (shard: number) => Promise<void>) => Promise.all([0, 1].map(claim));
const attempts = () => app.sql`SELECT channel, state FROM attempts ORDER BY id`;

describe("a bucket's job", () => {
  it('is added for each of the coming buckets and shards, delayed to a little before its first moment', async () => {
    app.clock.set('2026-11-23T12:59:30Z'); // the bucket of 12:59 runs, the next one is claimed at 12:59:50
    await bucketPass(app);
    const jobs = await app.queues.buckets.getJobs();
    const told = jobs
      .map(({ id, data, delay }) => ({ id, ...data, delay }))
      .sort((a, b) => a.until - b.until || a.shard - b.shard);
    const bucket = (n: number, delay: number) =>
      [0, 1].map((shard) => {
        const until = LAST_OF_BUCKET + (n - 1) * 60_000;
        return { id: `bucket-${until}-${shard}`, shard, until, delay };
      });
    expect(told).toEqual([...bucket(0, 0), ...bucket(1, 20_000), ...bucket(2, 80_000)]);
  });

  it('added again, by this scheduler or another, changes nothing', async () => {
    await Promise.all([bucketPass(app), bucketPass(app)]);
    await bucketPass(app);
    expect(await app.queues.buckets.getJobs()).toHaveLength(6);
  });
});

describe('a claimed bucket', () => {
  it("has its doses' messages as jobs, each delayed to a quarter second before its dose's moment, and nothing has left", async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient, { times: ['08:00'] });
    await seedPrescription(app, patient, { rrules: ['FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=42'] });
    app.clock.set(new Date(MINUTE_START - 10_000));
    await everyShard((shard) => claimBucket(app, { shard, until: LAST_OF_BUCKET }));
    const jobs = (await app.queues.lanes.get('push')?.getJobs()) ?? [];
    expect(jobs.map((job) => job.delay).sort((a, b) => a - b)).toEqual([9_750, 51_750]);
    const chunks = await app.sql<{ id: string }[]>`SELECT id FROM chunks ORDER BY id`;
    expect(jobs.map((job) => job.data.chunkId).sort()).toEqual(chunks.map(({ id }) => id));
    expect(jobs.every((job) => Object.keys(job.data).join() === 'chunkId,size,turn,at,until')).toBe(true);
    expect(app.scripted.push.sent).toEqual([]);
    expect(await attempts()).toEqual([1, 2].map(() => ({ channel: 'push', state: 'intent' })));
  });

  it('is claimed once, however often and by however many its job is run', async () => {
    await seedPrescription(app, await seedPatient(app));
    app.clock.set(new Date(MINUTE_START - 10_000));
    const claim = () => everyShard((shard) => claimBucket(app, { shard, until: LAST_OF_BUCKET }));
    await Promise.all([claim(), claim(), claim()]);
    await claim();
    expect(await attempts()).toHaveLength(1);
  });

  it('takes more doses than one transaction does, and none of the next bucket', async () => {
    await seedPrescription(app, await seedPatient(app));
    const id = await seedPrescription(app, await seedPatient(app), { times: ['08:01'] });
    await app.sql`
      INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                         window_ends_at, critical, shard, tz_version, zone, time_policy, next_action_at)
      SELECT gen_random_uuid(), local_date, n, tenant_id, patient_id, prescription_id, prescription_version,
             due_at - interval '1 minute', window_ends_at, critical, shard, tz_version, zone, time_policy, due_at - interval '1 minute'
      FROM doses, generate_series(1, 600) n WHERE prescription_id = ${id} AND due_at < '2026-11-24'`;
    app.clock.set(new Date(MINUTE_START - 10_000));
    await everyShard((shard) => claimBucket(app, { shard, until: LAST_OF_BUCKET }));
    expect(await attempts()).toHaveLength(601);
    const [next] = await app.sql`SELECT state FROM doses WHERE due_at = ${new Date(MINUTE_START + 60_000)}`;
    expect(next).toEqual({ state: 'planned' });
  });
});

describe('without Redis', () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  /** Parts whose Redis was there and has gone. */
  async function lostRedis() {
    const dir = mkdtempSync(join(tmpdir(), 'redis-'));
    const redis = await startRedis({ dir, durable: false, logFile: join(dir, 'log') });
    const { parts, close } = await onRedis(app, redis.url);
    opened.push(async () => rmSync(dir, { recursive: true }), close);
    await redis.stop();
    return parts;
  }

  /** Parts whose Redis has not been there since the process began. */
  async function noRedis() {
    const { parts, close } = await onRedis(app, 'redis://127.0.0.1:1');
    opened.push(close);
    return parts;
  }

  it.each([
    { name: 'gone', parts: lostRedis },
    { name: 'never there', parts: noRedis },
  ])(
    '($name) buckets fail at once, the ladder takes the doses and the rescue sends them',
    async ({ parts }) => {
      await seedPrescription(app, await seedPatient(app));
      const without = { ...app, ...(await parts()) };
      app.clock.set(new Date(MINUTE_START));
      await expect(bucketPass(without)).rejects.toThrow();
      expect(await ladderPass(without)).toBe(true);
      app.clock.advance(3);
      await rescuePass(without);
      await expect(gaugesPass(without)).rejects.toThrow();
      expect(app.scripted.push.sent).toHaveLength(1);
      expect(await attempts()).toEqual([{ channel: 'push', state: 'accepted' }]);
    },
    20_000,
  );
});
