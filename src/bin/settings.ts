import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import webPush from 'web-push';

type Secrets = Record<'DATA_KEYS' | 'TOKEN_SECRET' | 'WEBPUSH_PUBLIC_KEY' | 'WEBPUSH_PRIVATE_KEY', string>;

/**
 * The secrets of the embedded defaults: made at the first start and kept in `.dosebell/secrets.json` (0600), since what was
 * encrypted with them must stay readable, and browsers have subscribed with their key. What a folder of an older version lacks
 * is added. A setting in the environment goes before.
 */
export function localSecrets(dir: string): Secrets {
  const file = join(dir, 'secrets.json');
  const kept: Partial<Secrets> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const secrets = { ...newSecrets(), ...kept };
  if (Object.keys(kept).length < Object.keys(secrets).length) {
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  }
  return secrets;
}

function newSecrets(): Secrets {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  return {
    DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    TOKEN_SECRET: randomBytes(32).toString('base64'),
    WEBPUSH_PUBLIC_KEY: publicKey,
    WEBPUSH_PRIVATE_KEY: privateKey,
  };
}

/** A minute and more of granularity is right for a hospital; the story squeezes a day into a minute. */
export const STORY_SCHEDULE = {
  BUCKET_SECONDS: '2',
  LEAD_SECONDS: '2',
  TICK_MS: '250',
  LEASE_SECONDS: '3',
  SETTLE_SECONDS: '3',
  SNOOZE_SECONDS: '3',
  MIN_INTERVAL_SECONDS: '1',
} as const;
