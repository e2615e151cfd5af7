import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The secrets of the embedded defaults: made at the first start and kept in `.dosebell/secrets.json` (0600), since what was
 * encrypted with them must stay readable. A setting in the environment goes before.
 */
export function localSecrets(dir: string): { DATA_KEYS: string; TOKEN_SECRET: string } {
  const file = join(dir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const secrets = {
    DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    TOKEN_SECRET: randomBytes(32).toString('base64'),
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
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
