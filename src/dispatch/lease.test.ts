import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NOT_STARTED } from '#channels/outcome.ts';
import { ladderPass } from '#schedulers/ladder.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import type { Outcome } from '../domain/attempt.ts';
import type { Chunk } from '../store/chunks.ts';
import { deliverChunk } from './deliver.ts';
import { leaseFrom } from './lease.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1;
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const SMS = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' } as const] };
const { sms } = app.scripted;
const { send } = sms;
const LEASE = app.config.schedule.leaseSeconds;

beforeEach(async () => {
  await clear(app);
  await app.redis.flushdb();
  sms.send = send;
  app.clock.set('2026-11-23T12:00:00Z');
});

async function dueNow(patients: number): Promise<Chunk> {
  for (let i = 0; i < patients; i++) await seedPrescription(app, await seedPatient(app), { policy: SMS });
  app.clock.set(DUE);
  await ladderPass(app);
  const [chunk] = await readyChunks(app);
  return chunk as Chunk;
}

/** The worker is stopped after so many messages of a batch, for so long; `meanwhile` happens before it wakes. */
function stopAfter(messages: number, seconds: number, meanwhile: () => Promise<unknown> = async () => {}): void {
  sms.send = async (batch, mayStart) => {
    const first = await send(batch.slice(0, messages), mayStart);
    app.clock.advance(seconds);
    await meanwhile();
    return [...first, ...(await send(batch.slice(messages), mayStart))];
  };
}

const states = async () => (await app.sql`SELECT state FROM attempts ORDER BY id`).map(({ state }) => state);

describe('a worker that was stopped for longer than its lease', () => {
  it.each([
    { before: 0, name: 'before the provider was called' },
    { before: 3, name: 'in the middle of a batch' },
  ])('$name starts nothing more, and every message leaves once', async ({ before }) => {
    const chunk = await dueNow(10);
    stopAfter(before, LEASE + 1, () => rescuePass(app));
    await deliverChunk(app, chunk);
    expect(sms.sent).toHaveLength(before);
    sms.send = send;
    for (const seconds of [5, 60, 90]) await driveTo(app, new Date(DUE.getTime() + (LEASE + seconds) * 1000));
    expect(sms.sent).toHaveLength(10);
    expect(new Set(sms.sent.map(({ attemptId }) => attemptId)).size).toBe(10);
    expect(await states()).toEqual(Array.from({ length: 10 }, () => 'accepted'));
  });

  it('goes on when it woke in time', async () => {
    const chunk = await dueNow(10);
    stopAfter(3, LEASE / 2);
    await deliverChunk(app, chunk);
    expect(sms.sent).toHaveLength(10);
  });

  it('does not start when others may take its lease for over already', async () => {
    const chunk = await dueNow(2);
    stopAfter(0, LEASE * 0.95);
    await deliverChunk(app, chunk);
    expect(sms.sent).toEqual([]);
  });

  it('says nothing of the sender, nor of its rate', async () => {
    const chunk = await dueNow(50);
    stopAfter(0, LEASE);
    const charged = vi.spyOn(app.limits, 'charge');
    await deliverChunk(app, chunk);
    expect(await app.health.of(sms)).toEqual({ weight: 1 });
    expect(charged).toHaveBeenCalledWith(sms, -50);
    charged.mockRestore();
  });
});

describe('a message that another worker has by now', () => {
  const refused: Outcome = { kind: 'message_failed', code: '30007' };
  const retry: Outcome = { kind: 'retry', code: '503' };
  const unknown: Outcome = { kind: 'unknown', code: 'timeout' };
  it.each([
    { late: refused, state: 'unknown', code: 'ECONNRESET' },
    { late: retry, state: 'unknown', code: 'ECONNRESET' },
    { late: NOT_STARTED, state: 'unknown', code: 'ECONNRESET' },
    { late: unknown, state: 'unknown', code: 'ECONNRESET' },
    { late: { kind: 'accepted', ref: 'first' } as Outcome, state: 'accepted', code: null },
  ])('is not touched by what the first one says ($late.kind), unless it left', async ({ late, state, code }) => {
    const chunk = await dueNow(1);
    sms.send = async () => {
      sms.send = send;
      sms.script = [{ kind: 'unknown', code: 'ECONNRESET' }];
      app.clock.advance(LEASE + 1);
      await rescuePass(app); // its lease is over
      app.clock.advance(LEASE + 1);
      await rescuePass(app); // proven absent, so far
      for (const again of await readyChunks(app)) await deliverChunk(app, again);
      return [late];
    };
    await deliverChunk(app, chunk);
    expect(await app.sql`SELECT state, code FROM attempts`).toEqual([{ state, code }]);
    for (const left of await readyChunks(app)) await deliverChunk(app, left);
    expect(sms.sent).toHaveLength(1);
  });
});

describe('a lease', () => {
  it.each([
    { name: 'the steady clock went on', pass: () => app.clock.advance(LEASE * 0.9) },
    { name: 'the machine was suspended', pass: () => vi.spyOn(Date, 'now').mockReturnValue(Date.now() + LEASE * 900) },
  ])('is over when $name', ({ pass }) => {
    const lease = leaseFrom(app);
    expect(lease.isOver()).toBe(false);
    pass();
    expect(lease.isOver()).toBe(true);
    vi.restoreAllMocks();
  });
});
