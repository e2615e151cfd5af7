import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from './lock.mjs';
import { startRedis } from './redis.ts';

type Server = Awaited<ReturnType<typeof startRedis>>;

let dir: string;
let server: Server | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'redis "quoted" '));
});
afterEach(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true });
});

async function start(durable = true): Promise<Server> {
  server = await startRedis({ dir, durable, logFile: join(dir, 'redis.log') });
  return server;
}

async function ask<T>(url: string, what: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    return await what(client);
  } finally {
    client.disconnect();
  }
}

test('is version 7 or newer, never evicts, and listens on 127.0.0.1 with a password', async () => {
  const { url } = await start();
  const info = await ask(url, (client) => client.info('server'));
  expect(Number(/redis_version:(\d+)/.exec(info)?.[1])).toBeGreaterThanOrEqual(7);
  const settings = await ask(url, (client) =>
    client.config('GET', 'maxmemory-policy', 'bind', 'appendonly', 'appendfsync', 'save'),
  );
  expect(
    Object.fromEntries((settings as string[]).flatMap((word, i, all) => (i % 2 ? [] : [[word, all[i + 1]]]))),
  ).toEqual({
    'maxmemory-policy': 'noeviction',
    bind: '127.0.0.1',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
  });
  const open = new URL(url);
  open.password = '';
  await expect(ask(open.href, (client) => client.get('x'))).rejects.toThrow('NOAUTH');
});

test('keeps its data between starts and ends without a trace', async () => {
  const first = await start();
  await ask(first.url, (client) => client.set('k', 'v'));
  await first.stop();
  expect(await first.exited).toContain('code 0');
  expect(processIdentity(first.pid)).toBeNull();
  expect(await ask((await start()).url, (client) => client.get('k'))).toBe('v');
});

test('starts again after kill -9 with what was synced', async () => {
  const first = await start();
  await ask(first.url, async (client) => {
    await client.set('k', 'v');
    await client.call('WAITAOF', '1', '0', '5000').catch(() => {}); // 7.2 and later: until it is on disk
  });
  process.kill(first.pid, 'SIGKILL');
  expect(await first.exited).toContain('SIGKILL');
  expect(await ask((await start()).url, (client) => client.get('k'))).toBe('v');
});

test('durable: false keeps nothing', async () => {
  const first = await start(false);
  await ask(first.url, (client) => client.set('k', 'v'));
  await first.stop();
  expect(await ask((await start(false)).url, (client) => client.get('k'))).toBeNull();
});

test('a server an earlier run left behind is stopped first', async () => {
  const first = await start();
  await start();
  expect(processIdentity(first.pid)).toBeNull();
});

test('the password is not among the arguments others can read', async () => {
  const { url, pid } = await start();
  if (process.platform !== 'linux') return;
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(new URL(url).password);
});
