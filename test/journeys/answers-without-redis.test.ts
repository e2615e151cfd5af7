import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prescribe, seedPatients, ZONE } from '#loadtests/bench/seed.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import { issueToken } from '#src/ack/tokens.ts';
import { plusSeconds } from '#src/clock.ts';
import { startRedis } from '#src/embedded/redis.ts';
import { spawnService } from '#src/embedded/service.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { testApp } from '../helpers/app.ts';

const app = await testApp();
const dir = mkdtempSync(join(tmpdir(), 'answers-'));
const redis = await startRedis({ dir: join(dir, 'redis'), durable: false, logFile: join(dir, 'redis.log') });
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64'); // as in the test's own settings
const api = await spawnService({
  name: 'api',
  entry: join(import.meta.dirname, '../../src/bin/api.ts'),
  env: {
    PATH: process.env.PATH,
    DATABASE_URL: app.config.databaseUrl,
    REDIS_URL: redis.url,
    PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1',
    DATA_KEYS: `k1:${key(1)}`,
    TOKEN_SECRET: key(2),
    FCM_SERVICE_ACCOUNT: JSON.stringify({ project_id: 'p', client_email: 'c@example.org', private_key: 'k' }),
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+15005550006',
    SMTP_URL: 'smtp://127.0.0.1:1',
    EMAIL_FROM: 'dosebell <reminders@example.org>',
  },
  ready: { line: 'ready' },
  logFile: join(dir, 'api.log'),
});
afterAll(async () => {
  await api.stop();
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('the API process answers every road of an answer while Redis is stopped', async () => {
  const now = new Date();
  app.clock.set(now);
  await makePartitionsAhead(app.sql, now);
  const cohort = await seedPatients(app, 'Hospital', 4);
  await prescribe(app, cohort, compressedRegimen([plusSeconds(now, -60)], ZONE), plusSeconds(now, -120));
  const doses = await app.sql<{ id: string }[]>`SELECT id FROM doses ORDER BY id`;
  const [first, byToken, byLink, byApi] = doses.map(({ id }) => id) as [string, string, string, string];
  const tokenOf = (doseId: string, purpose: 'push' | 'link' = 'push') =>
    issueToken(app.config.tokenSecret, purpose, { doseId, expiresAt: plusSeconds(now, 3600) });
  const post = (path: string, body: object | URLSearchParams, headers: Record<string, string> = {}) =>
    fetch(`${api.ready.url}${path}`, {
      method: 'POST',
      ...(body instanceof URLSearchParams
        ? { body, headers }
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    });
  const push = (doseId: string) => post('/v1/confirmations', { token: tokenOf(doseId), action: 'taken' });

  expect((await push(first)).status).toBe(200);
  await redis.stop();
  const answers = await Promise.all([
    push(byToken),
    post(`/c/${tokenOf(byLink, 'link')}`, new URLSearchParams({ action: 'taken' })),
    post(`/v1/doses/${byApi}/confirmations`, { answer: 'taken' }, { authorization: `Bearer ${cohort.apiKey}` }),
    fetch(`${api.ready.url}/readyz`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await app.sql`SELECT state, count(*)::int AS n FROM doses GROUP BY state`).toEqual([{ state: 'taken', n: 4 }]);
});
