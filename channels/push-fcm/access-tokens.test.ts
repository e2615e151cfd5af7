import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessTokens } from './access-tokens.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A credential whose tokens are numbered and last an hour. */
function numbered() {
  const credential = {
    issued: 0,
    broken: false,
    async getAccessToken() {
      if (credential.broken) throw new Error('no');
      credential.issued += 1;
      return { access_token: `token-${credential.issued}`, expires_in: 3600 };
    },
  };
  return credential;
}

test('many askers share one exchange, and its token until shortly before it expires', async () => {
  const tokens = new AccessTokens(numbered());
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => tokens.get())))).toEqual(new Set(['token-1']));
  vi.advanceTimersByTime(54 * 60_000);
  expect(await tokens.get()).toBe('token-1');
  vi.advanceTimersByTime(2 * 60_000);
  expect(await tokens.get()).toBe('token-2');
});

test('a refused token is replaced once, however many messages were refused with it', async () => {
  const tokens = new AccessTokens(numbered());
  const old = await tokens.get();
  tokens.drop(old);
  expect(await tokens.get()).toBe('token-2');
  tokens.drop(old);
  expect(await tokens.get()).toBe('token-2');
});

test('a failure is told, and the next asker tries again', async () => {
  const credential = numbered();
  const tokens = new AccessTokens(credential);
  credential.broken = true;
  await expect(tokens.get()).rejects.toThrow();
  credential.broken = false;
  expect(await tokens.get()).toBe('token-1');
});
