import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import { enqueueChunks } from '#src/dispatch/queues.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { startRedis } from '#src/embedded/redis.ts';
import { type Chunk, claimChunk, insertChunks } from '#src/store/chunks.ts';
import { onRedis, seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import { ladderPass } from './ladder.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1;
const { parts: away, close } = await onRedis(app, 'redis://127.0.0.1:1');
afterAll(close);
/** The same app, while Redis is away. */
const without = { ...app, ...away };
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const past = (seconds: number) => new Date(DUE.getTime() + seconds * 1000);

beforeEach(async () => {
  await clear(app);
  for (const queue of app.queues.lanes.values()) await queue.obliterate({ force: true });
  app.metrics.rescued.reset();
  app.clock.set('2026-11-23T12:00:00Z');
});

async function dueNow(patients = 1): Promise<void> {
  for (let i = 0; i < patients; i++) await seedPrescription(app, await seedPatient(app));
  app.clock.set(DUE);
  await ladderPass(app);
}

const states = async () => (await app.sql`SELECT state FROM attempts ORDER BY id`).map((row) => row.state);
const rescued = async () =>
  Object.fromEntries((await app.metrics.rescued.get()).values.map(({ labels, value }) => [labels.what, value]));

describe('a ready chunk that nobody took, while Redis is away', () => {
  it.each([
    { seconds: 1.9, sent: 0 },
    { seconds: 2, sent: 1 },
  ])('is left to its job for two seconds ($seconds s: $sent sent)', async ({ seconds, sent }) => {
    await dueNow();
    app.clock.set(past(seconds));
    expect(await rescuePass(without)).toBe(sent > 0);
    expect(app.scripted.push.sent).toHaveLength(sent);
    expect(await rescued()).toMatchObject({ job_lost: sent });
  });

  it('is sent by one of the workers that find it, and once', async () => {
    await dueNow(8);
    app.clock.set(past(5));
    await Promise.all([rescuePass(without), rescuePass(without), rescuePass(without)]);
    expect(app.scripted.push.sent).toHaveLength(8);
    expect(await rescuePass(without)).toBe(false);
    expect(app.scripted.push.sent).toHaveLength(8);
  });

  it('too late to be of use, is not sent: the next rung has its turn', async () => {
    await dueNow();
    app.clock.set(past(15 * 60));
    await rescuePass(without);
    expect(app.scripted.push.sent).toEqual([]);
    const [attempt] = await app.sql`SELECT state, code FROM attempts`;
    expect(attempt).toEqual({ state: 'cancelled', code: 'expired' });
    const [dose] = await app.sql`SELECT next_action_at FROM doses WHERE due_at = ${DUE}`;
    expect(dose?.next_action_at).toEqual(past(10 * 60));
  });
});

describe('a ready chunk that nobody took, while Redis is up', () => {
  const jobs = async () => (await app.queues.lanes.get('push')?.getJobs())?.map((job) => job.data.chunkId);

  it('gets the job back that was lost, and is not sent past the others that wait', async () => {
    await dueNow();
    const [chunk] = await readyChunks(app);
    await app.queues.lanes.get('push')?.obliterate({ force: true });
    app.clock.set(past(2));
    expect(await rescuePass(app)).toBe(true);
    expect(await jobs()).toEqual([chunk?.id]);
    expect(await rescued()).toMatchObject({ job_lost: 1 });
    expect(app.scripted.push.sent).toEqual([]);
  });

  it('is sent from here while Redis refuses writes, since no job can move then', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'redis-'));
    const redis = await startRedis({ dir, durable: false, logFile: join(dir, 'log') });
    const { parts, close } = await onRedis(app, redis.url);
    await dueNow();
    await parts.redis.config('SET', 'min-replicas-to-write', '1');
    app.clock.set(past(2));
    expect(await rescuePass({ ...app, ...parts })).toBe(true);
    expect(app.scripted.push.sent).toHaveLength(1);
    expect(await rescuePass({ ...app, ...parts })).toBe(false);
    await close();
    await redis.stop();
    rmSync(dir, { recursive: true });
  }, 20_000);

  it('of 100,000 doses gets its job back within 20 s of a flush', async () => {
    const lanes = [
      { channel: 'push', chunks: 800, size: 100 },
      { channel: 'sms', chunks: 200, size: 50 },
      { channel: 'email', chunks: 500, size: 20 },
    ] as const;
    const chunks = lanes.flatMap(({ channel, chunks, size }) =>
      Array.from({ length: chunks }, (_, turn) => ({
        ...{ id: uuidv7(DUE), channel, critical: false, size, turn: turn + 1 },
        ...{ readyAt: DUE, expiresAt: past(900) },
      })),
    );
    await insertChunks(app.sql, chunks, DUE);
    await enqueueChunks(app, chunks);
    await app.redis.flushdb();
    app.clock.set(past(2));
    const from = performance.now();
    await rescuePass(app);
    expect(performance.now() - from).toBeLessThan(20_000);
    expect(await rescued()).toMatchObject({ job_lost: 1500 });
    const jobs = await Promise.all(lanes.map(({ channel }) => app.queues.lanes.get(channel)?.getPrioritizedCount()));
    expect(jobs).toEqual([800, 200, 500]);
  }, 30_000);

  it('whose job sleeps past its moment is brought to a worker in its turn', async () => {
    await dueNow();
    await app.queues.lanes.get('push')?.obliterate({ force: true });
    const [chunk] = await readyChunks(app);
    await enqueueChunks({ ...app, clock: { now: () => past(-60) } }, [chunk as Chunk]); // sleeps for a minute
    app.clock.set(past(2));
    expect(await rescuePass(app)).toBe(true);
    expect(await app.queues.lanes.get('push')?.getJobCounts('delayed', 'prioritized')).toEqual({
      delayed: 0,
      prioritized: 1,
    });
    expect(await rescuePass(app)).toBe(false);
    expect(app.scripted.push.sent).toEqual([]);
  });

  it('that has its job only waits for its turn', async () => {
    await dueNow();
    app.clock.set(past(60));
    expect(await rescuePass(app)).toBe(false);
    expect(await jobs()).toHaveLength(1);
    expect(await rescued()).toMatchObject({ job_lost: 0 });
  });
});

