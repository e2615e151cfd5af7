import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vapidPrivateKey, vapidPublicKey } from '../webpush-settings.ts';
import { localSecrets } from './settings.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('secrets are made once, for nobody else to read', () => {
  const secrets = localSecrets(dir);
  expect(localSecrets(dir)).toEqual(secrets);
  expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
  const publicKey = vapidPublicKey(secrets.WEBPUSH_PUBLIC_KEY);
  expect(vapidPrivateKey(secrets.WEBPUSH_PRIVATE_KEY, publicKey)).toBe(secrets.WEBPUSH_PRIVATE_KEY);
});

test('a folder of a version without web push keeps what it has, and gets keys once', () => {
  const before = { DATA_KEYS: 'k1:old', TOKEN_SECRET: 'old' };
  writeFileSync(join(dir, 'secrets.json'), JSON.stringify(before));
  const secrets = localSecrets(dir);
  expect(secrets).toMatchObject(before);
  expect(localSecrets(dir)).toEqual(secrets);
});
