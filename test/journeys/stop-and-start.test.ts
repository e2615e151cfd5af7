import twilio from 'twilio';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { clinicPages } from '#dashboards/clinic/index.ts';
import { horizonPass } from '#schedulers/horizon.ts';
import { ladderPass } from '#schedulers/ladder.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { buildServer } from '#src/http/server.ts';
import { putPatient } from '#src/intake/commands.ts';
import { transaction } from '#src/store/transaction.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo, readyChunks } from '../helpers/drive.ts';

const app = await testDispatcher();
const server = await buildServer(app);
await clinicPages(server, app);
afterAll(() => server.close());

const FROM = '+51987000001';
const DUE = Date.parse('2026-11-23T13:00:00Z'); // 08:00 in Lima
const SMS = { ladder: [{ afterSeconds: 0, channel: 'sms' as const, to: 'patient' as const }] };
const PHONE = [{ kind: 'phone' as const, value: FROM }];

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

const at = (day: number, minutes = 0) => driveTo(app, new Date(DUE + (day * 24 * 60 + minutes) * 60_000));
const sent = () => app.scripted.sms.sent.splice(0).map(({ purpose }) => purpose);

let sids = 0;
/** A patient's SMS as Twilio hands it over; `more`: what Advanced Opt-Out adds. Resolves to what is answered, or null. */
async function say(body: string, more: Record<string, string> = {}): Promise<string | null> {
  sids += 1;
  const form = { MessageSid: `SM${sids}`, From: FROM, To: '+15005550006', Body: body, ...more };
  const path = '/webhooks/twilio/messages';
  const { publicUrl } = app.config.http;
  const authToken = app.config.sms.twilio?.authToken ?? '';
  const answer = await server.inject({
    method: 'POST',
    url: path,
    payload: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, publicUrl + path, form),
    },
  });
  expect(answer.statusCode).toBe(200);
  return /<Message>(.*)<\/Message>/.exec(answer.body)?.[1] ?? null;
}

async function clinician(): Promise<(path: string) => Promise<string>> {
  const headers = { host: 'clinic.test', origin: 'http://clinic.test' };
  const signedIn = await server.inject({
    method: 'POST',
    url: '/clinic/sign-in',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ key: app.apiKey, by: 'Dra. Rojas' }).toString(),
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string;
  return async (path) => (await server.inject({ url: path, headers: { ...headers, cookie } })).body;
}

const api = async (path: string) =>
  (await server.inject({ url: path, headers: { authorization: `Bearer ${app.apiKey}` } })).json();

async function doseOfDay(prescriptionId: string, day: number) {
  const due = new Date(DUE + day * 86_400_000);
  const [dose] = await app.sql`
    SELECT state, reason FROM doses WHERE prescription_id = ${prescriptionId} AND due_at = ${due}`;
  return dose;
}

