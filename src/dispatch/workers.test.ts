import { afterEach, beforeEach, expect, it } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, readyChunks } from '#test/helpers/drive.ts';
import type { Outcome } from '../domain/attempt.ts';
import { enqueueChunks } from './queues.ts';
import { startWorkers } from './workers.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1; // one pass cuts all chunks
const CHUNKS = 8;
const SIZE = 10;
const SMS = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' } as const] };
const sms = app.scripted.sms;
const send = sms.send;
const BOUND = { timeout: 15_000, interval: 20 };

let workers: { stop(): Promise<void> };
beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
  Object.assign(sms, { width: SIZE });
});
afterEach(async () => {
  sms.send = send;
  await workers.stop();
  await app.redis.flushdb();
});

/** The provider has the messages, and tells what became of so many of each chunk; of the others when `tell` is called. */
function answersOnly(perChunk: number) {
  const told = Promise.withResolvers<void>();
  sms.send = async (batch, _mayStart, answered) => {
    sms.sent.push(...batch);
    for (let n = 0; n < perChunk; n++) answered?.();
    await told.promise;
    return batch.map(({ attemptId }): Outcome => ({ kind: 'accepted', ref: attemptId }));
  };
  return { tell: told.resolve };
}

async function startRush(): Promise<void> {
  for (let n = 0; n < CHUNKS * SIZE; n++) await seedPrescription(app, await seedPatient(app), { policy: SMS });
  app.clock.set('2026-11-23T13:00:00Z');
  await ladderPass(app);
  const chunks = await readyChunks(app);
  expect(chunks.map(({ size }) => size)).toEqual(Array(CHUNKS).fill(SIZE));
  await enqueueChunks(app, chunks);
  workers = startWorkers(app);
}

const accepted = async () => (await app.sql`SELECT 1 FROM attempts WHERE state = 'accepted'`).length;

it('the slowest answer of each chunk holds up none behind it, and is waited for', async () => {
  const slow = answersOnly(SIZE - 1);
  await startRush();
  await expect.poll(() => sms.sent.length, BOUND).toBe(CHUNKS * SIZE);
  expect(await accepted()).toBe(0);
  const stopped = workers.stop();
  slow.tell();
  await stopped;
  expect(await accepted()).toBe(CHUNKS * SIZE);
});

it('a provider that answers too few of a chunk gets no more than has a place', async () => {
  const silent = answersOnly(SIZE - 2);
  await startRush();
  await expect.poll(() => sms.sent.length, BOUND).toBe(3 * SIZE);
  const [waiting] = await app.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM chunks WHERE state = 'queued'`;
  expect(waiting?.n).toBe(CHUNKS - 3);
  silent.tell();
  await expect.poll(accepted, BOUND).toBe(CHUNKS * SIZE);
});
