import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import type { Reply } from '../domain/reply.ts';
import { receiveReply } from './inbound.ts';
import { recordAck } from './record.ts';
import { issueToken } from './tokens.ts';
import { understand } from './understand/understand.ts';

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
    { body: 'Sim!', locale: 'pt-BR', state: 'taken', reply: 'Obrigado. Registramos o remédio das 08:00 como tomado.' },
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
    expect(await say('1')).toEqual({
      reply: 'Responda con el numero. ¿Cual tomo? 1 Mañana 08:00, 2 Mañana 08:20, 9 todas',
    });
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
  it('opt the number out and back in, whatever waits, and confirm that once', async () => {
    const { id } = await patientWithPhone();
    await at(0);
    expect(await say('STOP')).toEqual({ reply: expect.stringMatching(/^Listo: no le enviaremos mas/) });
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
    expect(await say('START')).toEqual({ reply: expect.stringMatching(/^Listo: le enviaremos otra vez/) });
    expect(await say('START')).toEqual({ reply: null });
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

describe('by WhatsApp', () => {
  const WHATSAPP = { ladder: [{ afterSeconds: 0, channel: 'whatsapp', to: 'patient' } as const] };
  const write = (body: string, given: Partial<Reply> = {}) => {
    sids += 1;
    return receiveReply(app, { channel: 'whatsapp', sid: `WA${sids}`, from: FROM, body, ...given });
  };
  const stateAt = async (dueAt: string) => (await app.sql`SELECT state FROM doses WHERE due_at = ${dueAt}`)[0]?.state;
  const later = '2026-11-23T13:20:00Z';

  beforeEach(async () => {
    const patient = await seedPatient(app, { contacts: [{ kind: 'whatsapp', value: FROM }] });
    await seedPrescription(app, patient, { times: ['08:00', '08:20'], policy: WHATSAPP });
    await at(0);
    await at(20);
  });

  it('a quoted reminder names its dose, though two wait', async () => {
    const [first] = app.scripted.whatsapp.sent;
    expect(await write('ya la tomé', { quotes: `ref-${first?.attemptId}` })).toEqual({
      reply: expect.stringContaining('08:00 como tomada'),
    });
    expect([await stateAt(DUE), await stateAt(later)]).toEqual(['taken', 'open']);
    expect(await confirmations()).toMatchObject([{ road: 'whatsapp_reply' }]);
  });

  it('a button names its dose and its answer; a link’s token, or one of a stranger, does not', async () => {
    const [dose] = await app.sql`SELECT id FROM doses WHERE due_at = ${later}`;
    const claims = { doseId: dose?.id as string, expiresAt: new Date('2026-11-26T13:00:00Z') };
    const token = issueToken(app.config.tokenSecret, 'whatsapp', claims);
    const link = issueToken(app.config.tokenSecret, 'link', claims);
    await write('Tomada', { token: link, answer: 'taken' });
    await write('Tomada', { token, answer: 'taken', from: '+34600000000' });
    expect(await confirmations()).toEqual([]);
    await write('Tomada', { token, answer: 'taken' });
    expect([await stateAt(DUE), await stateAt(later)]).toEqual(['open', 'taken']);
  });

  it('whoever writes opens the day in which free text may follow', async () => {
    await write('hola');
    expect(await app.sql`SELECT wrote_at FROM contact_points WHERE kind = 'whatsapp'`).toEqual([
      { wrote_at: app.clock.now() },
    ]);
    expect(await app.sql`SELECT channel FROM inbound_messages`).toEqual([{ channel: 'whatsapp' }]);
  });

  it('a picture alone is answered politely and is no answer', async () => {
    expect(await write('', { media: 1 })).toEqual({ reply: expect.stringMatching(/^Aquí no podemos ver fotos/) });
    expect(await confirmations()).toEqual([]);
  });
});

describe('whatever messages come in whatever order', () => {
  const TEXTS = [
    '1',
    '2',
    '9',
    'todas',
    'ya la tomé',
    'no la tomé',
    'luego',
    'la de la mañana ya la tomé',
    'creo que sí',
    'me equivoqué, no la tomé',
    'gracias',
    '5',
    'qwerty',
  ];
  const isSurelyTaken = (text: string) => {
    const { intent, confidence } = understand(text, { locale: 'es' });
    return intent === 'taken' && confidence === 'sure';
  };

  it('no dose is taken but by a sure "taken" or a number of the list that was shown', async () => {
    const step = fc.oneof(fc.constantFrom(...TEXTS), fc.constantFrom(5, 20, 70));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
        await clear(app);
        app.clock.set('2026-11-23T12:00:00Z');
        await patientWithPhone('es-PE', ['08:00', '08:20', '09:00']);
        await at(0);
        let [minute, shown, before] = [0, '', new Map<string, string>()];
        for (const each of steps) {
          if (typeof each === 'number') {
            minute += each;
            await at(minute);
            continue;
          }
          const { reply } = await say(each);
          const rows = await app.sql`SELECT due_at, state FROM doses WHERE due_at <= ${app.clock.now()}`;
          const now = new Map(
            rows.map((row) => [new Date(row.due_at - 5 * 3600_000).toISOString().slice(11, 16), row.state]),
          );
          const taken = [...now]
            .filter(([time, state]) => state === 'taken' && before.get(time) !== 'taken')
            .map(([time]) => time);
          const isListed = /¿Cual tomo\?/.test(shown) && taken.every((time) => shown.includes(time));
          const isAsked = /responda 1/.test(shown) && each === '1' && taken.every((time) => shown.includes(time));
          if (taken.length > 0)
            expect([each, shown, isListed || isAsked || isSurelyTaken(each)]).toEqual([each, shown, true]);
          if (taken.length > 1) expect([each, shown, isListed]).toEqual([each, shown, true]);
          shown = reply ?? shown;
          before = now;
        }
      }),
      { numRuns: 12, seed: 6 },
    );
  });
});