describe('a patient who wants no more messages, and then wants them again', () => {
  it.each<{ how: string; stop: () => Promise<string | null>; start: () => Promise<string | null>; ours: boolean }>([
    {
      how: 'in words that the carrier does not know: confirmed by us',
      stop: () => say('Por favor no me escriban más'),
      start: () => say('ALTA'),
      ours: true,
    },
    { how: 'with STOP: confirmed by the carrier', stop: () => say('STOP'), start: () => say('START'), ours: false },
    {
      how: 'with a word that the carrier was taught: confirmed by the carrier',
      stop: () => say('ya basta', { OptOutType: 'STOP' }),
      start: () => say('vuelvan', { OptOutType: 'START' }),
      ours: false,
    },
  ])('$how', async ({ stop, start, ours }) => {
    const patient = await seedPatient(app, { name: 'Ana Quispe', contacts: PHONE });
    const prescription = await seedPrescription(app, patient, { policy: SMS });
    await at(0);
    expect(sent()).toEqual(['reminder']);
    expect(await stop()).toEqual(ours ? expect.stringContaining('no le enviaremos mas') : null);
    expect(await stop()).toBeNull();

    await at(1);
    await at(1, 60);
    expect(sent()).toEqual([]);
    expect(await doseOfDay(prescription, 1)).toEqual({ state: 'undelivered', reason: 'contact_opted_out' });

    const look = await clinician();
    const cases = await look('/clinic/cases');
    expect(cases).toContain('Ana Quispe');
    expect(cases).toContain('Ya no hay cómo llegar a este paciente');
    const [, patientId] = /href="\/clinic\/cases\/([\w-]+)"/.exec(cases) ?? [];
    const page = await look(`/clinic/cases/${patientId}`);
    const [, file] = /href="(\/clinic\/patients\/[\w-]+)"/.exec(page) ?? [];
    expect(await look(file as string)).toContain('no le queda ningún contacto al que enviar recordatorios');

    expect(await start()).toEqual(ours ? expect.stringContaining('le enviaremos otra vez') : null);
    expect(await look('/clinic/cases')).not.toContain('Ana Quispe');
    expect(await look(file as string)).not.toContain('no le queda ningún contacto');
    await horizonPass(app);
    await at(2);
    expect(sent()).toEqual(['reminder']);

    const { now, items } = await api(`/v1/patients/${patient.externalId}/consent`);
    expect(now.contactPoints[0]).toMatchObject({ owner: 'patient', kind: 'phone', state: 'active' });
    const source = ours ? 'reply' : 'provider';
    expect(items).toMatchObject([
      { granted: true, source, contact: { kind: 'phone' } },
      { granted: false, source, contact: { kind: 'phone' } },
      { granted: true, source: 'api', purpose: 'reminders' },
    ]);
    expect(items).toHaveLength(3);
  });

  it("a caregiver's STOP leaves the patient's own reminders as they are", async () => {
    const patient = await seedPatient(app, { caregivers: [{ contacts: PHONE }] });
    await seedPrescription(app, patient, { policy: SMS });
    await say('STOP');
    await at(0);
    expect(sent()).toEqual(['reminder']);
  });
});

describe('what is withdrawn after a message was prepared, and before it leaves', () => {
  const LADDER = { ladder: [...SMS.ladder, { afterSeconds: 600, channel: 'email' as const, to: 'patient' as const }] };
  const put = (patient: PatientRecord, consent: PatientRecord['consent']) =>
    transaction(app.sql, (tx) => putPatient(app, tx, app.tenantId, { ...patient, consent }));

  it.each<{ what: string; does: (patient: PatientRecord) => Promise<unknown>; code: string; next: boolean }>([
    { what: 'all reminders', does: (patient) => put(patient, { reminders: false }), code: 'no_consent', next: false },
    {
      what: 'the channel',
      does: (patient) => put(patient, { reminders: true, channels: ['email'] }),
      code: 'channel_not_consented',
      next: true,
    },
    { what: 'the number, by STOP', does: () => say('STOP'), code: 'contact_opted_out', next: true },
  ])('$what: nothing leaves there', async ({ does, code, next }) => {
    const contacts = [...PHONE, { kind: 'email' as const, value: 'ana@example.org' }];
    const patient = await seedPatient(app, { contacts });
    await seedPrescription(app, patient, { policy: LADDER });
    app.clock.set(new Date(DUE));
    await ladderPass(app);
    const prepared = await readyChunks(app);
    expect(prepared).toHaveLength(1);
    await does(patient);
    for (const chunk of prepared) await deliverChunk(app, chunk);
    expect(sent()).toEqual([]);
    const [attempt] = await app.sql`SELECT state, code FROM attempts WHERE channel = 'sms'`;
    expect(attempt).toEqual({ state: 'cancelled', code });
    await at(0);
    expect(app.scripted.email.sent).toHaveLength(next ? 1 : 0); // another road has its turn at once
  });
});
