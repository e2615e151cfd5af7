import { beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '#channels/channel.ts';
import { ladderPass } from '#schedulers/ladder.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '#test/helpers/drive.ts';
import type { Outcome } from '../domain/attempt.ts';
import { uuidv7 } from '../domain/ids.ts';
import { deliverChunk } from './deliver.ts';
import { applyReceipts } from './receipts.ts';

const app = await testDispatcher();
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const send = app.scripted.sms.send;
const LADDER = [
  { afterSeconds: 0, channel: 'sms', to: 'patient' },
  { afterSeconds: 600, channel: 'email', to: 'patient' },
  { afterSeconds: 1200, channel: 'push', to: 'patient' },
] as const;

beforeEach(async () => {
  await clear(app);
  app.scripted.sms.send = send;
  app.clock.set('2026-11-23T12:00:00Z');
  await seedPrescription(app, await seedPatient(app), { policy: { ladder: [...LADDER] } });
});

type Said = Omit<Receipt, 'attemptId' | 'ref'>;
const accepted: Said = { state: 'accepted' };
const delivered: Said = { state: 'delivered' };
const failed: Said = { state: 'failed', code: '30003' };
const optedOut: Said = { state: 'failed', code: '21610', optedOut: true };

async function sms() {
  const [row] = await app.sql`SELECT * FROM attempts WHERE channel = 'sms' AND purpose = 'reminder'`;
  return row as Record<string, unknown> & { id: string; contact_point_id: string };
}

/** About the attempt, under the provider's id of its message where that is known. */
async function callBack(...said: Said[]): Promise<void> {
  const { id, ref } = await sms();
  await applyReceipts(
    app,
    said.map((one) => ({ attemptId: id, ref: (ref as string | null) ?? 'SM1', ...one })),
  );
}

const contactOf = async () => {
  const [row] =
    await app.sql`SELECT state, state_code FROM contact_points WHERE id = ${(await sms()).contact_point_id}`;
  return row;
};

describe('callbacks about an accepted message', () => {
  it.each([
    { said: [delivered], state: 'delivered' },
    { said: [accepted, accepted, delivered], state: 'delivered' },
    { said: [delivered, accepted], state: 'delivered' },
    { said: [delivered, delivered, delivered], state: 'delivered' },
    { said: [delivered, failed], state: 'delivered' },
    { said: [failed, delivered], state: 'failed' },
    { said: [failed, accepted, failed], state: 'failed' },
    { said: [accepted], state: 'accepted' },
  ])('$said.length in this order: $state', async ({ said, state }) => {
    await driveTo(app, DUE);
    await callBack(...said);
    const attempt = await sms();
    expect(attempt).toMatchObject({ state, accepted_at: DUE });
    expect(attempt.delivered_at !== null).toBe(state === 'delivered');
    expect(attempt.code).toBe(state === 'failed' ? '30003' : null);
  });
});

describe('callbacks that are faster than the answer to the request', () => {
  const took: Outcome = { kind: 'accepted', ref: 'SM1' };
  it.each([
    { said: [delivered], outcome: took, state: 'delivered' },
    { said: [accepted], outcome: took, state: 'accepted' },
    { said: [failed], outcome: took, state: 'failed' },
    { said: [accepted], outcome: { kind: 'unknown', code: 'timeout' } as Outcome, state: 'accepted' },
  ])('$said.0.state, then the answer "$outcome.kind": $state', async ({ said, outcome, state }) => {
    app.scripted.sms.send = async () => {
      await callBack(...said);
      return [outcome];
    };
    await driveTo(app, DUE);
    expect(await sms()).toMatchObject({ state, ref: 'SM1', check_at: null });
  });
});

describe('a delivery that failed', () => {
  it('gives the next rung its turn at once, once, and keeps the contact', async () => {
    await driveTo(app, DUE);
    const soon = new Date(DUE.getTime() + 30_000);
    app.clock.set(soon);
    await callBack(failed, failed);
    await driveTo(app, soon);
    await callBack(failed);
    await driveTo(app, new Date(DUE.getTime() + 20 * 60_000));
    expect(app.scripted.email.sent).toHaveLength(1);
    expect(await contactOf()).toEqual({ state: 'active', state_code: null });
  });

  it('because the number opted out: it is not tried again', async () => {
    await driveTo(app, DUE);
    await callBack(optedOut);
    expect(await contactOf()).toEqual({ state: 'opted_out', state_code: '21610' });
    await driveTo(app, DUE);
    expect(app.scripted.email.sent).toHaveLength(1);
  });

  it('that comes after the next rung was sent changes nothing more', async () => {
    await driveTo(app, DUE);
    await driveTo(app, new Date(DUE.getTime() + 600_000));
    await callBack(failed);
    await driveTo(app, new Date(DUE.getTime() + 660_000));
    expect(app.scripted.push.sent).toEqual([]); // whose turn is at 20 minutes
    expect(app.scripted.email.sent).toHaveLength(1);
    expect(app.scripted.sms.sent).toHaveLength(1);
  });
});

it.each([accepted, delivered])(
  'an unknown message is proven by the callback "$state", and never looked up',
  async (said) => {
    app.scripted.sms.script = [{ kind: 'unknown', code: 'timeout' }];
    app.scripted.sms.lookup = async () => expect.unreachable('looked up');
    await driveTo(app, DUE);
    expect(await sms()).toMatchObject({ state: 'unknown' });
    await callBack(said);
    app.clock.advance(31);
    await rescuePass(app);
    expect(await sms()).toMatchObject({ state: said.state, ref: 'SM1' });
    expect(app.scripted.sms.sent).toHaveLength(1);
  },
);

it('a callback about another message does not touch the attempt whose URL it was sent to', async () => {
  await driveTo(app, DUE);
  const { id, ref } = await sms();
  for (const said of [failed, optedOut, delivered])
    await applyReceipts(app, [{ attemptId: id, ref: 'SM-other', ...said }]);
  expect(await sms()).toMatchObject({ state: 'accepted', ref, code: null });
  expect(await contactOf()).toMatchObject({ state: 'active' });
});

it('a message that was given up before it left is not brought back by a callback', async () => {
  app.clock.set(DUE);
  await ladderPass(app);
  await app.sql`UPDATE patients SET consent = '{"reminders": false}'`;
  for (const id of await readyChunks(app)) await deliverChunk(app, id);
  await callBack(delivered);
  expect(await sms()).toMatchObject({ state: 'cancelled', code: 'no_consent' });
});

it.each([
  ['an unknown attempt', uuidv7(DUE)],
  ['a day without a partition', uuidv7(new Date('2019-01-01'))],
  ['no id', 'x; DROP TABLE'],
])('a callback that names %s changes nothing', async (_, attemptId) => {
  await driveTo(app, DUE);
  await applyReceipts(app, [{ attemptId, ref: 'SM1', state: 'delivered' }]);
  expect(await sms()).toMatchObject({ state: 'accepted' });
});
