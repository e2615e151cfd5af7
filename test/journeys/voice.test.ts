import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTwilioSmsChannel } from '#channels/sms-twilio/index.ts';
import { createTwilioVoiceChannel } from '#channels/voice-twilio/index.ts';
import type { ScriptedAnswer } from '#loadtests/provider-simulator/patients.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { buildServer } from '#src/http/server.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo } from '../helpers/drive.ts';

const app = await testDispatcher();
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima
let simulator: Simulator;

beforeAll(async () => {
  const port = await freePort();
  app.config.http.publicUrl = `http://127.0.0.1:${port}`;
  simulator = await startSimulator({ publicUrl: app.config.http.publicUrl });
  const twilio = { ...simulator.twilio, perSecond: 100, publicUrl: app.config.http.publicUrl };
  app.config.voice = { ...twilio, authToken: simulator.twilio.authToken };
  app.config.sms = { twilio: { ...twilio, from: [twilio.from], weight: 1 } };
  const voice = createTwilioVoiceChannel(twilio);
  // Its attempts are as old as the clock of the test.
  const sms = createTwilioSmsChannel({ ...twilio, weight: 1, now: app.clock.now });
  app.channels.set('voice', [voice]).set('sms', [sms]);
  const server = await buildServer(app);
  await server.listen({ port, host: '127.0.0.1' });
  afterAll(async () => {
    await simulator.close();
    await server.close();
    await Promise.all([voice.close(), sms.close()]);
  });
});
beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});
afterEach(async () => {
  await fetch(`${simulator.http}/state`, { method: 'DELETE' });
});

/** Drives everything to `minutes` after 08:00. */
const at = (minutes: number) => driveTo(app, new Date(Date.parse(DUE) + minutes * 60_000));
const phoneOf = (patient: PatientRecord) => patient.contacts.find(({ kind }) => kind === 'phone')?.value as string;
const key = (action: ScriptedAnswer['action'], nth?: number): ScriptedAnswer => ({
  on: 'voice',
  via: 'voice_key',
  delayMs: 5,
  action,
  ...(nth === undefined ? {} : { nth }),
});
const script = (patient: PatientRecord, ...answers: ScriptedAnswer[]) =>
  simulator.patients.script([{ contacts: { voice: phoneOf(patient) }, answers }]);
const callsTo = (patient: PatientRecord) =>
  simulator.outbox.newest({ limit: 50, to: phoneOf(patient), channel: 'voice' }).toReversed();

async function doseOf(prescriptionId: string) {
  const [dose] = await app.sql`
    SELECT id, state, rung, next_action_at AS "nextAt" FROM doses WHERE prescription_id = ${prescriptionId} AND due_at = ${DUE}`;
  return dose as { id: string; state: string; rung: number; nextAt: Date };
}
async function stateOf(prescriptionId: string) {
  return (await doseOf(prescriptionId)).state;
}
async function attemptsOf(prescriptionId: string) {
  const { id } = await doseOf(prescriptionId);
  const rows = await app.sql`SELECT channel, state, code FROM attempts WHERE dose_id = ${id} ORDER BY rung, created_at`;
  return rows.map(({ channel, state, code }) => [channel, state, code]);
}
const settles = { timeout: 5000, interval: 20 };

