import { beforeEach, expect, test } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import { deliverChunk } from './deliver.ts';
import type { Health } from './health.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1;
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const past = (seconds: number) => new Date(DUE.getTime() + seconds * 1000);
const health = app.health;

/** While `names` are down, their senders have no weight; otherwise the real one decides. */
function down(...names: string[]): Health {
  return { ...health, of: async (sender) => (names.includes(sender.name) ? { weight: 0 } : health.of(sender)) };
}

beforeEach(async () => {
  await clear(app);
  await app.redis.flushdb();
  app.health = health;
  app.clock.set('2026-11-23T12:00:00Z');
});

const attempts = () => app.sql`SELECT channel, state, code FROM attempts ORDER BY channel, id`;
const incidents = () => app.sql`SELECT kind, subject, closed_at IS NULL AS open FROM incidents ORDER BY id`;

test('with push down the text message goes at once, and one incident tells of it', async () => {
  for (let i = 0; i < 3; i++) await seedPrescription(app, await seedPatient(app));
  app.health = down('push');
  await driveTo(app, DUE);
  expect(app.scripted.push.sent).toEqual([]);
  expect(app.scripted.sms.sent).toHaveLength(3);
  const failed = { channel: 'push', state: 'failed', code: 'channel_down' };
  const sent = { channel: 'sms', state: 'accepted', code: null };
  expect(await attempts()).toEqual([failed, failed, failed, sent, sent, sent]);
  expect(await incidents()).toEqual([{ kind: 'channel_down', subject: 'push', open: true }]);
});

test('a push that got no answer and finds its channel down is unknown, and the text message goes', async () => {
  const patient = await seedPatient(app);
  await seedPrescription(app, patient);
  app.scripted.push.script = [{ kind: 'unknown', code: 'timeout' }];
  await driveTo(app, DUE);
  app.health = down('push');
  for (const seconds of [46, 47, 48]) await driveTo(app, past(seconds));
  await rescuePass(app);
  await driveTo(app, past(50));
  expect(await attempts()).toEqual([
    { channel: 'push', state: 'unknown', code: 'channel_down' },
    { channel: 'sms', state: 'accepted', code: null },
  ]);
  await rescuePass(app);
  await driveTo(app, past(120));
  expect(app.scripted.push.sent).toHaveLength(1);
});

test('what has no further rung waits for its channel, and goes when it is back', async () => {
  const ladder = [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] as const;
  await seedPrescription(app, await seedPatient(app), { policy: { ladder: [...ladder] } });
  app.health = down('sms');
  await driveTo(app, DUE);
  expect(await attempts()).toEqual([{ channel: 'sms', state: 'intent', code: 'channel_down' }]);
  app.health = health;
  await driveTo(app, past(15));
  expect(app.scripted.sms.sent).toHaveLength(1);
  expect(await attempts()).toMatchObject([{ state: 'accepted' }]);
  expect(await incidents()).toContainEqual({ kind: 'channel_down', subject: 'sms', open: false });
});

test('with every channel down the dose ends undelivered: nobody says that the patient missed it', async () => {
  await seedPrescription(app, await seedPatient(app));
  app.health = down('push', 'sms', 'email');
  for (const minute of [0, 1, 5, 10, 15, 20, 40, 61, 64]) await driveTo(app, past(60 * minute));
  expect(await app.sql`SELECT state FROM doses WHERE due_at = ${DUE}`).toEqual([{ state: 'undelivered' }]);
  expect(Object.values(app.scripted).flatMap((channel) => channel.sent)).toEqual([]);
});

test('a sender that was down is tried with a few messages; the others keep waiting', async () => {
  const ladder = [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] as const;
  for (let i = 0; i < 9; i++) await seedPrescription(app, await seedPatient(app), { policy: { ladder: [...ladder] } });
  app.clock.set(DUE);
  await ladderPass(app);
  const reports: object[] = [];
  app.health = { of: async () => ({ weight: 1, most: 4 }), report: async (_, report) => void reports.push(report) };
  const [chunk] = await readyChunks(app);
  if (chunk === undefined) throw new Error('no chunk is ready');
  await deliverChunk(app, chunk);
  expect(app.scripted.sms.sent).toHaveLength(4);
  expect(reports).toEqual([{ well: 4, failed: 0, slow: 0, probe: true }]);
  expect((await readyChunks(app)).map(({ size, turn, readyAt }) => ({ size, turn, readyAt }))).toEqual([
    { size: 5, turn: chunk.turn, readyAt: chunk.readyAt },
  ]);
  for (const rest of await readyChunks(app)) await deliverChunk(app, rest);
  for (const rest of await readyChunks(app)) await deliverChunk(app, rest);
  expect(new Set(app.scripted.sms.sent.map((message) => message.attemptId)).size).toBe(9);
  expect(app.scripted.sms.sent).toHaveLength(9);
});
