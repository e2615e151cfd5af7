import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { PUSH_SERVICES, pushOrigins, vapidPrivateKey, vapidPublicKey, vapidSubject } from './webpush-settings.ts';

function vapidKeys() {
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  });
  const [left, right] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return { publicKey: Buffer.concat([Buffer.from([4]), left, right]).toString('base64url'), privateKey: d };
}

test('a pair of keys is taken, and only a pair', () => {
  const [mine, other] = [vapidKeys(), vapidKeys()];
  expect(vapidPublicKey(mine.publicKey)).toBe(mine.publicKey);
  expect(vapidPrivateKey(mine.privateKey, mine.publicKey)).toBe(mine.privateKey);
  expect(() => vapidPrivateKey(other.privateKey, mine.publicKey)).toThrow('does not belong to WEBPUSH_PUBLIC_KEY');
  expect(() => vapidPublicKey(mine.privateKey)).toThrow('must be 65 bytes in base64url');
  expect(() => vapidPublicKey(`${mine.publicKey}=`)).toThrow('must be 65 bytes in base64url');
  expect(() => vapidPrivateKey('', mine.publicKey)).toThrow('must be 32 bytes in base64url');
});

test.each(['mailto:ops@hospital.example', 'https://hospital.example/contact'])('%s is a subject', (subject) => {
  expect(vapidSubject(subject)).toBe(subject);
});

test.each([
  'ops@hospital.example',
  'mailto:ops',
  'mailto:ops@localhost',
  'https://box.local',
  'http://hospital.example',
])('%s is no subject that Apple takes', (subject) => {
  expect(() => vapidSubject(subject)).toThrow('must be mailto:');
});

test('origins are named one by one, or by what they end in', () => {
  expect(pushOrigins(PUSH_SERVICES.join(', '))).toEqual(PUSH_SERVICES);
  expect(pushOrigins('https://127.0.0.1:8443')).toEqual(['https://127.0.0.1:8443']);
});

test.each(['http://fcm.googleapis.com', 'https://*', 'https://*.', 'https://a.example/path', 'a.example', ''])(
  '%j is no origin to be allowed',
  (origin) => {
    expect(() => pushOrigins(origin)).toThrow('must be origins');
  },
);
