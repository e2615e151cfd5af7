import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSmtpChannel } from '#channels/email-smtp/index.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { buildServer } from '#src/http/server.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo } from '../helpers/drive.ts';

const app = await testDispatcher();
const server = await buildServer(app);
const DUE = Date.parse('2026-11-23T13:00:00Z'); // 08:00 in Lima
const POLICY = {
  critical: true,
  ladder: [
    { afterSeconds: 0, channel: 'email' as const, to: 'patient' as const },
    { afterSeconds: 600, channel: 'email' as const, to: 'caregiver' as const },
  ],
};
const ANA = { kind: 'email' as const, value: 'ana@example.org' };
const LUIS = { kind: 'email' as const, value: 'luis@example.org' };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
  const email = createSmtpChannel({ url: simulator.smtp, from: 'care@example.org', perSecond: 1000 });
  app.channels.set('email', [email]);
  afterAll(async () => {
    await email.close();
    await server.close();
    await simulator.close();
  });
});
beforeEach(async () => {
  await clear(app);
  simulator.outbox.clear();
  app.clock.set('2026-11-23T12:00:00Z');
});

const at = (minutes: number) => driveTo(app, new Date(DUE + minutes * 60_000));
/** What the mail server received, oldest first: to whom, and where one click stops it. */
const received = () =>
  simulator.outbox
    .newest({ limit: 20 })
    .toReversed()
    .map(({ to, unsubscribe }) => ({ to, unsubscribe }));
const HERE = expect.stringMatching(/^http:\/\/127\.0\.0\.1:8080\/u\/[\w-]{38}$/);

/** What a mail service does when its user presses its own button (RFC 8058). */
async function oneClick(url: string | undefined) {
  const { pathname } = new URL(url as string);
  const answer = await server.inject({
    method: 'POST',
    url: pathname,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'List-Unsubscribe=One-Click',
  });
  expect(answer.statusCode).toBe(200);
}

describe('a patient and a caregiver who get e-mails', () => {
  it('stop them with one click, each their own; a clinician is told of cases in any case', async () => {
    const clinicians = [{ contacts: [{ kind: 'email' as const, value: 'guardia@example.org' }] }];
    const patient = await seedPatient(app, { contacts: [ANA], caregivers: [{ contacts: [LUIS] }], clinicians });
    await seedPrescription(app, patient, { policy: POLICY });
    for (const minute of [0, 10, 60]) await at(minute);
    expect(received()).toEqual([
      { to: ANA.value, unsubscribe: HERE },
      { to: LUIS.value, unsubscribe: HERE },
      { to: 'guardia@example.org', unsubscribe: undefined },
    ]);
    const [ana, luis] = received();
    expect(ana?.unsubscribe).not.toBe(luis?.unsubscribe);

    await oneClick(luis?.unsubscribe);
    simulator.outbox.clear();
    for (const minute of [0, 10]) await at(24 * 60 + minute);
    expect(received()).toEqual([{ to: ANA.value, unsubscribe: HERE }]);

    await oneClick(received()[0]?.unsubscribe);
    simulator.outbox.clear();
    for (const minute of [0, 10]) await at(2 * 24 * 60 + minute);
    expect(received().filter(({ to }) => to !== 'guardia@example.org')).toEqual([]);
    const [unreachable] = await app.sql`SELECT state FROM escalations WHERE kind = 'unreachable'`;
    expect(unreachable).toEqual({ state: 'open' });
  });
});