describe('a chunk whose holder is gone', () => {
  const bySms = async () => {
    const ladder = [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] as const;
    await seedPrescription(app, await seedPatient(app), { policy: { ladder: [...ladder] } });
    app.clock.set(DUE);
    await ladderPass(app);
  };
  const heldUntil = async (leaseUntil: Date, account: string | null) => {
    const [chunk] = await app.sql<{ id: string }[]>`SELECT id FROM chunks`;
    await claimChunk(app.sql, chunk?.id as string, { leaseUntil, account });
  };
  const deliverReady = async () => {
    for (const again of await readyChunks(app)) await deliverChunk(app, again);
  };

  it('is left alone until its lease is over; a push shows once however often it is sent, and is sent again at once', async () => {
    await dueNow(3);
    await heldUntil(past(30), 'scripted-push:sender-push');
    app.clock.set(past(29));
    await rescuePass(app);
    await deliverReady();
    expect(app.scripted.push.sent).toEqual([]);
    app.clock.set(past(30));
    await rescuePass(app);
    expect(await rescued()).toMatchObject({ worker_lost: 3 });
    app.clock.set(past(33));
    await deliverReady();
    expect(app.scripted.push.sent).toHaveLength(3);
    expect(await states()).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('and that may have sent its SMS: the provider has its time to tell before it is asked', async () => {
    await bySms();
    await heldUntil(past(30), 'scripted-sms:sender-sms');
    for (const seconds of [30, 59]) {
      app.clock.set(past(seconds));
      await rescuePass(app);
      expect(await states()).toEqual(['unknown']);
    }
    app.scripted.sms.found = { kind: 'accepted', ref: 'it-has-left' };
    app.clock.set(past(60));
    await rescuePass(app);
    expect(await states()).toEqual(['accepted']);
    expect(app.scripted.sms.sent).toEqual([]);
    app.scripted.sms.found = undefined;
  });

  it('and that had not chosen a sender: its messages never left, and are sent at once', async () => {
    await bySms();
    await heldUntil(past(30), null);
    const { lookup } = app.scripted.sms;
    delete app.scripted.sms.lookup; // nobody could be asked
    app.clock.set(past(30));
    await rescuePass(app);
    app.clock.set(past(31));
    await deliverReady();
    expect(app.scripted.sms.sent).toHaveLength(1);
    if (lookup !== undefined) app.scripted.sms.lookup = lookup;
  });

  it('whose doses were answered meanwhile stays unknown, and nothing is repeated', async () => {
    await dueNow();
    const [chunk] = await app.sql<{ id: string }[]>`SELECT id FROM chunks`;
    await claimChunk(app.sql, chunk?.id as string, { leaseUntil: past(30), account: 'scripted-push:sender-push' });
    await app.sql`UPDATE doses SET state = 'skipped', reason = 'patient', resolved_at = ${DUE}, next_action_at = NULL WHERE due_at = ${DUE}`;
    for (const seconds of [30, 61, 120, 600]) {
      app.clock.set(past(seconds));
      await rescuePass(app);
    }
    expect(app.scripted.push.sent).toEqual([]);
    expect(await states()).toEqual(['unknown']);
  });
});
