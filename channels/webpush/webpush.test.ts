import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import webPush from 'web-push';
import type { OutboundMessage } from '#channels/channel.ts';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { subscriptionOf } from '#loadtests/provider-simulator/webpush-browser.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { createWebPushChannel } from './index.ts';
import { vapidSigner } from './vapid.ts';

const KEYS = { ...webPush.generateVAPIDKeys(), subject: 'mailto:ops@hospital.example' };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

function open(given: { now?: () => Date; origins?: string[] } = {}) {
  const settings = { ...KEYS, origins: [simulator.webpush], caFile: simulator.caFile, perSecond: 100, ...given };
  const channel = createWebPushChannel(settings);
  onTestFinished(() => channel.close());
  return channel;
}

function messageTo(to: unknown): OutboundMessage {
  const now = new Date();
  return {
    attemptId: uuidv7(now),
    doseId: uuidv7(now),
    purpose: 'reminder',
    to: typeof to === 'string' ? to : JSON.stringify(to),
    subject: 'Es la hora de su medicina (08:00)',
    text: 'Confírmelo aquí: https://r.example/c/abc',
    language: 'es',
    time: '08:00',
    inSession: false,
    link: 'https://r.example/c/abc',
    token: 'signed',
    expiresAt: new Date(now.getTime() + 900_000),
    createdAt: now,
  };
}

test('an endpoint that is not allowed is never asked', async () => {
  let connections = 0;
  const inside = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void inside.close());
  const { port } = inside.address() as { port: number };
  const { keys } = subscriptionOf(simulator.webpush, 'ana');
  const endpoints = [`https://127.0.0.1:${port}/push/ana`, `http://127.0.0.1:${port}/`, 'nonsense'];
  const outcomes = await open().send(endpoints.map((endpoint) => messageTo({ endpoint, keys })));
  const refused = { kind: 'contact_failed', code: 'endpoint_not_allowed', optedOut: false };
  expect(outcomes).toEqual(endpoints.map(() => refused));
  expect(connections).toBe(0);
});

test.each([
  ['not JSON', 'device-token', 'not_a_subscription'],
  ['without keys', { endpoint: 'https://x.example' }, 'not_a_subscription'],
])('a value that is %s is a dead contact', async (_, to, code) => {
  expect(await open().send([messageTo(to)])).toEqual([{ kind: 'contact_failed', code, optedOut: false }]);
});

test('keys that are no point of the curve are a dead contact, not a crash', async () => {
  const { endpoint, keys } = subscriptionOf(simulator.webpush, 'ana');
  const p256dh = Buffer.alloc(65, 4).toString('base64url');
  const outcomes = await open().send([messageTo({ endpoint, keys: { ...keys, p256dh } })]);
  expect(outcomes).toEqual([{ kind: 'contact_failed', code: 'bad_keys', optedOut: false }]);
});

test('a service that takes no other sender is told its own origin, and refuses a token whose time is over', async () => {
  const wellTimed = messageTo(subscriptionOf(simulator.webpush, 'ana'));
  expect(await open().send([wellTimed])).toMatchObject([{ kind: 'accepted' }]);
  const lastWeek = () => new Date(Date.now() - 7 * 86_400_000);
  const outcomes = await open({ now: lastWeek }).send([messageTo(subscriptionOf(simulator.webpush, 'ana'))]);
  expect(outcomes).toEqual([{ kind: 'retry', code: 'http_403' }]);
});

test('a signature is kept for each service, and made anew long before it is over', () => {
  let now = new Date();
  const authorization = vapidSigner(KEYS, () => now);
  const first = authorization('https://a.example');
  expect(authorization('https://a.example')).toBe(first);
  expect(authorization('https://b.example')).not.toBe(first);
  now = new Date(now.getTime() + 6 * 3_600_000);
  expect(authorization('https://a.example')).not.toBe(first);
});
