import { expect, test } from 'vitest';
import { isSubscription } from './subscription.ts';

const GOOD = {
  endpoint: 'https://fcm.googleapis.com/fcm/send/abc',
  expirationTime: null,
  keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16, 1).toString('base64url') },
};

test("a browser's subscription", () => {
  expect(isSubscription(JSON.stringify(GOOD))).toBe(true);
});

test.each([
  ['no JSON', 'https://fcm.googleapis.com/fcm/send/abc'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no endpoint', JSON.stringify({ ...GOOD, endpoint: undefined })],
  ['an endpoint without TLS', JSON.stringify({ ...GOOD, endpoint: 'http://fcm.googleapis.com/x' })],
  ['a file', JSON.stringify({ ...GOOD, endpoint: 'file:///etc/passwd' })],
  ['no keys', JSON.stringify({ endpoint: GOOD.endpoint })],
  ['keys that are null', JSON.stringify({ ...GOOD, keys: null })],
  ['half a public key', JSON.stringify({ ...GOOD, keys: { ...GOOD.keys, p256dh: GOOD.keys.auth } })],
  ['too short a secret', JSON.stringify({ ...GOOD, keys: { ...GOOD.keys, auth: 'AAAA' } })],
  ['keys in no base64url', JSON.stringify({ ...GOOD, keys: { ...GOOD.keys, auth: '!'.repeat(24) } })],
  ['too long', JSON.stringify({ ...GOOD, endpoint: `${GOOD.endpoint}${'x'.repeat(4096)}` })],
])('not one: %s', (_, text) => {
  expect(isSubscription(text)).toBe(false);
});
