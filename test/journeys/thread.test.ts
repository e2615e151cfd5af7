import type { InjectOptions } from 'fastify';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { clinicPages } from '#dashboards/clinic/index.ts';
import { receiveReply } from '#src/ack/inbound.ts';
import { recordAck } from '#src/ack/record.ts';
import { plusSeconds } from '#src/clock.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import { tellClinicians } from '#src/dispatch/escalate.ts';
import { applyReceipts } from '#src/dispatch/receipts.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { buildServer } from '#src/http/server.ts';
import { openCase } from '#src/store/cases.ts';
import { claimChunk } from '#src/store/chunks.ts';
import { insertInbound } from '#src/store/inbound.ts';
import { findPatient } from '#src/store/patients.ts';
import { createTenant } from '#src/store/tenants.ts';
import { onRedis, seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '../helpers/drive.ts';

const app = await testDispatcher();
const server = await buildServer(app);
await clinicPages(server, app);
const { parts: away, close } = await onRedis(app, 'redis://127.0.0.1:1');
const other = await createTenant(app.sql, 'Hospital Dos', app.clock.now());
afterAll(async () => {
  await server.close();
  await close();
});

const START = new Date('2026-11-23T12:00:00Z');
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const past = (seconds: number) => plusSeconds(DUE, seconds);
const PHONE = '+51900000000';

beforeEach(async () => {
  await clear(app);
  await app.sql`TRUNCATE dead_letters, idempotency_keys`;
  app.clock.set(START);
});

const call = (method: 'GET' | 'POST', url: string, payload?: object, { key = app.apiKey, headers = {} } = {}) => {
  const request: InjectOptions = { method, url, headers: { authorization: `Bearer ${key}`, ...headers } };
  return server.inject(payload === undefined ? request : { ...request, payload });
};
const urlOf = ({ externalId }: PatientRecord) => `/v1/patients/${externalId}/messages`;
const write = (patient: PatientRecord, body: object = {}, options = {}) =>
  call('POST', urlOf(patient), { text: 'Pase por la farmacia', by: 'Dra. Rojas', ...body }, options);

interface Item {
  id: string;
  direction: string;
  text: string | null;
  [field: string]: unknown;
}
async function thread(patient: PatientRecord, query = ''): Promise<{ items: Item[]; next: string | null }> {
  const response = await call('GET', `${urlOf(patient)}${query}`);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

const patientWith = (given: Partial<PatientRecord> = {}) =>
  seedPatient(app, { contacts: [{ kind: 'phone', value: PHONE }], caregivers: [], ...given });
const idOf = async ({ externalId }: PatientRecord) => (await findPatient(app.sql, app.tenantId, externalId)) as string;

let sids = 0;
/** A message that came in, as it is kept. `patient` null: from a telephone that several share. */
async function cameIn(body: string, given: { patientId: string | null; tenantId?: string | null; from?: string }) {
  const { patientId, tenantId = app.tenantId, from = PHONE } = given;
  const kept = {
    sender: app.cipher.lookup(from),
    body: app.cipher.seal(body),
    intent: 'other',
    doseId: null,
    reply: null,
  };
  await insertInbound(app.sql, { sid: `SM${++sids}`, channel: 'sms', tenantId, patientId, ...kept }, app.clock.now());
}

async function sendReady(): Promise<void> {
  for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
}

describe('a patient writes, and a clinician answers', () => {
  const HOST = 'clinic.test';
  const OURS = { host: HOST, origin: `http://${HOST}`, 'content-type': 'application/x-www-form-urlencoded' };
  const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString();
  /** The cookie of a clinician who has just signed in. */
  const signIn = async () => {
    const payload = encoded({ key: app.apiKey, by: 'Dra. Rojas' });
    const signedIn = await server.inject({ method: 'POST', url: '/clinic/sign-in', headers: OURS, payload });
    return String(signedIn.headers['set-cookie']).split(';')[0] as string;
  };
  const see = async (url: string) =>
    (await server.inject({ method: 'GET', url, headers: { cookie: await signIn(), host: HOST } })).body;
  const send = async (url: string, form: Record<string, string>, headers = {}) => {
    const sent = { ...OURS, cookie: await signIn(), ...headers };
    return server.inject({ method: 'POST', url, headers: sent, payload: encoded(form) });
  };

  test('out of medicine: first in the inbox, a clinician is told, answers from the thread, and all of it is there', async () => {
    const missing = await patientWith({ contacts: [{ kind: 'phone', value: '+51900000009' }] });
    await seedPrescription(app, missing, { policy: { critical: true } });
    await driveTo(app, past(3600)); // a critical dose nobody answered: a case of an hour ago
    app.clock.set('2026-11-24T12:00:00Z');
    const patient = await patientWith({ name: 'Ana Quispe' });
    await seedPrescription(app, patient, { policy: { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] } });
    const due = new Date('2026-11-24T13:00:00Z');
    await driveTo(app, due);
    app.clock.set(plusSeconds(due, 120));
    await receiveReply(app, { sid: 'SM-out', channel: 'sms', from: PHONE, body: 'se me acabó' });

    const inbox = await see('/clinic/cases');
    const cases = [...inbox.matchAll(/href="\/clinic\/cases\/([0-9a-f-]+)"/g)].map(([, id]) => id as string);
    const { items } = (await call('GET', '/v1/escalations?state=open')).json();
    const problem = items.find(({ kind }: { kind: string }) => kind === 'problem_reply');
    expect(cases[0]).toBe(problem.id);
    expect(cases).toHaveLength(2);
    await tellClinicians(app);
    await sendReady();
    expect(app.scripted.email.sent.at(-1)).toMatchObject({ subject: 'dosebell: un paciente escribió y pide atención' });
    expect(app.scripted.email.sent.at(-1)?.text).toContain(`/clinic/cases/${problem.id}`);

    const casePage = await see(`/clinic/cases/${problem.id}`);
    expect(casePage).toContain('se me acabó');
    const [, patientUrl] = /href="(\/clinic\/patients\/[0-9a-f-]+)#thread"/.exec(casePage) ?? [];
    const page = await see(patientUrl as string);
    expect(page).toContain('se me acabó');
    const [, key] = /name="key" value="([^"]+)"/.exec(page) ?? [];
    app.clock.advance(60);
    const form = { key: key as string, text: 'Le dejamos más en la farmacia.', channel: 'sms' };
    expect((await send(`${patientUrl}/messages`, form)).headers.location).toBe(`${patientUrl}#thread`);
    expect((await send(`${patientUrl}/messages`, form)).statusCode).toBe(303); // a double click
    app.scripted.sms.sent = [];
    await sendReady();
    expect(app.scripted.sms.sent.map(({ to, text }) => [to, text])).toEqual([[PHONE, form.text]]);
    const attemptId = app.scripted.sms.sent[0]?.attemptId as string;
    await applyReceipts(app, [{ attemptId, state: 'delivered', ref: `ref-${attemptId}` }]);

    const shown = (await thread(patient)).items;
    const dose = { id: expect.any(String), dueAt: due.toISOString(), state: expect.any(String) };
    expect(shown).toMatchObject([
      {
        direction: 'out',
        purpose: 'message',
        channel: 'sms',
        state: 'delivered',
        text: form.text,
        author: 'Dra. Rojas',
        dose: null,
      },
      {
        direction: 'in',
        channel: 'sms',
        state: null,
        intent: 'problem',
        text: 'se me acabó',
        author: null,
        shared: false,
      },
      { direction: 'out', purpose: 'reminder', channel: 'sms', state: 'accepted', text: null, dose },
    ]);
    expect(shown[1]?.at).toBe(plusSeconds(due, 120).toISOString());
    const fragment = await see(`${(patientUrl as string).replace('/clinic/', '/clinic/fragments/')}/messages`);
    for (const text of ['mar 24 nov, 08:03', 'Dra. Rojas', form.text, 'Entregado', 'se me acabó', 'Recordatorio'])
      expect(fragment).toContain(text);
  });

  test('the page says in words what stands in the way, and keeps what was typed', async () => {
    const patient = await patientWith();
    await app.sql`UPDATE contact_points SET state = 'opted_out' WHERE patient_id = ${await idOf(patient)}`;
    const url = `/clinic/patients/${await idOf(patient)}`;
    expect(await see(url)).toContain('No hay un contacto por el que se le pueda escribir');
    const refused = await send(`${url}/messages`, { key: 'k', text: 'Hola <b>', channel: 'sms' });
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('role="alert">Pidió no recibir más mensajes');
    const fine = await patientWith({ contacts: [{ kind: 'phone', value: '+51900000008' }] });
    const blank = await send(`/clinic/patients/${await idOf(fine)}/messages`, {
      key: 'k',
      text: 'Hola <b>',
      channel: 'fax',
    });
    expect(blank.statusCode).toBe(422);
    expect(blank.body).toContain('>Hola &lt;b&gt;</textarea>');
  });

  test('another origin, and another tenant, write nothing', async () => {
    const patient = await patientWith();
    const url = `/clinic/patients/${await idOf(patient)}/messages`;
    const forged = await send(url, { key: 'k', text: 'x', channel: 'sms' }, { origin: 'http://evil.test' });
    expect(forged.statusCode).toBe(403);
    const theirs = await call('POST', urlOf(patient), { text: 'x', by: 'y' }, { key: other.apiKey });
    expect(theirs.statusCode).toBe(404);
    expect(await app.sql`SELECT 1 FROM messages`).toHaveLength(0);
  });
});

