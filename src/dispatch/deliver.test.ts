import { createSecretKey } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { seedPatient, seedPrescription, type TestDispatcher, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import type { Outcome } from '../domain/attempt.ts';
import type { Chunk } from '../store/chunks.ts';
import { createCipher } from '../store/cipher.ts';
import { deliverChunk } from './deliver.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1; // one pass makes one chunk
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const SMS = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' } as const] };
const send = app.scripted.sms.send;
const accepted: Outcome = { kind: 'accepted', ref: 'ref' };
const unknown: Outcome = { kind: 'unknown', code: 'timeout' };
const retry: Outcome = { kind: 'retry', code: '429', retryAfterMs: 5000 };
const refused: Outcome = { kind: 'message_failed', code: '30007' };

beforeEach(async () => {
  await clear(app);
  app.scripted.sms.send = send;
  app.clock.set('2026-11-23T12:00:00Z');
});

/** Doses of as many patients, all due now, as ready chunks. */
async function dueNow(patients: number): Promise<Chunk[]> {
  for (let i = 0; i < patients; i++) await seedPrescription(app, await seedPatient(app), { policy: SMS });
  app.clock.set(DUE);
  await ladderPass(app);
  return readyChunks(app);
}

/** Makes one contact unreadable: sealed with a key nobody has any more. Returns its attempt. */
async function poison(sql: TestDispatcher['sql']): Promise<string> {
  const other = createCipher(
    [{ id: 'gone', key: createSecretKey(Buffer.alloc(32, 7)) }],
    createSecretKey(Buffer.alloc(32)),
  );
  const [attempt] = await sql`SELECT id, contact_point_id FROM attempts WHERE channel = 'sms' ORDER BY id LIMIT 1`;
  await sql`UPDATE contact_points SET value = ${other.seal('+51999999999')} WHERE id = ${attempt?.contact_point_id}`;
  return attempt?.id;
}

const attempts = () =>
  app.sql`SELECT id, state, code, chunk_id, tries FROM attempts WHERE purpose = 'reminder' ORDER BY id`;
const counted = async (column: string) => {
  const rows = await app.sql`SELECT ${app.sql(column)} AS value, count(*)::int AS n FROM attempts GROUP BY 1`;
  return Object.fromEntries(rows.map((row) => [row.value, row.n]));
};

describe('a chunk of a hundred', () => {
  it('with every kind of outcome and an unreadable row: each message gets its own end', async () => {
    const chunks = await dueNow(100);
    expect(chunks).toHaveLength(1);
    const bad = await poison(app.sql);
    const kinds: Outcome[] = [
      accepted,
      retry,
      { kind: 'contact_failed', code: '21211', optedOut: false },
      refused,
      unknown,
    ];
    app.scripted.sms.script = Array.from({ length: 99 }, (_, i) => kinds[i % 5] as Outcome);
    expect(await deliverChunk(app, chunks[0] as Chunk)).toBe(true);
    expect(await counted('state')).toEqual({ accepted: 20, intent: 20, failed: 41, unknown: 19 });
    expect(await counted('code')).toEqual({
      null: 20,
      '429': 20,
      '21211': 20,
      '30007': 20,
      unreadable: 1,
      timeout: 19,
    });
    expect((await attempts()).find((row) => row.id === bad)).toMatchObject({ state: 'failed', code: 'unreadable' });
    expect(app.scripted.sms.sent.map((message) => message.attemptId)).not.toContain(bad);
    const invalid = await app.sql`SELECT 1 FROM contact_points WHERE state = 'invalid'`;
    expect(invalid).toHaveLength(20);
    const again = await app.sql`SELECT size FROM chunks WHERE state = 'queued'`;
    expect(again.reduce((sum, row) => sum + row.size, 0)).toBe(20);
    expect(again.length).toBeLessThan(5); // the retries of one moment go together
    expect(await app.sql`SELECT state FROM chunks WHERE id = ${(chunks[0] as Chunk).id}`).toEqual([{ state: 'done' }]);
  });

  it('whose retries succeed later ends with everything accepted, each sent once more at most', async () => {
    const [chunk] = await dueNow(30);
    app.scripted.sms.script = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? retry : accepted));
    await deliverChunk(app, chunk as Chunk);
    await driveTo(app, new Date(DUE.getTime() + 6000));
    expect(await counted('state')).toEqual({ accepted: 30 });
    expect(await counted('tries')).toEqual({ 0: 15, 1: 15 });
    expect(app.scripted.sms.sent).toHaveLength(45);
  });

  it('that many workers are told of is sent by one', async () => {
    const [chunk] = await dueNow(10);
    const sent = await Promise.all(Array.from({ length: 6 }, () => deliverChunk(app, chunk as Chunk)));
    expect(sent.filter(Boolean)).toHaveLength(1);
    expect(app.scripted.sms.sent).toHaveLength(10);
  });

  it('that a worker has in hand is refused to every other, before and after its outcomes are written', async () => {
    const [chunk] = await dueNow(2);
    const held = heldSends();
    const called = held.next();
    const first = deliverChunk(app, chunk as Chunk);
    await called;
    expect(await deliverChunk(app, chunk as Chunk)).toBe(false);
    held.calls[0]?.answer(accepted);
    expect(await first).toBe(true);
    expect(await deliverChunk(app, chunk as Chunk)).toBe(false);
    expect(app.scripted.sms.sent).toHaveLength(2);
  });
});

