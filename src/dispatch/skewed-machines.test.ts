import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startRescue } from '#schedulers/rescue.ts';
import { testDispatcher } from '#test/helpers/dispatcher.ts';
import { plusSeconds } from '../clock.ts';
import { uuidv7 } from '../domain/ids.ts';
import { type Chunk, insertChunks } from '../store/chunks.ts';
import { enqueueChunks } from './queues.ts';
import { startWorkers } from './workers.ts';

const realNow = Date.now;
const scripted = await testDispatcher();
/** The true time, as PostgreSQL tells it; BullMQ has the machine's. */
const app = { ...scripted, clock: { now: () => new Date(performance.timeOrigin + performance.now()) } };

/** From here on this machine's wall clock is wrong by so much. */
const wrongBy = (seconds: number) => vi.spyOn(Date, 'now').mockImplementation(() => realNow() + seconds * 1000);

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
  vi.restoreAllMocks();
  await app.redis.flushdb();
  await app.sql`TRUNCATE chunks`;
});

/** A chunk of no messages whose moment comes in so many seconds. */
async function chunkIn(seconds: number, critical = false): Promise<Chunk> {
  const now = app.clock.now();
  const readyAt = plusSeconds(now, seconds);
  const chunk: Chunk = {
    id: uuidv7(now),
    channel: 'push',
    critical,
    size: 1,
    readyAt,
    expiresAt: plusSeconds(now, 600),
    turn: 1,
  };
  await insertChunks(app.sql, [chunk], now);
  return chunk;
}

/** How many seconds after its moment it was sent. */
async function lateness({ id, readyAt }: Chunk): Promise<number> {
  const taken = async () => (await app.sql`SELECT 1 FROM chunks WHERE id = ${id} AND state = 'done'`).length;
  await expect.poll(taken, { timeout: 15_000, interval: 20 }).toBe(1);
  return (app.clock.now().getTime() - readyAt.getTime()) / 1000;
}

const CLOCKS = [0, -3600, -300, 300, 3600];

describe('a chunk leaves at its moment by the true clock, and within seconds', () => {
  it.each(CLOCKS)('when the machine that adds its job is wrong by %i s', async (seconds) => {
    const chunk = await chunkIn(1);
    wrongBy(seconds);
    await enqueueChunks(app, [chunk]);
    vi.restoreAllMocks();
    running.push(startWorkers(app));
    const late = await lateness(chunk);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(0.5);
  });

  it.each(CLOCKS)('when the machine of its worker is wrong by %i s', async (seconds) => {
    const chunks = [await chunkIn(2), await chunkIn(2, true)];
    await enqueueChunks(app, chunks);
    wrongBy(seconds);
    running.push(startWorkers(app), startRescue(app));
    for (const late of await Promise.all(chunks.map(lateness))) {
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(seconds < 0 ? 4 : 0.5); // behind: the rescue wakes it
    }
  });
});

it('jobs that a machine ahead in time wakes too early hold up none that is due', async () => {
  const early = await Promise.all(Array.from({ length: 20 }, () => chunkIn(4)));
  await enqueueChunks(app, early);
  wrongBy(3600);
  running.push(startWorkers(app));
  await expect.poll(async () => await app.queues.lanes.get('push')?.getDelayedCount()).toBe(0);
  const due = await chunkIn(0);
  await enqueueChunks(app, [due]);
  expect(await lateness(due)).toBeLessThan(1);
  for (const late of await Promise.all(early.map(lateness))) {
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1);
  }
});
