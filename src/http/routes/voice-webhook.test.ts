import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTwiml, type Verb } from '#loadtests/provider-simulator/twiml.ts';
import { countRows, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';
import { buildServer } from '../server.ts';

const AUTH_TOKEN = 'test-token';
let api: TestApi;
let server: Awaited<ReturnType<typeof buildServer>>;
beforeAll(async () => {
  api = await testApi();
  const account = { baseUrl: 'http://127.0.0.1:1', accountSid: `AC${'0'.repeat(32)}`, authToken: AUTH_TOKEN };
  api.app.config.voice = { ...account, from: '+15005550006', perSecond: 1 };
  server = await buildServer(api.app);
});
afterAll(() => server?.close());

type Form = Record<string, string>;
/** As Twilio calls: a form, signed over the public URL with its query. */
function call(url: string, form: Form, signature?: string) {
  const signed = twilio.getExpectedTwilioSignature(AUTH_TOKEN, api.app.config.http.publicUrl + url, form);
  return server.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature ?? signed },
  });
}
const trace = async (id: string) => (await api.call('GET', `/v1/doses/${id}`)).json();

/** A dose that is due, whose reminder is a call. */
async function calledDose(patient: string, purpose = 'reminder') {
  const dose = await dueDose(api, patient);
  await api.app.sql`UPDATE attempts SET channel = 'voice', purpose = ${purpose} WHERE id = ${dose.attemptId}`;
  const CallSid = `CA-${patient}`;
  const url = (path: string) => `/webhooks/twilio/voice${path}?attempt=${dose.attemptId}`;
  return {
    ...dose,
    url,
    answer: (more: Form = {}) => call(url(''), { CallSid, CallStatus: 'in-progress', AnsweredBy: 'human', ...more }),
    press: (key: string, query = '') => call(url('/key') + query, { CallSid, CallStatus: 'in-progress', Digits: key }),
    tell: (form: Form) => call(url('/status'), { CallSid, ...form }),
    attempt: async () => (await trace(dose.doseId)).attempts[0],
  };
}

/** What is said, without what is said twice. */
function heard(body: string): string {
  const spoken = (verbs: Verb[]): string[] =>
    verbs.flatMap((verb) => (verb.do === 'say' ? [verb.text] : verb.do === 'gather' ? spoken(verb.said) : []));
  const verbs = parseTwiml(body);
  expect(verbs, body).not.toBeNull();
  return [...new Set(spoken(verbs ?? []))].join(' ');
}
const asks = (body: string) => (body.match(/<Gather /g) ?? []).length;