describe('a critical dose that nobody answered on push and SMS', () => {
  it('is called about, and a key confirms it', async () => {
    const patient = await seedPatient(app);
    script(patient, key('taken'));
    const id = await seedPrescription(app, patient, { policy: { critical: true } });
    for (const minute of [0, 10]) await at(minute);
    expect(callsTo(patient)).toEqual([]);
    await at(15);
    await expect.poll(() => stateOf(id), settles).toBe('taken');
    await expect
      .poll(() => attemptsOf(id), settles)
      .toEqual([
        ['push', 'accepted', null],
        ['sms', expect.stringMatching(/accepted|delivered/), null],
        ['voice', 'delivered', null],
      ]);
    await expect.poll(() => callsTo(patient)[0]?.text, settles).toContain('como tomada');
    const [call] = callsTo(patient);
    expect(call?.text).toMatch(/su medicina de las ocho de la mañana.*marque 1.*marque 2.*marque 3.*\[1\]/s);
    expect(call?.text).not.toMatch(/Medicina de prueba|Paciente/);
    expect(call?.answered).toBe('taken');
    const [confirmation] = await app.sql`SELECT road, source_id AS "sourceId" FROM confirmations`;
    expect(confirmation).toEqual({ road: 'voice_key', sourceId: `${call?.ref}-1` });
  });

  it.each([
    ['machine', 'machine_start'],
    ['no_answer', 'no-answer'],
    ['busy', 'busy'],
  ] as const)('goes on to the next rung at once after %s', async (kind, code) => {
    const patient = await seedPatient(app);
    simulator.faults.add({ provider: 'twilio_voice', kind });
    const id = await seedPrescription(app, patient, { policy: { critical: true } });
    for (const minute of [0, 10, 15]) await at(minute);
    await expect.poll(async () => (await attemptsOf(id))[2], settles).toEqual(['voice', 'failed', code]);
    await at(15.2); // the e-mail's own time is 20
    expect(app.scripted.email.sent).toHaveLength(1);
    expect(callsTo(patient)).toHaveLength(1);
    expect(callsTo(patient)[0]?.text).not.toContain('medicina');
  });

  it('stays open when somebody picks up and presses nothing: the ladder keeps its times', async () => {
    const patient = await seedPatient(app);
    const id = await seedPrescription(app, patient, { policy: { critical: true } });
    for (const minute of [0, 10, 15]) await at(minute);
    await expect.poll(async () => (await attemptsOf(id))[2], settles).toEqual(['voice', 'delivered', null]);
    expect(callsTo(patient)[0]?.text.match(/marque 1/g)).toHaveLength(2); // said twice
    await at(19);
    expect(app.scripted.email.sent).toEqual([]);
    await at(60);
    expect(await stateOf(id)).toBe('missed');
  });
});

describe('a patient who cannot read', () => {
  it('is called at the time of the dose, and again at the times of the ladder while nobody picks up', async () => {
    const patient = await seedPatient(app, { canRead: false });
    simulator.faults.add({ provider: 'twilio_voice', kind: 'no_answer' });
    const id = await seedPrescription(app, patient);
    await at(0);
    await expect.poll(async () => attemptsOf(id), settles).toEqual([['voice', 'failed', 'no-answer']]);
    await at(1);
    expect(callsTo(patient)).toHaveLength(1); // nobody is rung up again at once
    await at(10);
    await expect.poll(() => callsTo(patient), settles).toHaveLength(2);
    expect([app.scripted.push.sent, app.scripted.email.sent]).toEqual([[], []]);
  });

  it('can put the call off with 3, and is called again inside the window', async () => {
    const patient = await seedPatient(app, { canRead: false });
    script(patient, key('snoozed', 1), key('taken', 2));
    const id = await seedPrescription(app, patient);
    await at(0);
    await expect.poll(() => callsTo(patient)[0]?.text, settles).toContain('Le llamaremos más tarde');
    await expect.poll(async () => (await doseOf(id)).rung, settles).toBe(0);
    await at(9);
    expect(callsTo(patient)).toHaveLength(1);
    await at(10);
    await expect.poll(() => stateOf(id), settles).toBe('taken');
    expect(callsTo(patient)).toHaveLength(2);
  });
});

it('a call whose making was not answered is known by what it asks for, and is not made twice', async () => {
  const patient = await seedPatient(app, { canRead: false });
  simulator.faults.add({ provider: 'twilio_voice', kind: 'reset_mid_answer', times: 1 });
  const id = await seedPrescription(app, patient);
  await at(0);
  await expect.poll(() => attemptsOf(id), settles).toEqual([['voice', 'delivered', null]]);
  await at(5);
  expect(callsTo(patient)).toHaveLength(1);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