describe('what stands in the way of writing', () => {
  const WHATSAPP = { contacts: [{ kind: 'whatsapp' as const, value: '+51900000001' }] };
  test.each<{
    what: string;
    given?: Partial<PatientRecord>;
    change?: (patientId: string) => Promise<unknown>;
    body?: object;
    status?: number;
    field: string;
    detail: RegExp;
  }>([
    { what: 'death', given: { deceased: true }, field: 'externalId', detail: /died/ },
    { what: 'no consent', given: { consent: { reminders: false } }, field: 'externalId', detail: /consent\.reminders/ },
    {
      what: 'another channel agreed to',
      given: { consent: { reminders: true, channels: ['email'] } },
      field: 'channel',
      detail: /consent\.channels/,
    },
    {
      what: 'an opt-out',
      change: (id) => app.sql`UPDATE contact_points SET state = 'opted_out' WHERE patient_id = ${id}`,
      field: 'channel',
      detail: /no more messages/,
    },
    {
      what: 'a dead number',
      change: (id) => app.sql`UPDATE contact_points SET state = 'invalid' WHERE patient_id = ${id}`,
      field: 'channel',
      detail: /invalid/,
    },
    { what: 'no address', body: { channel: 'email' }, field: 'channel', detail: /no contact/ },
    { what: 'no session', given: WHATSAPP, body: { channel: 'whatsapp' }, field: 'channel', detail: /24 hours/ },
    {
      what: 'a session that is over',
      given: WHATSAPP,
      change: (id) =>
        app.sql`UPDATE contact_points SET wrote_at = ${plusSeconds(START, -24 * 3600)} WHERE patient_id = ${id}`,
      body: { channel: 'whatsapp' },
      field: 'channel',
      detail: /24 hours/,
    },
    { what: 'spaces alone', body: { text: '  ' }, status: 422, field: 'text', detail: /not spaces alone/ },
    { what: 'no text', body: { text: '' }, status: 422, field: 'text', detail: /1 to 1000/ },
    { what: 'too much', body: { text: 'a'.repeat(1001) }, status: 422, field: 'text', detail: /1000/ },
    { what: 'a call', body: { channel: 'voice' }, status: 422, field: 'channel', detail: /sms/ },
  ])('$what', async ({ given, change, body, status = 409, field, detail }) => {
    const patient = await patientWith(given);
    await change?.(await idOf(patient));
    const response = await write(patient, body);
    expect(response.statusCode, response.body).toBe(status);
    expect(response.json().errors).toEqual([{ field, detail: expect.stringMatching(detail) }]);
    expect(
      await app.sql`SELECT 1 FROM messages UNION ALL SELECT 1 FROM attempts UNION ALL SELECT 1 FROM chunks WHERE state <> 'done'`,
    ).toHaveLength(0);
  });

  test('a WhatsApp session that is open lets free text through', async () => {
    const patient = await patientWith(WHATSAPP);
    await app.sql`UPDATE contact_points SET wrote_at = ${plusSeconds(START, -23 * 3600)} WHERE patient_id = ${await idOf(patient)}`;
    expect((await write(patient, { channel: 'whatsapp' })).statusCode).toBe(201);
    await sendReady();
    expect(app.scripted.whatsapp.sent).toMatchObject([
      { text: 'Pase por la farmacia', inSession: true, purpose: 'message' },
    ]);
  });
});