describe('POST /webhooks/twilio/voice', () => {
  test('a person hears the time and the keys, twice, and no drug', async () => {
    const dose = await calledDose('v1');
    const response = await dose.answer();
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toContain('text/xml');
    expect(heard(response.body)).toBe(
      'Hola. Le llamamos para recordarle su medicina de las ocho de la mañana. Si ya la tomó, marque 1. Si no la tomó, marque 2. Para que le llamemos en 10 minutos, marque 3. No recibimos su respuesta. Adiós.',
    );
    expect(asks(response.body)).toBe(2);
    expect(response.body).toContain(`action="${api.app.config.http.publicUrl}${dose.url('/key')}"`);
    expect(response.body).toContain('<Say language="es-MX">');
    expect(await dose.attempt()).toMatchObject({ state: 'accepted' });
  });

  test.each([
    ['en-US', 'America/New_York', 'en-US', /^Hello\..*medicine for 8 o'clock in the morning\..*press 3/],
    ['pt-BR', 'America/Sao_Paulo', 'pt-BR', /^Olá\..*remédio das oito da manhã\..*tecle 3/],
  ])('in %s', async (locale, zone, voice, words) => {
    const dose = await calledDose(`v2-${locale}`);
    await api.app.sql`UPDATE patients SET locale = ${locale}, zone = ${zone} WHERE external_id = ${`v2-${locale}`}`;
    await api.app.sql`
      UPDATE doses SET due_at = (local_date + '08:00'::time) AT TIME ZONE ${zone}, window_ends_at = '2027-01-01'
      WHERE id = ${dose.doseId}`;
    const { body } = await dose.answer();
    expect(body).toContain(`<Say language="${voice}">`);
    expect(heard(body)).toMatch(words);
  });

  test.each(['machine_start', 'fax'])('%s hears nothing, and the call has failed', async (AnsweredBy) => {
    const dose = await calledDose(`v3-${AnsweredBy}`);
    const { body } = await dose.answer({ AnsweredBy });
    expect(body).toBe('<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>');
    expect(await dose.attempt()).toMatchObject({ state: 'failed', code: AnsweredBy });
  });

  test('a dose that was answered already is not asked about again', async () => {
    const dose = await calledDose('v4');
    await dose.press('2');
    const { body } = await dose.answer();
    expect(heard(body)).toMatch(/^Hola. Ya recibimos su respuesta/);
    expect(heard(body)).not.toMatch(/tomó|tomada/);
    expect(asks(body)).toBe(0);
  });

  test('a caregiver is asked, and puts nothing off', async () => {
    const dose = await calledDose('v5', 'caregiver');
    expect(heard((await dose.answer()).body)).toMatch(/La persona que usted cuida.*marque 2\. No recibimos/);
    expect(asks((await dose.press('3')).body)).toBe(1);
    expect((await trace(dose.doseId)).answers).toEqual([]);
  });

  test.each([
    ['an attempt that never was', '?attempt=019ab000-0000-7000-8000-000000000001'],
    ['an attempt that is no id', '?attempt=%3CSay%3E'],
    ['no attempt', ''],
    ['two attempts', '?attempt=a&attempt=b'],
  ])('%s is answered politely, with no fact', async (_, query) => {
    const { statusCode, body } = await call(`/webhooks/twilio/voice${query}`, {
      CallSid: 'CA9',
      CallStatus: 'in-progress',
    });
    expect(statusCode).toBe(200);
    expect(heard(body)).toMatch(/^Hello\. .*Goodbye\.$/);
    expect(body).not.toMatch(/medicine|Gather/);
    const pressed = await call(`/webhooks/twilio/voice/key${query}`, { CallSid: 'CA9', Digits: '1' });
    expect([pressed.statusCode, pressed.body]).toEqual([200, body]);
  });

  test('a call that is picked up after the window says nothing of the dose', async () => {
    const dose = await calledDose('v6');
    api.app.clock.advance(3600);
    const { body } = await dose.answer();
    expect(heard(body)).toMatch(/^Hola. Le llamamos por un recordatorio que ya no/);
    expect(body).not.toMatch(/medicina|Gather/);
  });

  test.each(['', '/key', '/status'])('%s without its signature is refused, and nothing happens', async (path) => {
    const dose = await calledDose(`v7${path.replace('/', '-')}`);
    const before = await countRows(api.app);
    const form = { CallSid: 'CA1', CallStatus: 'completed', Digits: '1' };
    for (const signature of [
      '',
      'AAAA',
      twilio.getExpectedTwilioSignature(AUTH_TOKEN, 'http://127.0.0.1:8080/x', form),
    ]) {
      expect((await call(dose.url(path), form, signature)).statusCode).toBe(403);
    }
    expect(await countRows(api.app)).toEqual(before);
    expect(await dose.attempt()).toMatchObject({ state: 'intent' });
  });
});

describe('a key', () => {
  test.each([
    ['1', 'taken', /la medicina de las ocho de la mañana como tomada/],
    ['2', 'skipped', /que no tomó la medicina de las ocho/],
  ])('%s records %s, once, and says so', async (key, state, words) => {
    const dose = await calledDose(`k-${key}`);
    const first = await dose.press(key);
    expect(heard(first.body)).toMatch(words);
    expect(asks(first.body)).toBe(0);
    expect((await dose.press(key)).body).toBe(first.body);
    const told = await trace(dose.doseId);
    expect(told).toMatchObject({ state, answers: [{ road: 'voice_key' }] });
    expect(told.attempts[0]).toMatchObject({ state: 'delivered' });
  });

  test('3 puts the call off', async () => {
    const dose = await calledDose('k-3');
    expect(heard((await dose.press('3')).body)).toBe('Gracias. Le llamaremos más tarde. Adiós.');
    expect(await trace(dose.doseId)).toMatchObject({ state: 'open', answers: [{ answer: 'snoozed' }] });
    const [row] = await api.app.sql`SELECT rung, next_action_at AS at FROM doses WHERE id = ${dose.doseId}`;
    expect(row).toEqual({ rung: 0, at: new Date(api.app.clock.now().getTime() + 600_000) });
  });

  test.each(['4', '0', '*', '#', '', '11', 'constructor'])(
    '%j means nothing, and is asked for once more',
    async (key) => {
      const dose = await calledDose(`k-bad-${key.codePointAt(0) ?? 'none'}-${key.length}`);
      const { body } = await dose.press(key);
      expect(heard(body)).toMatch(/^No entendimos\. .*marque 3/);
      expect(asks(body)).toBe(1);
      const again = /action="[^"]*?\/voice\/key\?attempt=[^"&]+([^"]*)"/
        .exec(body)?.[1]
        ?.replaceAll('&amp;', '&') as string;
      expect(again).toBe('&keys=123');
      expect(heard((await dose.press(key, again)).body)).toBe('No recibimos su respuesta. Adiós.');
      expect((await trace(dose.doseId)).answers).toEqual([]);
      expect(heard((await dose.press('1', again)).body)).toContain('como tomada');
    },
  );

  test('3 is refused where nothing can be put off any more, and 1 and 2 are asked for', async () => {
    const dose = await calledDose('k-late');
    const { windowEndsAt } = await trace(dose.doseId);
    api.app.clock.set(windowEndsAt);
    const { body } = await dose.press('3');
    expect(heard(body)).toMatch(/^Ya no podemos llamarle más tarde.*marque 2\. No recibimos/);
    expect(body).toContain('&amp;keys=12"');
    expect(heard((await dose.press('3', '&keys=12')).body)).toBe('No recibimos su respuesta. Adiós.');
    expect(heard((await dose.press('1', '&keys=12')).body)).toContain('como tomada');
  });

  test('an answer to a dose that the clinic has cancelled is not recorded', async () => {
    const dose = await calledDose('k-cancelled');
    await api.app
      .sql`UPDATE doses SET state = 'cancelled', reason = 'stopped', next_action_at = NULL, resolved_at = now() WHERE id = ${dose.doseId}`;
    expect(heard((await dose.press('1')).body)).toMatch(/ya no necesita respuesta/);
    expect(await trace(dose.doseId)).toMatchObject({ state: 'cancelled' });
  });
});

describe('POST /webhooks/twilio/voice/status', () => {
  test('moves the call forward; repeats and late arrivals change nothing', async () => {
    const dose = await calledDose('s1');
    const human = { CallStatus: 'completed', AnsweredBy: 'human' };
    for (const form of [
      { CallStatus: 'initiated' },
      human,
      human,
      { CallStatus: 'initiated' },
      { CallStatus: 'no-answer' },
    ]) {
      expect((await dose.tell(form)).statusCode).toBe(204);
    }
    expect(await dose.attempt()).toMatchObject({ state: 'delivered' });
    expect((await trace(dose.doseId)).state).toBe('open');
  });

  test('what names no call is refused', async () => {
    const dose = await calledDose('s2');
    expect((await call(dose.url('/status'), { CallStatus: 'completed' })).statusCode).toBe(422);
    expect((await call('/webhooks/twilio/voice/status', { CallSid: 'CA1', CallStatus: 'busy' })).statusCode).toBe(422);
  });
});
