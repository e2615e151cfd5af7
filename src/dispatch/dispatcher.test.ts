import { generateKeyPairSync } from 'node:crypto';
import { expect, inject, test, vi } from 'vitest';
import { testApp } from '#test/helpers/app.ts';
import { CHANNELS } from '../domain/attempt.ts';
import { closeDispatcher, openDispatcher } from './dispatcher.ts';

const { config } = await testApp();
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
config.push.serviceAccount.private_key = privateKey;

test("opens everything a sending process needs, on PostgreSQL's time, and closes it", async () => {
  const app = await openDispatcher('worker', { ...config, redisUrl: inject('redisUrl') });
  expect(CHANNELS).toEqual(expect.arrayContaining([...app.channels.values()].flat().map(({ name }) => name)));
  expect(() => app.queues.assertUp()).not.toThrow();
  const [row] = await app.sql<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  expect(Math.abs(app.clock.now().getTime() - (row?.now.getTime() ?? 0))).toBeLessThan(1000);
  expect(app.cipher.open(app.cipher.seal('x'))).toBe('x');
  await closeDispatcher(app);
  await expect(app.sql`SELECT 1`).rejects.toThrow();
  await vi.waitFor(() => expect(() => app.queues.assertUp()).toThrow('Redis is away'));
});

test('a provider whose settings cannot work stops the start', async () => {
  const push = { ...config.push, serviceAccount: { ...config.push.serviceAccount, private_key: 'no key' } };
  await expect(openDispatcher('worker', { ...config, push })).rejects.toThrow();
});