describe('a message that was written', () => {
  test('is told with its segments, encrypted, and once per key', async () => {
    const patient = await patientWith();
    const headers = { 'idempotency-key': 'k-1' };
    const first = await write(patient, { text: `${'a'.repeat(80)}á` }, { headers });
    expect(first.json()).toMatchObject({ channel: 'sms', state: 'intent', segments: 2, at: START.toISOString() });
    expect(first.json().warnings).toMatchObject([
      { code: 'several_segments', detail: expect.stringContaining('2 SMS') },
    ]);
    const again = await write(patient, { text: `${'a'.repeat(80)}á` }, { headers });
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    expect((await write(patient)).json()).toMatchObject({ segments: 1, warnings: [] });
    const rows = await app.sql`SELECT body, author FROM messages ORDER BY id`;
    expect(rows).toHaveLength(2);
    for (const { body, author } of rows)
      expect(Buffer.concat([body, author]).toString('latin1')).not.toMatch(/Pase|Rojas|aaa/);
    await sendReady();
    expect(app.scripted.sms.sent).toHaveLength(2);
  });

  test.each<{ what: string; change: (patientId: string) => Promise<unknown>; code: string }>([
    {
      what: 'consent is withdrawn',
      change: (id) => app.sql`UPDATE patients SET consent = '{"reminders": false}' WHERE id = ${id}`,
      code: 'no_consent',
    },
    {
      what: 'the patient dies',
      change: (id) => app.sql`UPDATE patients SET deceased_at = now() WHERE id = ${id}`,
      code: 'patient_deceased',
    },
    {
      what: 'the patient opts out',
      change: (id) => app.sql`UPDATE contact_points SET state = 'opted_out' WHERE patient_id = ${id}`,
      code: 'contact_opted_out',
    },
    { what: 'a day passes', change: async () => app.clock.advance(24 * 3600), code: 'expired' },
  ])('does not leave once $what', async ({ change, code }) => {
    const patient = await patientWith();
    await write(patient);
    await change(await idOf(patient));
    await sendReady();
    expect(app.scripted.sms.sent).toEqual([]);
    expect((await thread(patient)).items).toMatchObject([{ state: 'cancelled', code }]);
  });

  test('whose process died once it was committed is sent by the rescue, once', async () => {
    const patient = await patientWith();
    await write(patient); // no job is made of it: nothing but the rows is left
    app.clock.advance(2);
    const without = { ...app, ...away };
    await Promise.all([rescuePass(without), rescuePass(without)]);
    await rescuePass(without);
    expect(app.scripted.sms.sent).toHaveLength(1);
    expect((await thread(patient)).items).toMatchObject([{ state: 'accepted' }]);
  });

  test('whose worker died with it in hand is looked up, and sent again where it never left', async () => {
    const patient = await patientWith();
    await write(patient);
    const [chunk] = await readyChunks(app);
    await claimChunk(app.sql, chunk?.id as string, {
      leaseUntil: plusSeconds(START, 30),
      account: 'scripted-sms:sender-sms',
    });
    app.scripted.sms.found = null;
    for (const seconds of [31, 31 + 3600, 31 + 3700]) {
      app.clock.set(plusSeconds(START, seconds));
      await rescuePass({ ...app, ...away });
      await sendReady();
    }
    expect(app.scripted.sms.sent).toHaveLength(1);
    expect((await thread(patient)).items).toMatchObject([{ state: 'accepted' }]);
  });

  test('that a provider refuses is set aside, and goes out again when somebody says so', async () => {
    const patient = await patientWith();
    await write(patient);
    app.scripted.sms.script = [{ kind: 'message_failed', code: '30007' }];
    await sendReady();
    const [letter] = (await call('GET', '/v1/dead-letters')).json().items;
    expect(letter).toMatchObject({ kind: 'message', state: 'quarantined', reason: '30007', doseId: null, dose: null });
    expect((await call('POST', `/v1/dead-letters/${letter.id}/redrive`)).json()).toMatchObject({ state: 'redriven' });
    await sendReady();
    expect(app.scripted.sms.sent).toHaveLength(2);
    expect((await thread(patient)).items).toMatchObject([{ state: 'accepted', code: null }]);
  });
});

