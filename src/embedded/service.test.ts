import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processIdentity } from './lock.mjs';
import { freePort } from './ports.ts';
import { spawnService } from './service.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

let count = 0;
function service(script: string) {
  const name = `s${++count}`;
  const entry = join(dir, `${name}.ts`);
  writeFileSync(entry, script);
  return { name, entry, env: { ...process.env, WORD: 'said' }, logFile: join(dir, `${name}.log`) };
}

test('is ready with its JSON line, writes its log, and stops in order', async () => {
  const script = `
    process.on('SIGTERM', () => { console.log('stopping'); process.exit(0); });
    console.log('not JSON, ready'); console.log('{"msg":"nearly ready"}'); console.log('{broken ready');
    setTimeout(() => console.log(JSON.stringify({ msg: 'ready', port: 123, word: process.env.WORD })), 100);
    setInterval(() => {}, 1000);`;
  const options = service(script);
  const running = await spawnService({ ...options, ready: { line: 'ready' } });
  expect(running.ready).toEqual({ msg: 'ready', port: 123, word: 'said' });
  await running.stop();
  expect(processIdentity(running.pid)).toBeNull();
  expect(readFileSync(options.logFile, 'utf8')).toContain('stopping');
});

test('is ready when its URL answers 200, not before', async () => {
  const port = await freePort();
  const script = `import { createServer } from 'node:http';
    let asked = 0;
    createServer((_, answer) => { answer.statusCode = ++asked < 3 ? 503 : 200; answer.end(String(asked)); }).listen(${port}, '127.0.0.1');`;
  const running = await spawnService({ ...service(script), ready: { url: `http://127.0.0.1:${port}/` } });
  expect(Number(await (await fetch(`http://127.0.0.1:${port}/`)).text())).toBe(4);
  await running.stop();
});

test('one that ends before it is ready fails with the end of its log', async () => {
  const options = service(`console.error('no DATABASE_URL'); process.exit(3);`);
  await expect(spawnService({ ...options, ready: { line: 'ready' } })).rejects.toThrow(
    new RegExp(`^s${count} ended with code 3; the end of .*s${count}\\.log:\\n  no DATABASE_URL$`),
  );
});

test('exited tells of a death that nobody asked for', async () => {
  const script = `console.log('{"msg":"ready"}'); setTimeout(() => { throw new Error('out of luck'); }, 200);`;
  const running = await spawnService({ ...service(script), ready: { line: 'ready' } });
  expect(await running.exited).toMatch(/ended with code 1[\s\S]*out of luck/);
});
