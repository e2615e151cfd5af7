import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from './lock.mjs';
import { startRedis } from './redis.ts';
import { reset } from './reset.ts';
import { claimRun } from './supervisor.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reset-'));
  for (const name of ['postgres', 'redis', 'logs', 'redis-dist', 'test-1']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'keys.json'), '{}');
  writeFileSync(join(dir, 'test-1/test.lock'), '');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('empties data, logs and keys; keeps the downloaded Redis and what tests are using', async () => {
  expect((await reset(dir)).sort()).toEqual(['keys.json', 'logs', 'postgres', 'redis']);
  expect(readdirSync(dir).sort()).toEqual(['redis-dist', 'test-1']);
  expect(await reset(dir)).toEqual([]);
});

test('is refused while a run is alive', async () => {
  const release = claimRun(dir);
  await expect(reset(dir)).rejects.toThrow('already running in this checkout');
  expect(existsSync(join(dir, 'postgres'))).toBe(true);
  release();
});

test('stops a server that a killed run left', async () => {
  const redis = await startRedis({ dir: join(dir, 'redis'), durable: true, logFile: join(dir, 'redis.log') });
  await reset(dir);
  expect(processIdentity(redis.pid)).toBeNull();
  expect(existsSync(join(dir, 'redis'))).toBe(false);
});