describe('the thread', () => {
  test('is paged newest first over years, however little lies between', async () => {
    const patient = await patientWith();
    const patientId = await idOf(patient);
    const said: string[] = [];
    for (const at of ['2026-12-24T00:00:00Z', '2026-12-24T00:00:00Z', '2027-03-01T08:00:00Z', '2028-11-23T12:00:00Z']) {
      app.clock.set(at);
      said.push(`m${said.length}`);
      await cameIn(said.at(-1) as string, { patientId });
    }
    const seen: string[] = [];
    const ids: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const page: Awaited<ReturnType<typeof thread>> = await thread(
        patient,
        `?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ text }) => text as string));
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(cursor).toBeNull();
    expect(seen.toSorted()).toEqual(said);
    expect(seen.slice(0, 2)).toEqual(['m3', 'm2']);
    expect(ids).toEqual(ids.toSorted().reverse());
    expect((await thread(patient)).items).toMatchObject([{ text: 'm3' }]);
  });

  test.each([40, 200])(
    'has every reminder once and in order, whenever in its day-long window it left: by %i',
    async (limit) => {
      const patient = await patientWith();
      const prescription = await seedPrescription(app, patient, { policy: { windowSeconds: 86_400 } });
      await app.sql`TRUNCATE doses`;
      // Every 11 hours for 3 months, each with reminders after 0 to 24 hours: later doses' reminders leave before earlier ones'.
      await app.sql`
      INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at, window_ends_at,
                         critical, shard, tz_version, zone, time_policy, state, reason, missed_at, resolved_at, opened_at)
      SELECT uuid_v7(t), t::date, extract(hour FROM t), ${app.tenantId}, ${await idOf(patient)}, ${prescription}, 1, t,
             t + interval '1 day', false, 0, 'x', 'UTC', 'elapsed', 'missed', NULL, t, t, t
      FROM generate_series('2026-11-01T00:00Z'::timestamptz, '2027-01-25T00:00Z', '11 hours') t`;
      await app.sql`
      INSERT INTO attempts (id, day, tenant_id, patient_id, dose_id, local_date, purpose, rung, channel, contact_point_id,
                            due_at, expires_at, state, accepted_at, created_at)
      SELECT uuid_v7(at), (at AT TIME ZONE 'UTC')::date, d.tenant_id, d.patient_id, d.id, d.local_date, 'reminder', n, 'sms', c.id,
             at, d.window_ends_at, 'accepted', at, at
      FROM doses d JOIN contact_points c ON c.patient_id = d.patient_id AND c.owner = 'patient', generate_series(0, 1) n,
           LATERAL (SELECT d.due_at + (abs(hashtext(d.due_at::text || n)) % 86400) * interval '1 second' AS at) left_at`;
      app.clock.set('2027-01-27T00:00:00Z');
      const expected = (await app.sql`SELECT id FROM attempts ORDER BY id DESC`).map(({ id }) => id);
      const seen: string[] = [];
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null && pages < 50; pages++) {
        const page: Awaited<ReturnType<typeof thread>> = await thread(
          patient,
          `?limit=${limit}${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      }
      expect(expected.length).toBeGreaterThan(300);
      expect(seen).toEqual(expected);
    },
  );

  test('shows what a shared telephone said to each patient it may be about, and to nobody else', async () => {
    const [ana, luis, stranger] = [await patientWith(), await patientWith(), await patientWith({ contacts: [] })];
    await cameIn('¿a cuál le toca?', { patientId: null });
    await cameIn('es de otra clínica', { patientId: null, tenantId: other.tenantId });
    await cameIn('de nadie', { patientId: null, tenantId: null });
    await cameIn('solo de Ana', { patientId: await idOf(ana) });
    const said = async (patient: PatientRecord) =>
      (await thread(patient)).items.map(({ text, shared }) => [text, shared]).toSorted();
    expect(await said(ana)).toEqual([
      ['solo de Ana', false],
      ['¿a cuál le toca?', true],
    ]);
    expect(await said(luis)).toEqual([['¿a cuál le toca?', true]]);
    expect(await said(stranger)).toEqual([]);
  });

  test("is nobody else's: another tenant is told that there is no such patient", async () => {
    const patient = await patientWith();
    await cameIn('privado', { patientId: await idOf(patient) });
    const theirs = await call('GET', urlOf(patient), undefined, { key: other.apiKey });
    expect([theirs.statusCode, theirs.body.includes('privado')]).toEqual([404, false]);
    const namesake = await call('PUT' as 'POST', `/v1/patients/${patient.externalId}`, NAMESAKE, { key: other.apiKey });
    expect(namesake.statusCode).toBe(201);
    expect((await call('GET', urlOf(patient), undefined, { key: other.apiKey })).json()).toEqual({
      items: [],
      next: null,
    });
  });

  const NAMESAKE = {
    locale: 'es',
    zone: 'America/Lima',
    consent: { reminders: true },
    contacts: [{ kind: 'phone', value: PHONE }],
  };
});

