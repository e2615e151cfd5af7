import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTwilioSmsChannel } from '#channels/sms-twilio/index.ts';
import { createWhatsappChannel } from '#channels/whatsapp-twilio/index.ts';
import type { FaultOrder } from '#loadtests/provider-simulator/faults.ts';
import type { ScriptedAnswer } from '#loadtests/provider-simulator/patients.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { SIMULATED_TEMPLATES } from '#loadtests/provider-simulator/whatsapp-templates.ts';
import { issueToken, type TokenPurpose } from '#src/ack/tokens.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { buildServer } from '#src/http/server.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo } from '../helpers/drive.ts';
import { twilioCaller } from '../helpers/twilio.ts';

const app = await testDispatcher();
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima
const { pt: _, ...TEMPLATES } = SIMULATED_TEMPLATES;
let simulator: Simulator;
let server: FastifyInstance;

beforeAll(async () => {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  app.config.http.publicUrl = publicUrl;
  simulator = await startSimulator({ publicUrl });
  const twilio = { ...simulator.twilio, perSecond: 100, publicUrl, now: app.clock.now };
  app.config.whatsapp = { ...twilio, templates: TEMPLATES };
  app.config.sms = {};
  const whatsapp = createWhatsappChannel({ ...twilio, templates: TEMPLATES });
  const sms = createTwilioSmsChannel({ ...twilio, weight: 1 });
  app.channels.set('whatsapp', [whatsapp]).set('sms', [sms]);
  server = await buildServer(app);
  await server.listen({ port, host: '127.0.0.1' });
  afterAll(async () => {
    await simulator.close();
    await server.close();
    await Promise.all([whatsapp.close(), sms.close()]);
  });
});
beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});
afterEach(async () => {
  await fetch(`${simulator.http}/state`, { method: 'DELETE' });
});

let people = 0;
const newNumber = () => `+5193000${String(++people).padStart(4, '0')}`;
const settles = { timeout: 5000, interval: 20 };
/** Drives everything to `minutes` after 08:00. */
const at = (minutes: number) => driveTo(app, new Date(Date.parse(DUE) + minutes * 60_000));

/** A patient with a number on WhatsApp, which is a phone too, and a critical prescription that is reminded of there first. */
async function person(given: { locale?: string; times?: string[]; answers?: ScriptedAnswer[] } = {}) {
  const number = newNumber();
  const { locale = 'es-PE', times = ['08:00'], answers = [] } = given;
  const contacts: PatientRecord['contacts'] = [
    { kind: 'whatsapp', value: number },
    { kind: 'phone', value: number },
  ];
  const caregiver = newNumber();
  const caregivers = [{ name: 'Cuidadora', contacts: [{ kind: 'whatsapp' as const, value: caregiver }] }];
  const patient = await seedPatient(app, { contacts, caregivers, locale });
  const ladder = [
    { afterSeconds: 0, channel: 'whatsapp' as const, to: 'patient' as const },
    { afterSeconds: 600, channel: 'sms' as const, to: 'patient' as const },
    { afterSeconds: 1800, channel: 'whatsapp' as const, to: 'caregiver' as const },
  ];
  const id = await seedPrescription(app, patient, { times, policy: { critical: true, ladder } });
  if (answers.length > 0) simulator.patients.script([{ contacts: { whatsapp: number }, answers }]);
  return { number, caregiver, id };
}

const answer = (via: ScriptedAnswer['via'], action: ScriptedAnswer['action'], nth?: number): ScriptedAnswer => ({
  on: 'whatsapp',
  via,
  delayMs: 5,
  action,
  ...(nth === undefined ? {} : { nth }),
});
const shownTo = (to: string, channel: 'whatsapp' | 'sms' = 'whatsapp') =>
  simulator.outbox.newest({ limit: 10, to, channel }).map(({ text }) => text);
const write = (from: string, text: string) =>
  simulator.write({ from: `whatsapp:${from}`, to: `whatsapp:${simulator.twilio.from}`, text });
const faultFor = (to: string, order: Omit<FaultOrder, 'provider' | 'to'>) =>
  simulator.faults.add({ provider: 'twilio_whatsapp', to, ...order });

