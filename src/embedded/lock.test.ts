import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { liveHolder, processIdentity, tryLock } from './lock.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a held lock names its holder and is free again after release', () => {
  const file = join(dir, 'a.lock');
  const lock = tryLock(file);
  expect(liveHolder(file)).toBe(process.pid);
  expect(tryLock(file)).toEqual({ holder: process.pid });
  if ('release' in lock) lock.release();
  expect(tryLock(file)).toHaveProperty('release');
  expect(readdirSync(dir)).toEqual(['a.lock']);
});

test.each([
  ['a process that has ended', '4194304 1\n'],
  ['a later process with the same pid', `${process.pid} 1\n`],
  ['nonsense', 'x'],
  ['nothing', ''],
])('a lock left by %s is taken over', (_, text) => {
  const file = join(dir, 'a.lock');
  writeFileSync(file, text);
  expect(liveHolder(file)).toBeNull();
  expect(tryLock(file)).toHaveProperty('release');
  expect(readFileSync(file, 'utf8')).toBe(`${processIdentity(process.pid)}\n`);
  expect(readdirSync(dir)).toEqual(['a.lock']);
});

test('of many processes that find a stale lock at once, one gets it', async () => {
  const file = join(dir, 'a.lock');
  writeFileSync(file, '4194304 1\n');
  const script = join(dir, 'take.mjs');
  writeFileSync(
    script,
    `import { tryLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))};
     while (Date.now() < ${Date.now() + 1500});
     console.log('release' in tryLock(${JSON.stringify(file)}) ? 'got it' : 'held');
     process.stdin.once('data', () => process.exit()); // alive until all have tried`,
  );
  const runs = Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, [script]));
  const answers = runs.map(
    (run) => new Promise((resolve) => run.child.stdout?.once('data', (text) => resolve(`${text}`.trim()))),
  );
  const said = await Promise.all(answers);
  for (const run of runs) run.child.stdin?.write('go\n');
  await Promise.all(runs);
  expect(said.filter((word) => word === 'got it')).toHaveLength(1);
});
