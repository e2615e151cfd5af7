import { beforeEach, describe, expect, it } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { letters } from '#test/helpers/dead-letters.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import { plusSeconds } from '../clock.ts';
import type { Outcome } from '../domain/attempt.ts';
import { transaction } from '../store/transaction.ts';
import { deliverChunk } from './deliver.ts';
import { drop, redrive } from './quarantine-redrive.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1;
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const past = (seconds: number) => plusSeconds(DUE, seconds);
const malformed: Outcome = { kind: 'message_failed', code: 'INVALID_ARGUMENT' };
const accepted: Outcome = { kind: 'accepted', ref: 'ref' };
const send = app.scripted.push.send;
const LADDER = [
  { afterSeconds: 0, channel: 'push', to: 'patient' },
  { afterSeconds: 600, channel: 'sms', to: 'patient' },
] as const;

beforeEach(async () => {
  await clear(app);
  app.scripted.push.send = send;
  await app.sql`TRUNCATE dead_letters, incidents CASCADE`;
  app.clock.set('2026-11-23T12:00:00Z');
});

async function seed(many: number): Promise<void> {
  for (let i = 0; i < many; i++)
    await seedPrescription(app, await seedPatient(app), { policy: { ladder: [...LADDER] } });
}

const counted = () =>
  app.sql`SELECT channel, state, code, count(*)::int AS n FROM attempts GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;
const redriven = (id: string, now: Date) =>
  transaction(app.sql, (tx) => redrive(tx, { id, tenantId: app.tenantId }, now));

/** The worker dies with every chunk of this message in hand; each other chunk is sent. Until all is quiet, for so long. */
async function withKiller(
  killer: () => string | undefined,
  minutes: number,
): Promise<{ deaths: number; sizes: number[] }> {
  const sizes: number[] = [];
  app.scripted.push.send = (batch) => {
    if (!batch.some(({ attemptId }) => attemptId === killer())) return send(batch);
    sizes.push(batch.length);
    return Promise.reject(new TypeError('as if the worker died'));
  };
  for (let s = 0; s < minutes * 60; s += 5) {
    app.clock.set(past(s));
    await ladderPass(app);
    for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk).catch(() => {});
    await rescuePass(app);
  }
  return { deaths: sizes.length, sizes };
}

describe('a message that is refused as malformed', () => {
  it('is a dead letter, its dose goes on to the next rung, and one incident tells of all', async () => {
    await seed(3);
    app.scripted.push.script = [malformed, malformed, accepted];
    await driveTo(app, DUE);
    expect(await letters(app)).toMatchObject(
      Array(2).fill({
        kind: 'message',
        state: 'quarantined',
        reason: 'INVALID_ARGUMENT',
        tries: 1,
        useful_until: past(900),
      }),
    );
    expect(app.scripted.sms.sent).toHaveLength(2);
    expect(await app.sql`SELECT kind, affected FROM incidents`).toEqual([{ kind: 'quarantined', affected: 2 }]);
  });

  it("a provider's words are no code", async () => {
    await seed(1);
    app.scripted.push.script = [{ kind: 'message_failed', code: 'no such medicine: Metformin' }];
    await driveTo(app, DUE);
    expect(await letters(app)).toMatchObject([{ reason: 'refused' }]);
  });

  it('is closed when it has become worthless, and the incident with it', async () => {
    await seed(1);
    app.scripted.push.script = [malformed];
    await driveTo(app, DUE);
    await driveTo(app, past(900));
    expect(await letters(app)).toMatchObject([{ state: 'ended' }]);
    expect(await app.sql`SELECT closed_at FROM incidents`).toEqual([{ closed_at: past(900) }]);
  });
});

describe('a row that cannot be read', () => {
  it('takes none of its chunk with it, before it is sent', async () => {
    await seed(20);
    app.clock.set(DUE);
    await ladderPass(app);
    await app.sql`UPDATE patients SET consent = 'null' WHERE id = (SELECT min(id::text)::uuid FROM patients)`;
    for (const chunk of await readyChunks(app)) expect(await deliverChunk(app, chunk)).toBe(true);
    expect(app.scripted.push.sent).toHaveLength(19);
    expect(await letters(app)).toMatchObject([{ reason: 'unreadable' }]);
  });

  it('whose outcome cannot be written is unknown, and the others are what they are', async () => {
    await seed(20);
    app.scripted.push.script = [...Array(7).fill(accepted), { kind: 'accepted', ref: 'nul\0' }];
    app.clock.set(DUE);
    await ladderPass(app);
    for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
    expect(await counted()).toEqual([
      { channel: 'push', state: 'accepted', code: null, n: 19 },
      { channel: 'push', state: 'unknown', code: '22021', n: 1 },
    ]);
    expect(await app.sql`SELECT DISTINCT state FROM chunks`).toEqual([{ state: 'done' }]);
  });

  it('keeps nothing from being found out about unknown messages', async () => {
    await seed(5);
    app.scripted.push.script = Array(5).fill({ kind: 'unknown', code: 'timeout' });
    app.clock.set(DUE);
    await ladderPass(app);
    for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
    await app.sql`UPDATE patients SET consent = 'null' WHERE id = (SELECT min(id::text)::uuid FROM patients)`;
    app.clock.set(past(31));
    await rescuePass(app);
    await driveTo(app, past(33));
    expect(await counted()).toEqual([
      { channel: 'push', state: 'accepted', code: null, n: 4 },
      { channel: 'push', state: 'unknown', code: 'timeout', n: 1 },
    ]);
  });
});

describe('a message that kills its worker', () => {
  it('is found, alone, and its dose goes on; every other of its chunk is accepted once', async () => {
    await seed(20);
    let killer: string | undefined;
    app.clock.set(DUE);
    await ladderPass(app);
    [killer] = (await app.sql`SELECT id FROM attempts ORDER BY id OFFSET 7 LIMIT 1`).map(({ id }) => id as string);
    const { sizes } = await withKiller(() => killer, 6);
    expect(sizes).toEqual([20, 20, 1]);
    const dead = await letters(app);
    expect(dead).toMatchObject([{ kind: 'message', subject: killer, reason: 'worker_lost', tries: 3 }]);
    expect(await counted()).toEqual([
      { channel: 'push', state: 'accepted', code: null, n: 19 },
      { channel: 'push', state: 'unknown', code: 'worker_lost', n: 1 }, // it may have left each time
      { channel: 'sms', state: 'accepted', code: null, n: 1 },
    ]);
    const sent = app.scripted.push.sent.map(({ attemptId }) => attemptId);
    expect(new Set(sent).size).toBe(sent.length);
    await redriven(dead[0]?.id, app.clock.now());
    killer = undefined;
    for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
    expect(await counted()).toEqual([
      { channel: 'push', state: 'accepted', code: null, n: 20 },
      { channel: 'sms', state: 'accepted', code: null, n: 1 },
    ]);
  }, 60_000);
});

describe('a redriven message', () => {
  async function oneRefused(): Promise<string> {
    await seed(1);
    app.scripted.push.script = [malformed];
    await driveTo(app, DUE);
    return (await letters(app))[0]?.id;
  }

  it('goes out once more, under the same id, though it is redriven twice', async () => {
    const id = await oneRefused();
    const both = await Promise.all([redriven(id, past(60)), redriven(id, past(60))]);
    expect(both.map(({ state }) => state)).toEqual(['redriven', 'redriven']);
    await driveTo(app, past(61));
    await redriven(id, past(62));
    await driveTo(app, past(63));
    const sent = app.scripted.push.sent.map(({ attemptId }) => attemptId);
    expect(sent).toEqual([sent[0], sent[0]]);
    expect(await app.sql`SELECT state, code, tries, ended_at FROM attempts WHERE channel = 'push'`).toEqual([
      { state: 'accepted', code: null, tries: 1, ended_at: null },
    ]);
  });

  it('that is refused again is set aside again', async () => {
    const id = await oneRefused();
    await redriven(id, past(60));
    app.scripted.push.script = [malformed];
    await driveTo(app, past(61));
    expect((await letters(app)).map(({ state, tries }) => [state, tries])).toEqual([
      ['redriven', 1],
      ['quarantined', 2],
    ]);
  });

  it('is brought to a worker by the rescue', async () => {
    await redriven(await oneRefused(), past(60));
    await app.queues.lanes.get('push')?.obliterate({ force: true });
    app.clock.set(past(63));
    expect(await rescuePass(app)).toBe(true);
    expect(await app.queues.lanes.get('push')?.getJobs()).toHaveLength(1);
  });

  it.each([
    { when: 'it is worthless', at: 900, set: null, words: `useful until ${past(900).toISOString()}` },
    { when: 'the dose was answered', at: 60, set: 'skipped', words: 'and the dose is skipped (patient)' },
  ])('is refused when $when', async ({ at, set, words }) => {
    const id = await oneRefused();
    if (set !== null)
      await app.sql`UPDATE doses SET state = ${set}, reason = 'patient', resolved_at = ${DUE}, next_action_at = NULL WHERE due_at = ${DUE}`;
    const refusal = await redriven(id, past(at)).catch((error) => error);
    expect(refusal).toMatchObject({ status: 409 });
    expect(refusal.errors[0].detail).toContain(words);
    await driveTo(app, past(at + 1));
    expect(app.scripted.push.sent).toHaveLength(1);
  });

  it('is not sent once it was dropped', async () => {
    const id = await oneRefused();
    for (let twice = 0; twice < 2; twice++)
      expect(await transaction(app.sql, (tx) => drop(tx, { id, tenantId: null }, past(60)))).toMatchObject({
        state: 'dropped',
      });
    await expect(redriven(id, past(61))).rejects.toMatchObject({ status: 409 });
    await driveTo(app, past(62));
    expect(app.scripted.push.sent).toHaveLength(1);
  });
});