async function dosesOf(id: string) {
  return app.sql<{ id: string; state: string; late: boolean }[]>`
    SELECT id, state, late FROM doses WHERE prescription_id = ${id} AND local_date = '2026-11-23' ORDER BY due_at`;
}
const statesOf = async (id: string) => (await dosesOf(id)).map(({ state }) => state);
const attemptsOf = async (id: string) => {
  const rows = await app.sql`
    SELECT channel, a.state, a.code FROM attempts a JOIN doses d ON d.id = a.dose_id WHERE d.prescription_id = ${id}
    ORDER BY a.created_at, a.rung`;
  return rows.map(({ channel, state, code }) => [channel, state, code]);
};
const callbacks = async () => {
  const summary = await fetch(`${simulator.http}/ledger/summary`);
  return ((await summary.json()) as { callbacks: object }).callbacks;
};
const answersOf = async (id: string) => {
  const rows = await app.sql`
    SELECT c.answer, c.road FROM confirmations c JOIN doses d ON d.id = c.dose_id WHERE d.prescription_id = ${id} ORDER BY c.id`;
  return rows.map((row) => [row.answer, row.road]);
};

describe('a critical dose of somebody who did not write to us', () => {
  it('is reminded of by a template, whose button confirms it', async () => {
    const { number, id } = await person({ answers: [answer('whatsapp_button', 'taken')] });
    await at(0);
    expect(shownTo(number)).toEqual(['Es la hora de su medicina de las 08:00. ¿Ya la tomó?']);
    await expect.poll(() => statesOf(id), settles).toEqual(['taken']);
    expect(await answersOf(id)).toEqual([['taken', 'whatsapp_reply']]);
    await expect.poll(() => attemptsOf(id), settles).toEqual([['whatsapp', 'delivered', null]]);
    await at(30);
    expect(await attemptsOf(id)).toHaveLength(1);
  });

  it.each([
    ['snoozed', 'open'],
    ['skipped', 'skipped'],
  ] as const)('and another button says %s', async (action, state) => {
    const { id } = await person({ answers: [answer('whatsapp_button', action, 1)] });
    await at(0);
    await expect.poll(() => answersOf(id), settles).toEqual([[action, 'whatsapp_reply']]);
    expect(await statesOf(id)).toEqual([state]);
  });

  it('is not confirmed by being read', async () => {
    const { id } = await person();
    await at(0);
    await expect.poll(() => attemptsOf(id), settles).toEqual([['whatsapp', 'delivered', null]]);
    await expect.poll(callbacks, settles).toEqual({
      posted: 3,
      failed: 0,
      pending: 0,
    });
    expect([await statesOf(id), await answersOf(id)]).toEqual([['open'], []]);
  });

  it('tells the caregiver, who answers by the button too', async () => {
    const { caregiver, id } = await person();
    simulator.patients.script([{ contacts: { whatsapp: caregiver }, answers: [answer('whatsapp_button', 'taken')] }]);
    for (const minute of [0, 10, 30]) await at(minute);
    expect(shownTo(caregiver)[0]).toMatch(/persona que usted cuida.*08:00/);
    await expect.poll(() => statesOf(id), settles).toEqual(['taken']);
  });

  it('is the one whose button was pressed, of two that wait', async () => {
    const { id } = await person({ times: ['08:00', '08:20'], answers: [answer('whatsapp_button', 'taken', 2)] });
    await at(0);
    await at(20);
    await expect.poll(() => statesOf(id), settles).toEqual(['open', 'taken']);
  });
});

