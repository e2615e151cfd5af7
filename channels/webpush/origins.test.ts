import { expect, test } from 'vitest';
import { PUSH_SERVICES } from '#src/webpush-settings.ts';
import { allowedOrigins } from './origins.ts';

const isAllowed = allowedOrigins([...PUSH_SERVICES, 'https://127.0.0.1:8443']);

test.each([
  'https://fcm.googleapis.com/fcm/send/dW5pcXVl:APA91b',
  'https://updates.push.services.mozilla.com/wpush/v2/gAAAA',
  'https://web.push.apple.com/QCZbsBBf3jVP',
  'https://wns2-par02p.notify.windows.com/w/?token=BQYA',
  'https://127.0.0.1:8443/push/p1',
])('%s is asked', (endpoint) => {
  expect(isAllowed(endpoint)).toBe(true);
});

test.each([
  'http://fcm.googleapis.com/x',
  'https://fcm.googleapis.com:8443/x',
  'https://fcm.googleapis.com.evil.example/x',
  'https://fcm.googleapis.com@evil.example/x',
  'https://user:secret@fcm.googleapis.com/x',
  'https://evil.example/?https://fcm.googleapis.com',
  'https://evilpush.apple.com/x',
  'https://push.apple.com/x',
  'https://web.push.apple.com:444/x',
  'https://web.push.apple.com.evil.example/x',
  'https://127.0.0.1/push/p1',
  'https://169.254.169.254/latest/meta-data',
  'https://localhost:8443/x',
  'https://[::1]:8443/x',
  'file:///etc/passwd',
  'not a URL',
])('%s is not', (endpoint) => {
  expect(isAllowed(endpoint)).toBe(false);
});
