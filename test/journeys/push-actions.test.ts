import { beforeEach, describe, expect, it } from 'vitest';
import type { OutboundMessage } from '#channels/channel.ts';
import { fcmMessage } from '#channels/push-fcm/message.ts';
import { pushPayload } from '#channels/webpush/message.ts';
import { buildServer } from '#src/http/server.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo } from '../helpers/drive.ts';

const app = await testDispatcher();
const server = await buildServer(app);
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima
const MOST_BYTES = 4096;

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

const at = (minutes: number) => driveTo(app, new Date(Date.parse(DUE) + minutes * 60_000));
const sent = (n: number) => app.scripted.push.sent.at(n) as OutboundMessage;

const rung = (minutes: number, to: 'patient' | 'caregiver' = 'patient') => ({
  afterSeconds: minutes * 60,
  channel: 'push' as const,
  to,
});

async function dose(ladder = [rung(0), rung(30)]) {
  const caregivers = [{ contacts: [{ kind: 'push' as const, value: 'caregiver-token' }] }];
  await seedPrescription(app, await seedPatient(app, { caregivers }), { policy: { ladder } });
}

async function press(token: string | undefined, action: string) {
  const response = await server.inject({ method: 'POST', url: '/v1/confirmations', payload: { token, action } });
  return { status: response.statusCode, ...response.json() };
}

async function rowOf() {
  const [row] = await app.sql`SELECT id, state, next_action_at AS next FROM doses WHERE due_at = ${DUE}`;
  return row as { id: string; state: string; next: Date | null };
}

const attemptStates = async () =>
  (await app.sql`SELECT state FROM attempts WHERE channel = 'push' ORDER BY id`).map((row) => row.state);

describe('a reminder answered from its notification', () => {
  it('is taken, and the answer is the receipt that no push service gives', async () => {
    await dose();
    await at(0);
    expect(await press(sent(0).token, 'taken')).toMatchObject({
      status: 200,
      effect: 'applied',
      dose: { state: 'taken' },
    });
    expect(await attemptStates()).toEqual(['delivered']);
  });

  it('its link, posted as if it were the token, proves nothing', async () => {
    await dose();
    await at(0);
    const linkToken = sent(0).link?.split('/').at(-1);
    expect(await press(linkToken, 'taken')).toMatchObject({ status: 404, errors: [{ field: 'token' }] });
    expect(await attemptStates()).toEqual(['accepted']);
    expect((await rowOf()).state).toBe('open');
  });

  it('and its token opens no page', async () => {
    await dose();
    await at(0);
    const page = await server.inject({ method: 'GET', url: `/c/${sent(0).token}` });
    expect(page.statusCode).toBe(404);
  });

  it('later, again later by the next reminder; each reminder is put off once, however often it is said', async () => {
    await dose();
    await at(0);
    expect(await press(sent(0).token, 'snoozed')).toMatchObject({ effect: 'applied' });
    await at(10);
    expect(app.scripted.push.sent).toHaveLength(2);
    const { next } = await rowOf();

    expect(await press(sent(0).token, 'snoozed')).toMatchObject({ status: 200, effect: 'repeated' });
    expect((await rowOf()).next).toEqual(next);

    expect(await press(sent(1).token, 'snoozed')).toMatchObject({ effect: 'applied' });
    await at(20);
    expect(app.scripted.push.sent).toHaveLength(3);
    expect(new Set(app.scripted.push.sent.map(({ token }) => token)).size).toBe(3);
  });

  it('what was captured changes nothing later, by whichever reminder it came', async () => {
    await dose();
    await at(0);
    await at(30);
    const [first, second] = [sent(0).token, sent(1).token];
    await press(first, 'taken');
    await press(second, 'skipped');
    for (const token of [first, second]) {
      for (const action of ['taken', 'skipped']) {
        expect(await press(token, action)).toMatchObject({ effect: 'repeated', dose: { state: 'skipped' } });
      }
    }
    expect((await press(second, 'snoozed')).status).toBe(409);
    expect((await rowOf()).state).toBe('skipped');
  });

  it('three days after the reminder its token is over', async () => {
    await dose();
    await at(0);
    const { token } = sent(0);
    const THREE_DAYS = 3 * 24 * 60;
    app.clock.set(new Date(Date.parse(DUE) + THREE_DAYS * 60_000 - 1));
    expect(await press(token, 'taken')).toMatchObject({ status: 200, dose: { late: true } });
    app.clock.set(new Date(Date.parse(DUE) + THREE_DAYS * 60_000));
    expect((await press(token, 'skipped')).status).toBe(410);
  });

  it("a caregiver's notification answers the dose, and proves nothing about the patient's", async () => {
    await dose([rung(0), rung(20, 'caregiver')]);
    await at(0);
    await at(20);
    expect(sent(1)).toMatchObject({ purpose: 'caregiver', to: 'caregiver-token' });
    expect(await press(sent(1).token, 'taken')).toMatchObject({ effect: 'applied' });
    expect(await attemptStates()).toEqual(['accepted', 'accepted']);
  });
});

it.each(['es-PE', 'en-US', 'pt-BR'])('the longest payload in %s fits, with a long address', async (locale) => {
  app.config.http.publicUrl = `https://${'reminders.'.repeat(20)}hospital.example`;
  const caregivers = [{ contacts: [{ kind: 'push' as const, value: 'caregiver-token' }] }];
  const patient = await seedPatient(app, { locale, caregivers });
  await seedPrescription(app, patient, { policy: { ladder: [rung(0), rung(20, 'caregiver')] } });
  await at(0);
  await at(20);
  expect(app.scripted.push.sent).toHaveLength(2);
  for (const message of app.scripted.push.sent) {
    const { data, notification } = (fcmMessage(message, app.clock.now()) as { message: Record<string, unknown> })
      .message;
    expect(Buffer.byteLength(JSON.stringify({ data, notification }))).toBeLessThan(MOST_BYTES / 2);
    expect(Buffer.byteLength(pushPayload(message))).toBeLessThan(MOST_BYTES / 2);
  }
});