describe('a road that is closed gives the next rung its turn at once', () => {
  it.each([
    ['a paused template', { kind: 'template_paused' }, 'template_paused'],
    ['somebody who is not on WhatsApp', { kind: 'undeliverable', errorCode: 63024 }, '63024'],
    ['somebody who blocked us', { kind: 'undeliverable', errorCode: 63014 }, '63014'],
    ['a number that Twilio refuses', { kind: 'invalid_number' }, '21211'],
  ] as [string, Omit<FaultOrder, 'provider'>, string][])('%s', async (_, fault, code) => {
    const { number, id } = await person();
    faultFor(number, fault);
    await at(0);
    await expect.poll(async () => (await attemptsOf(id))[0], settles).toEqual(['whatsapp', 'failed', code]);
    await at(0.1); // ten minutes before the SMS would be due
    expect((await attemptsOf(id)).map(([channel]) => channel)).toEqual(['whatsapp', 'sms']);
    expect(shownTo(number, 'sms')[0]).toContain('08:00');
  });

  it('a language without a template', async () => {
    const { number, id } = await person({ locale: 'pt-BR' });
    await at(0);
    const [whatsapp, sms] = await attemptsOf(id);
    expect([whatsapp, sms?.[0]]).toEqual([['whatsapp', 'failed', 'no_template'], 'sms']);
    expect(shownTo(number)).toEqual([]);
  });

  it('who wrote STOP is asked nowhere at that number: their caregiver is', async () => {
    const { number, caregiver, id } = await person();
    faultFor(number, { kind: 'opted_out' });
    await at(0);
    expect((await attemptsOf(id))[0]).toEqual(['whatsapp', 'failed', '21610']);
    expect(shownTo(number, 'sms')).toEqual([]);
    await at(0.1);
    expect(shownTo(caregiver)).toHaveLength(1);
  });

  it('who blocked us there is not tried there again', async () => {
    const { number, id } = await person();
    faultFor(number, { kind: 'undeliverable', errorCode: 63014 });
    await at(0);
    const stateOf = async () => {
      const [contact] = await app.sql`
        SELECT c.state FROM contact_points c JOIN prescriptions p USING (patient_id) WHERE p.id = ${id} AND c.kind = 'whatsapp'
        AND c.owner = 'patient'`;
      return contact?.state;
    };
    await expect.poll(stateOf, settles).toBe('invalid');
    await at(0.1);
    await at(24 * 60);
    expect(shownTo(number)).toHaveLength(1); // yesterday's, which never arrived
    expect(shownTo(number, 'sms')).toHaveLength(2);
  });
});

describe('a session', () => {
  it('lets free text follow what somebody wrote, which is answered in words', async () => {
    const { number, id } = await person({ answers: [answer('whatsapp_reply', 'taken')] });
    expect(await write(number, 'Hola, buenos días')).toBe(200);
    await at(0);
    expect(shownTo(number)).toEqual([expect.stringMatching(/08:00.*1.*\/c\//)]);
    await expect.poll(() => statesOf(id), settles).toEqual(['taken']);
    expect(await answersOf(id)).toEqual([['taken', 'whatsapp_reply']]);
  });

  it('is over after 24 hours: then it is the template again', async () => {
    const { number } = await person();
    app.clock.set('2026-11-22T12:30:00Z');
    await write(number, 'Hola');
    await at(0);
    expect(shownTo(number)).toEqual([expect.stringMatching(/¿Ya la tomó\?$/)]);
  });

  it('that WhatsApp says is over costs no time', async () => {
    const { number, id } = await person();
    await write(number, 'Hola');
    await fetch(`${simulator.http}/state`, { method: 'DELETE' }); // WhatsApp has forgotten
    await at(0);
    await expect.poll(async () => (await attemptsOf(id))[0], settles).toEqual(['whatsapp', 'failed', '63016']);
    await at(0.1);
    expect(shownTo(number, 'sms')).toHaveLength(1);
  });
});

it('a button that is pressed again by a replayed request changes nothing after a correction', async () => {
  const { number, id } = await person();
  await at(0);
  const [dose] = await dosesOf(id);
  const { http, whatsapp, tokenSecret } = app.config;
  const tokenFor = (purpose: TokenPurpose) =>
    issueToken(tokenSecret, purpose, { doseId: dose?.id as string, expiresAt: new Date(Date.parse(DUE) + 86_400_000) });
  const call = twilioCaller(server, { publicUrl: http.publicUrl, authToken: whatsapp?.authToken as string });
  const say = (sid: string, more: Record<string, string>) =>
    call({
      url: '/webhooks/twilio/messages',
      fields: { MessageSid: sid, From: `whatsapp:${number}`, To: `whatsapp:${simulator.twilio.from}`, ...more },
    });
  const press = (sid: string, token: string) => say(sid, { Body: 'Ya la tomé', ButtonPayload: `taken:${token}` });
  const first = await press('SM1', tokenFor('whatsapp'));
  expect(await statesOf(id)).toEqual(['taken']);
  app.clock.advance(60);
  await say('SM2', { Body: 'me equivoqué, no la tomé' });
  expect(await statesOf(id)).toEqual(['skipped']);
  app.clock.advance(60);
  expect((await press('SM1', tokenFor('whatsapp'))).body).toBe(first.body);
  // Nor does a button with the token of a link, or a forged one.
  await press('SM3', tokenFor('link'));
  await press('SM4', `${tokenFor('whatsapp').slice(0, -4)}AAAA`);
  expect([await statesOf(id), (await answersOf(id)).length]).toEqual([['skipped'], 2]);
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