/** Sends that wait to be answered: `calls[i].answer(outcomes)`. */
function heldSends() {
  const calls: { answer(outcome: Outcome): void }[] = [];
  const waiting: (() => void)[] = [];
  app.scripted.sms.send = (batch) => {
    app.scripted.sms.sent.push(...batch);
    return new Promise((done) => {
      calls.push({ answer: (outcome) => done(batch.map(() => outcome)) });
      waiting.shift()?.();
    });
  };
  const next = () => new Promise<void>((done) => waiting.push(done));
  return { calls, next };
}

describe('a worker that lost its lease while the provider was slow', () => {
  it.each([
    { late: accepted, state: 'accepted', code: null },
    { late: refused, state: 'failed', code: '30007' },
    { late: retry, state: 'intent', code: '429' },
    { late: unknown, state: 'unknown', code: 'worker_lost' },
  ])('still tells what it learnt: $late.kind → $state', async ({ late, state, code }) => {
    const [chunk] = await dueNow(1);
    const held = heldSends();
    const called = held.next();
    const delivery = deliverChunk(app, chunk as Chunk);
    await called;
    app.clock.advance(31);
    await rescuePass(app);
    expect(await attempts()).toMatchObject([{ state: 'unknown', code: 'worker_lost' }]);
    held.calls[0]?.answer(late);
    expect(await delivery).toBe(true);
    expect(await attempts()).toMatchObject([{ state, code }]);
    expect(await app.sql`SELECT fence, state FROM chunks WHERE id = ${(chunk as Chunk).id}`).toEqual([
      { fence: 1, state: 'done' },
    ]);
  });

  it('does not take a message back from the worker that sends it now', async () => {
    const [chunk] = await dueNow(1);
    const held = heldSends();
    let called = held.next();
    const first = deliverChunk(app, chunk as Chunk);
    await called;
    app.clock.advance(31);
    await rescuePass(app); // the lease is over: unknown
    app.clock.advance(31);
    await rescuePass(app); // proven absent: to be sent again
    const [again] = await readyChunks(app);
    called = held.next();
    const second = deliverChunk(app, again as Chunk);
    await called;
    held.calls[0]?.answer(retry);
    await first;
    app.clock.advance(10);
    for (const id of await readyChunks(app)) await deliverChunk(app, id);
    held.calls[1]?.answer(accepted);
    await second;
    expect(app.scripted.sms.sent).toHaveLength(2);
    expect(await attempts()).toMatchObject([{ state: 'accepted', chunk_id: again?.id }]);
  });
});

describe('finding out about unknown messages', () => {
  it('an unreadable one does not keep the others from being found', async () => {
    const [chunk] = await dueNow(5);
    app.scripted.sms.script = Array.from({ length: 5 }, () => unknown);
    await deliverChunk(app, chunk as Chunk);
    const bad = await poison(app.sql);
    app.scripted.sms.found = accepted;
    app.clock.advance(31);
    await rescuePass(app);
    expect(await counted('state')).toEqual({ accepted: 4, unknown: 1 });
    expect((await attempts()).find((row) => row.id === bad)).toMatchObject({ state: 'unknown' });
  });

  it('while the provider cannot say, it is asked again and nothing is sent', async () => {
    const [chunk] = await dueNow(1);
    app.scripted.sms.script = [unknown];
    await deliverChunk(app, chunk as Chunk);
    app.scripted.sms.found = unknown;
    for (let i = 0; i < 3; i++) {
      app.clock.advance(31);
      await rescuePass(app);
    }
    expect(await attempts()).toMatchObject([{ state: 'unknown' }]);
    app.scripted.sms.found = accepted;
    app.clock.advance(31);
    await rescuePass(app);
    expect(await attempts()).toMatchObject([{ state: 'accepted' }]);
    expect(app.scripted.sms.sent).toHaveLength(1);
  });
});