test('a late answer to its dose closes no case about what somebody wrote', async () => {
  const patient = await patientWith();
  await seedPrescription(app, patient, { policy: { critical: true } });
  await driveTo(app, past(4000));
  const [dose] = await app.sql`
    SELECT id, local_date, prescription_id, patient_id FROM doses WHERE state IN ('missed', 'undelivered')`;
  const about = { tenantId: app.tenantId, patientId: dose?.patient_id, prescriptionId: dose?.prescription_id };
  const named = { ...about, doseId: dose?.id, localDate: dose?.local_date };
  await openCase(app.sql, { ...named, kind: 'urgent_reply' }, app.clock.now());
  await recordAck(app, { doseId: dose?.id, answer: 'taken', road: 'api' });
  const cases = await app.sql`SELECT kind, state FROM escalations ORDER BY kind`;
  expect(cases).toEqual([
    { kind: expect.stringMatching(/critical/), state: 'resolved' },
    { kind: 'urgent_reply', state: 'open' },
  ]);
});

describe('clinicians are told of cases', () => {
  test('of an emergency written to a case that somebody attends to, as of another', async () => {
    const patientId = await idOf(await patientWith());
    const kind = 'urgent_reply' as const;
    const about = { tenantId: app.tenantId, patientId, prescriptionId: null, doseId: null, localDate: null, kind };
    const first = await openCase(app.sql, about, app.clock.now());
    expect(await tellClinicians(app)).toBe(1);
    await app.sql`UPDATE escalations SET state = 'acknowledged', acknowledged_at = opened_at`;
    const second = await openCase(app.sql, about, app.clock.now());
    expect(second).not.toBe(first);
    expect(await tellClinicians(app)).toBe(1);
    expect(await app.sql`SELECT state, resolution FROM escalations ORDER BY state`).toEqual([
      { state: 'open', resolution: null },
      { state: 'resolved', resolution: 'wrote_again' },
    ]);
  });

  test('without a dose too, the urgent first, and by their next contact where the first failed', async () => {
    const patient = await patientWith();
    const patientId = await idOf(patient);
    const none = { tenantId: app.tenantId, patientId, prescriptionId: null, doseId: null, localDate: null };
    for (const kind of ['unclear_reply', 'urgent_reply', 'unreachable'] as const) {
      const id = await openCase(app.sql, { ...none, kind }, app.clock.now());
      expect(await openCase(app.sql, { ...none, kind }, app.clock.now())).toBe(id); // a further message
    }
    expect(await tellClinicians(app)).toBe(3);
    expect(await tellClinicians(app)).toBe(0);
    app.scripted.email.script = [{ kind: 'message_failed', code: '550' }];
    await sendReady();
    expect(app.scripted.email.sent.map(({ subject }) => subject)).toEqual([
      'dosebell: URGENTE, un paciente escribió y pide atención',
      'dosebell: ya no hay cómo avisar a un paciente',
      'dosebell: un paciente escribió y pide atención',
    ]);
    expect(await tellClinicians(app)).toBe(1);
    await sendReady();
    expect(app.scripted.sms.sent).toMatchObject([{ to: '+51920000000', purpose: 'escalation', time: '' }]);
    expect(app.scripted.sms.sent[0]?.text).toMatch(/^dosebell: URGENTE/);
  });
});
