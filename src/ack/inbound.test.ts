import { beforeEach, describe, expect, it } from 'vitest';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { receiveReply } from './inbound.ts';
import { recordAck } from './record.ts';

const app = await testDispatcher();
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima
const FROM = '+51987000001';
const SMS_FIRST = { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' } as const] };

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

const at = (minutes: number) => driveTo(app, new Date(Date.parse(DUE) + minutes * 60_000));

async function patientWithPhone(locale = 'es-PE', times = ['08:00']) {
  const patient = await seedPatient(app, { locale, contacts: [{ kind: 'phone', value: FROM }] });
  const id = await seedPrescription(app, patient, { times, policy: SMS_FIRST });
  return { patient, id };
}

let sids = 0;
function say(body: string, given: { sid?: string; from?: string } = {}) {
  sids += 1;
  return receiveReply(app, { channel: 'sms', sid: `SM${sids}`, from: FROM, body, ...given });
}

/** The state of every dose due at or before now, oldest first. */
async function states() {
  const rows = await app.sql`SELECT state, late FROM doses WHERE due_at <= ${app.clock.now()} ORDER BY due_at, id`;
  return rows.map((row) => (row.late ? `${row.state} late` : row.state));
}

const confirmations = () => app.sql`SELECT answer, road, effect, late FROM confirmations ORDER BY id`;
const contactState = async () =>
  (await app.sql`SELECT state, state_code FROM contact_points WHERE owner = 'patient'`)[0];

describe('one dose waits', () => {
  it.each([
    { body: '1', locale: 'es-PE', state: 'taken', reply: 'Gracias. Registramos su medicina de las 08:00 como tomada.' },
    {
      body: 'No',
      locale: 'en-US',
      state: 'skipped',
      reply: 'Thank you. Your 08:00 medicine is recorded as not taken.',
    },
    { body: 'Sim!', locale: 'pt-BR', state: 'taken', reply: 'Obrigado. Registramos o remedio das 08:00 como tomado.' },
    {
      body: 'creo que sí',
      locale: 'es-PE',
      state: 'open',
      reply: expect.stringMatching(/^No entendimos .* 08:00 responda 1/),
    },
  ])('$body ($locale) → $state', async ({ body, locale, state, reply }) => {
    await patientWithPhone(locale);
    await at(0);
    expect(await say(body)).toEqual({ reply });
    expect(await states()).toEqual([state]);
    expect(await confirmations()).toHaveLength(state === 'open' ? 0 : 1);
  });

  it('the same message again gives the same reply and changes nothing', async () => {
    await patientWithPhone();
    await at(0);
    const first = await say('1', { sid: 'SMsame' });
    expect(await say('1', { sid: 'SMsame' })).toEqual(first);
    expect(await say('2', { sid: 'SMsame' })).toEqual(first);
    expect(await states()).toEqual(['taken']);
    expect(await confirmations()).toHaveLength(1);
  });

  it('the same message delivered five times at once counts once, with one reply', async () => {
    await patientWithPhone();
    await at(0);
    const replies = await Promise.all(Array.from({ length: 5 }, () => say('1', { sid: 'SMburst' })));
    expect(new Set(replies.map(({ reply }) => reply))).toEqual(new Set([expect.stringContaining('como tomada')]));
    expect(await confirmations()).toEqual([{ answer: 'taken', road: 'sms_reply', effect: 'applied', late: false }]);
  });

  it('another message afterwards finds nothing that waits', async () => {
    await patientWithPhone();
    await at(0);
    await say('1');
    expect(await say('2')).toEqual({ reply: 'No hay ninguna medicina por confirmar en este momento.' });
    expect(await states()).toEqual(['taken']);
  });

  it("a caregiver's answer counts; a clinician's number answers for nobody", async () => {
    const patient = await seedPatient(app, {
      contacts: [],
      caregivers: [{ contacts: [{ kind: 'phone', value: FROM }] }],
      clinicians: [{ contacts: [{ kind: 'phone', value: '+51987000009' }] }],
    });
    const policy = { critical: true, ladder: [{ afterSeconds: 0, channel: 'sms', to: 'caregiver' } as const] };
    await seedPrescription(app, patient, { policy });
    await at(0);
    await at(61); // the patient was not reached: the clinician is told of the case by SMS
    expect(app.scripted.sms.sent.map((message) => message.purpose)).toEqual(['caregiver', 'escalation']);
    await say('1', { from: '+51987000009' });
    expect(await states()).toEqual(['undelivered']);
    await say('1');
    expect(await states()).toEqual(['taken late']);
  });
});

describe('several doses wait', () => {
  it('asks which, and records nothing', async () => {
    await patientWithPhone('es-PE', ['08:00', '08:20']);
    await at(0);
    await at(20);
    expect(await say('1')).toEqual({ reply: expect.stringMatching(/^Tiene mas de una medicina/) });
    expect(await states()).toEqual(['open', 'open']);
    expect(await confirmations()).toHaveLength(0);
  });

  it('an open one goes before one whose window has closed', async () => {
    await patientWithPhone('es-PE', ['08:00', '09:30']);
    await at(0);
    await at(60);
    await at(90);
    await say('1');
    expect(await states()).toEqual(['missed', 'taken']);
  });

  it('two patients who share a phone are asked; when one has answered by link, the reply is about the other', async () => {
    const one = await patientWithPhone();
    const other = await patientWithPhone();
    await at(0);
    expect(await say('1')).toEqual({ reply: expect.stringMatching(/^Tiene mas de una medicina/) });
    const [dose] = await app.sql`SELECT id FROM doses WHERE prescription_id = ${one.id} AND due_at = ${DUE}`;
    await recordAck(app, { doseId: dose?.id, answer: 'skipped', road: 'link' });
    await say('1');
    const [left] = await app.sql`SELECT state FROM doses WHERE prescription_id = ${other.id} AND due_at = ${DUE}`;
    expect(left).toEqual({ state: 'taken' });
    expect(await states()).toEqual(expect.arrayContaining(['skipped', 'taken']));
  });
});

describe('after the window', () => {
  it.each([
    { body: '1', minutes: 90, state: 'taken late' },
    { body: '2', minutes: 90, state: 'skipped late' },
    { body: '1', minutes: 23 * 60, state: 'taken late' },
    { body: '1', minutes: 24 * 60 + 1, state: 'missed' },
  ])('$body after $minutes minutes: $state', async ({ body, minutes, state }) => {
    await patientWithPhone();
    await at(0);
    await at(60);
    app.clock.set(new Date(Date.parse(DUE) + minutes * 60_000));
    await app.sql`DELETE FROM doses WHERE due_at > ${DUE}`; // only this morning's dose is in question
    await say(body);
    expect(await states()).toEqual([state]);
  });
});

describe('stop and start', () => {
  it('opt the number out and back in, whatever waits, and answer nothing themselves', async () => {
    const { id } = await patientWithPhone();
    await at(0);
    expect(await say('STOP')).toEqual({ reply: null });
    expect(await contactState()).toEqual({ state: 'opted_out', state_code: 'stop' });
    expect(await states()).toEqual(['open']);
    app.scripted.sms.sent = [];
    await at(24 * 60);
    expect(app.scripted.sms.sent).toEqual([]);
    const [skipped] = await app.sql`
      SELECT a.state, a.code FROM attempts a JOIN doses d ON d.id = a.dose_id
      WHERE d.prescription_id = ${id} AND d.due_at > ${DUE}`;
    expect(skipped).toEqual({ state: 'failed', code: 'contact_opted_out' });
    await say('START');
    expect(await contactState()).toEqual({ state: 'active', state_code: null });
  });

  it('holds for every patient of the number, and for no other number', async () => {
    await patientWithPhone();
    await patientWithPhone();
    await seedPatient(app, { contacts: [{ kind: 'phone', value: '+51987000002' }] });
    await say('baja');
    const rows =
      await app.sql`SELECT state FROM contact_points WHERE owner = 'patient' AND kind = 'phone' ORDER BY state`;
    expect(rows.map((row) => row.state)).toEqual(['active', 'opted_out', 'opted_out']);
  });
});

describe('a stranger', () => {
  it.each(['1', 'hola', 'STOP'])('who writes %s gets no answer and changes nothing', async (body) => {
    await patientWithPhone();
    await at(0);
    expect(await say(body, { from: '+34600000000' })).toEqual({ reply: null });
    expect(await states()).toEqual(['open']);
    expect(await contactState()).toMatchObject({ state: 'active' });
  });
});

it('keeps every message, encrypted', async () => {
  await patientWithPhone();
  await at(0);
  await say('1');
  await say('¿y eso?');
  const rows = await app.sql`SELECT intent, body, reply FROM inbound_messages ORDER BY received_at, sid`;
  expect(rows.map((row) => [row.intent, app.cipher.open(row.body)])).toEqual([
    ['taken', '1'],
    ['unclear', '¿y eso?'],
  ]);
  expect(rows.every((row) => !row.body.includes('eso'))).toBe(true);
});
