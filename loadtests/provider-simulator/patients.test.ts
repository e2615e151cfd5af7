import type { ClientHttp2Session } from 'node:http2';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ScriptedAnswer } from './patients.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import {
  connectFcm,
  firebaseToken,
  order,
  postFcm,
  read,
  type Service,
  startService,
  twilioClient,
  until,
} from './testing.ts';

let simulator: Simulator;
let service: Service;
let session: ClientHttp2Session;
let token: string;
let transport: ReturnType<typeof createTransport>;

beforeAll(async () => {
  service = await startService();
  simulator = await startSimulator();
  await order(simulator, 'PUT', '/public-url', { url: service.url });
  session = connectFcm(simulator);
  token = await firebaseToken(simulator);
  transport = createTransport(simulator.smtp);
});
afterAll(async () => {
  session?.destroy();
  transport?.close();
  await simulator?.close();
  service?.close();
});
afterEach(async () => {
  await order(simulator, 'DELETE', '/state');
  service.seen.length = 0;
  service.answer = () => ({ status: 200 });
});

const contacts = { push: 'device-1', sms: '+51987654321', email: 'Ana@example.org' };

const senders = {
  push: (data: Record<string, string> = { purpose: 'reminder', token: 'secret-1' }) =>
    postFcm(session, { token, body: { message: { token: contacts.push, data } } }),
  sms: (body = `Su dosis: ${service.url}/c/tok-1.`) =>
    twilioClient(simulator).messages.create({ to: contacts.sms, from: simulator.twilio.from, body }),
  email: (text = `Su dosis (${service.url}/c/tok.en_1).`) =>
    transport.sendMail({ from: 'clinic@example.org', to: 'ana@example.org', subject: 'Dosis', text }),
};

async function script(...answers: Partial<ScriptedAnswer>[]) {
  const whole = answers.map((answer) => ({ on: 'push', via: 'push_action', delayMs: 0, action: 'taken', ...answer }));
  const response = await order(simulator, 'POST', '/patients', [{ contacts, answers: whole }]);
  expect(response.status).toBe(201);
}
const summary = () => read<ReturnType<Simulator['patients']['summary']>>(simulator, '/patients/summary');
const settled = (answersSent: number) =>
  until(async () => {
    const now = await summary();
    return now.answersSent >= answersSent && now.pending === 0 && now;
  });
const requests = () => service.seen.map(({ method, path, body }) => `${method} ${path} ${body}`.trim());

test('a push action confirms with the token of the message', async () => {
  await script({ delayMs: 300 });
  await senders.push();
  expect((await summary()).pending).toBe(1);
  expect(await settled(1)).toMatchObject({ scripted: 1, answersSent: 1, answersOk: 1, answersFailed: 0 });
  const [confirmation] = service.seen;
  expect(confirmation).toMatchObject({ method: 'POST', path: '/v1/confirmations' });
  const body = JSON.parse(confirmation?.body ?? '');
  expect(body).toEqual({ token: 'secret-1', action: 'taken', takenAt: expect.any(String) });
  expect(Math.abs(Date.now() - Date.parse(body.takenAt))).toBeLessThan(5_000);
  expect(simulator.outbox.newest({ limit: 1 })).toMatchObject([{ answered: 'taken' }]);
});

test('a skipped push carries no takenAt; a message that is no reminder is never answered nor counted', async () => {
  await script({ action: 'skipped', nth: 1 });
  await senders.push({ purpose: 'escalation', token: 'secret-2' });
  await senders.push();
  await settled(1);
  await senders.push();
  expect(service.seen.map(({ body }) => JSON.parse(body))).toEqual([{ token: 'secret-1', action: 'skipped' }]);
});

test.each([
  { action: 'taken', text: '1' },
  { action: 'skipped', text: '2' },
  { action: 'snoozed', text: '3' },
] as const)('an SMS reply says $text for $action', async ({ action, text }) => {
  await script({ on: 'sms', via: 'sms_reply', action });
  await senders.sms('Es hora');
  await settled(1);
  expect(service.seen[0]?.form).toMatchObject({ Body: text, From: contacts.sms, To: simulator.twilio.from });
});

test.each([
  { on: 'sms', path: '/c/tok-1' },
  { on: 'email', path: '/c/tok.en_1' },
] as const)('a link in $on is opened, then confirmed by its form', async ({ on, path }) => {
  await script({ on, via: 'link', action: 'skipped' });
  await senders[on]();
  await settled(1);
  expect(requests()).toEqual([`GET ${path}`, `POST ${path} action=skipped`]);
});

test('a message without a link of this service gives nothing to follow', async () => {
  await script({ on: 'sms', via: 'link' });
  await senders.sms('Es hora https://elsewhere.example/c/tok');
  expect(await summary()).toMatchObject({ answersSent: 0, pending: 0 });
});

test('nth chooses the message of its channel', async () => {
  await script({ on: 'sms', via: 'sms_reply', nth: 2, text: 'segundo' }, { on: 'email', via: 'link', nth: 1 });
  await senders.sms('uno');
  await senders.email();
  await settled(1);
  await senders.sms('dos');
  await settled(2);
  await senders.sms('tres');
  expect((await summary()).pending).toBe(0);
  expect(requests().map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'GET /c/tok.en_1',
    'POST /c/tok.en_1',
    'POST /webhooks/twilio/messages',
  ]);
});

test('failures are counted by status, whatever the step that failed', async () => {
  service.answer = ({ method, path }) => {
    if (path === '/v1/confirmations') return { status: 409 };
    return method === 'GET' ? { status: 410 } : { status: 403 };
  };
  await script({}, { on: 'sms', via: 'sms_reply' }, { on: 'email', via: 'link' });
  await Promise.all([senders.push(), senders.sms(), senders.email()]);
  expect(await settled(3)).toEqual({
    scripted: 1,
    answersSent: 3,
    answersOk: 0,
    answersFailed: 3,
    pending: 0,
    failures: { 403: 1, 409: 1, 410: 1 },
  });
  expect(simulator.outbox.newest({ limit: 9 }).map(({ answered }) => answered)).toEqual([null, null, null]);
});

test('a link page that is not HTML, and a service that is gone, are failures without a status', async () => {
  service.answer = () => ({ status: 200, type: 'application/json' });
  await script({ on: 'email', via: 'link' }, {});
  await senders.email();
  await settled(1);
  await order(simulator, 'PUT', '/public-url', { url: 'http://127.0.0.1:1' });
  await senders.push();
  expect(await settled(2)).toMatchObject({ failures: { 0: 2 } });
  await order(simulator, 'PUT', '/public-url', { url: service.url });
}, 20_000);

test('a patient whose answer was not taken tries again until it is', async () => {
  let refusals = 2;
  service.answer = () => ({ status: refusals-- > 0 ? 503 : 200 });
  await script({});
  await senders.push();
  expect(await settled(1)).toMatchObject({ answersSent: 1, answersOk: 1, answersFailed: 0, pending: 0 });
  expect(requests()).toHaveLength(3);
});

test('clearing the state calls off what patients were about to say', async () => {
  await script({ delayMs: 60_000 });
  await senders.push();
  expect((await summary()).pending).toBe(1);
  await order(simulator, 'DELETE', '/state');
  expect(await summary()).toMatchObject({ scripted: 0, pending: 0 });
});
