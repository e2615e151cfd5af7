import { expect, test } from 'vitest';
import { callbackUrl, isOurCallback } from './callbacks.ts';

const SECRET = 'a-secret-of-the-gateway';

test('the URL given out is the one taken, for its attempt and with its secret alone', () => {
  const url = new URL(callbackUrl('https://us.example', SECRET, 'attempt-1'));
  const signature = url.searchParams.get('signature') as string;
  expect(url.origin + url.pathname).toBe('https://us.example/webhooks/sms/attempt-1');
  expect(url.href).not.toContain(SECRET);
  expect(isOurCallback(SECRET, 'attempt-1', signature)).toBe(true);
  expect(isOurCallback(SECRET, 'attempt-2', signature)).toBe(false);
  expect(isOurCallback('another-secret-of-it', 'attempt-1', signature)).toBe(false);
});

test.each(['', 'x', 'é', 'a'.repeat(43), 'a'.repeat(10_000)])('%j is no signature of ours', (signature) => {
  expect(isOurCallback(SECRET, 'attempt-1', signature)).toBe(false);
});
