import { beforeEach, describe, expect, it } from 'vitest';
import type { AttemptState, Outcome } from '#src/domain/attempt.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { askProviders } from './ask-providers.ts';

const app = await testDispatcher();
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const policy = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] } as const;
const scope = () => ({ tenantIds: [app.tenantId], from: '2026-11-23', to: '2026-11-24', now: app.clock.now() });

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

const accepted: Outcome = { kind: 'accepted', ref: 'SM1' };
const failed: Outcome = { kind: 'contact_failed', code: '30003', optedOut: false };
const unanswered: Outcome = { kind: 'unknown', code: 'lookup_failed' };

/** So many SMS that were accepted, a minute and more ago. */
async function sent(count = 1): Promise<void> {
  for (let n = 0; n < count; n++)
    await seedPrescription(app, await seedPatient(app), { policy: { ladder: [...policy.ladder] } });
  await driveTo(app, DUE);
  app.clock.advance(61);
}

const become = (state: AttemptState) => app.sql`
  UPDATE attempts SET state = ${state}, code = 'x', check_at = ${state === 'unknown' ? DUE : null}, ended_at = ${DUE},
    accepted_at = ${state === 'unknown' || state === 'failed' ? null : DUE}, delivered_at = ${DUE}`;

describe('our messages against the records of their provider', () => {
  it.each<[AttemptState, Outcome | null, string | null]>([
    ['accepted', accepted, null],
    ['accepted', null, 'accepted here, unknown to the provider'],
    ['accepted', failed, 'accepted here, failed at the provider'],
    ['delivered', accepted, null],
    ['delivered', null, 'delivered here, unknown to the provider'],
    ['failed', null, null],
    ['failed', failed, null],
    ['failed', accepted, 'failed here, accepted by the provider'],
    ['unknown', null, null],
    ['unknown', accepted, 'unknown here, accepted by the provider'],
  ])('%s here, %j there: %s', async (state, found, what) => {
    await sent();
    await become(state);
    app.scripted.sms.found = found;
    const { asked, unanswered, disagreements } = await askProviders(app, scope(), 10);
    expect({ asked, unanswered }).toEqual({ asked: 1, unanswered: 0 });
    const attemptId = app.scripted.sms.sent[0]?.attemptId;
    expect(disagreements).toMatchObject(
      what === null ? [] : [{ tenantId: app.tenantId, attemptId, channel: 'sms', what }],
    );
    expect(app.scripted.sms.sent).toHaveLength(1);
  });

  it('a look-up without an answer is counted, and is no disagreement', async () => {
    await sent();
    app.scripted.sms.found = unanswered;
    expect(await askProviders(app, scope(), 10)).toEqual({ asked: 1, unanswered: 1, disagreements: [] });
  });

  it('are looked up ten at once, the newest first, as many as were asked for', async () => {
    await sent(25);
    let [now, most] = [0, 0];
    const asked: string[] = [];
    const { lookup } = app.scripted.sms;
    app.scripted.sms.lookup = async (message) => {
      now += 1;
      most = Math.max(most, now);
      asked.push(message.attemptId);
      await new Promise(setImmediate);
      now -= 1;
      return accepted;
    };
    expect(await askProviders(app, scope(), 20)).toMatchObject({ asked: 20 });
    if (lookup !== undefined) app.scripted.sms.lookup = lookup;
    expect(most).toBe(10);
    const newest = app.scripted.sms.sent
      .map(({ attemptId }) => attemptId)
      .toSorted()
      .slice(-20);
    expect(asked.toSorted()).toEqual(newest);
  });

  it.each([
    ['a provider that cannot be asked', () => app.sql`UPDATE attempts SET account = 'scripted-push:sender-push'`],
    ['a message nobody was asked to send', () => app.sql`UPDATE attempts SET account = NULL`],
    ['a message of this minute', () => app.clock.advance(-2)],
    [
      'a patient whose language may have changed since',
      () => app.sql`UPDATE patients SET updated_at = ${app.clock.now()}`,
    ],
    ['another date', () => app.sql`UPDATE doses SET local_date = '2026-11-24' WHERE local_date = '2026-11-23'`],
  ])('leaves out %s', async (_what, change) => {
    await sent();
    await app.sql`DELETE FROM doses WHERE state = 'planned'`;
    await change();
    app.scripted.sms.found = null;
    expect(await askProviders(app, scope(), 10)).toEqual({ asked: 0, unanswered: 0, disagreements: [] });
  });

  it('leaves out a failed message whose text reached the same phone by another one', async () => {
    await sent();
    await app.sql`
      INSERT INTO attempts SELECT (json_populate_record(a, json_build_object('id', gen_random_uuid(), 'state', 'failed', 'code',
        'x', 'ended_at', created_at, 'accepted_at', null))).* FROM attempts a`;
    app.scripted.sms.found = accepted;
    expect(await askProviders(app, scope(), 10)).toEqual({ asked: 1, unanswered: 0, disagreements: [] });
  });
});
