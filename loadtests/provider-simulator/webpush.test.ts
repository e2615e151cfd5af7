import { readFileSync } from 'node:fs';
import https from 'node:https';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import webPush, { type RequestOptions, type WebPushError } from 'web-push';
import { type Simulator, startSimulator } from './simulator.ts';
import { order, type Service, startService, until } from './testing.ts';
import { subscriptionOf } from './webpush-browser.ts';

const vapidDetails = { ...webPush.generateVAPIDKeys(), subject: 'mailto:ops@hospital.example' };
const PAYLOAD = {
  attemptId: 'attempt-1',
  purpose: 'reminder',
  title: 'Es la hora',
  body: '¿Ya la tomó?',
  token: 'signed',
};

let simulator: Simulator;
let service: Service;
let agent: https.Agent;
beforeAll(async () => {
  service = await startService();
  simulator = await startSimulator({ publicUrl: service.url });
  agent = new https.Agent({ ca: readFileSync(simulator.caFile) });
});
afterAll(async () => {
  agent.destroy();
  await simulator.close();
  service.close();
});
afterEach(() => order(simulator, 'DELETE', '/state'));

const ana = () => subscriptionOf(simulator.webpush, 'ana');

/** Sends as the library does by itself; resolves to the status. */
async function send(payload: string | object, options: RequestOptions = {}, to = ana()): Promise<number> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const given = { vapidDetails, topic: 'dose-1', TTL: 60, agent, ...options };
  try {
    return (await webPush.sendNotification(to, text, given)).statusCode;
  } catch (error) {
    return (error as WebPushError).statusCode;
  }
}

test('what the library encrypts is read as the browser would, and booked', async () => {
  const arrived: string[] = [];
  simulator.deliverTo('ana', (payload) => arrived.push(payload));
  expect(await send(PAYLOAD)).toBe(201);
  expect(arrived.map((payload) => JSON.parse(payload))).toEqual([PAYLOAD]);
  expect([...simulator.ledger.entries()]).toMatchObject([
    { provider: 'webpush', channel: 'webpush', outcome: 'accepted', attemptId: 'attempt-1', identity: 'dose-1' },
  ]);
  const [shown] = simulator.outbox.newest({ limit: 1, to: JSON.stringify(ana()) });
  expect(shown).toMatchObject({ to: ana().endpoint, text: 'Es la hora\n¿Ya la tomó?' });
});

test.each<[string, number, string | object, () => Promise<number>]>([
  [
    'for another browser',
    400,
    'undecryptable',
    () => send(PAYLOAD, {}, { ...ana(), keys: subscriptionOf(simulator.webpush, 'luis').keys }),
  ],
  ['that nobody signed', 403, 'bad_vapid', () => send(PAYLOAD, { vapidDetails: null as never })],
  ['over 4 KB', 413, 'too_long', () => send({ ...PAYLOAD, body: 'x'.repeat(4_100) })],
  ['to no browser', 404, 'no_browser', () => send(PAYLOAD, {}, { ...ana(), endpoint: `${simulator.webpush}/` })],
])('a message %s is %i', async (_, status, code, sent) => {
  expect(await sent()).toBe(status);
  expect([...simulator.ledger.entries()]).toMatchObject([{ outcome: 'refused', code }]);
});

test('a patient presses the button of a reminder, and of nothing else', async () => {
  const answers = [{ on: 'webpush', via: 'webpush_action', delayMs: 0, action: 'snoozed' }];
  const scripted = await order(simulator, 'POST', '/patients', [
    { contacts: { webpush: JSON.stringify(ana()) }, answers },
  ]);
  expect(scripted.status).toBe(201);
  await send({ ...PAYLOAD, purpose: 'escalation' });
  await send(PAYLOAD);
  await until(() => simulator.patients.summary().answersOk === 1);
  expect(service.seen.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
    'POST /v1/confirmations {"token":"signed","action":"snoozed"}',
  ]);
});
