import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processIdentity } from './lock.mjs';
import { StartError } from './start-error.ts';
import { claimRun, type Part, runSupervised } from './supervisor.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'supervisor-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Parts that note what is done to them; each may be made to die or to fail. */
function noted(notes: string[]) {
  const part = (name: string, start?: () => Promise<void>): Part & { die(why: string): void } => {
    const { promise, resolve } = Promise.withResolvers<string>();
    return {
      name,
      die: resolve,
      start: async () => {
        await start?.();
        notes.push(`+${name}`);
        return { exited: promise, stop: async () => void notes.push(`-${name}`) };
      },
    };
  };
  return part;
}

test('starts in order, stops in reverse, and ends with the code of main', async () => {
  const notes: string[] = [];
  const part = noted(notes);
  const main = async () => notes.push('main');
  expect(await runSupervised({ parts: [part('a'), part('b'), part('c')], main, say: () => {} })).toBe(4);
  expect(notes).toEqual(['+a', '+b', '+c', 'main', '-c', '-b', '-a']);
});

test('the death of a part stops the others and is told', async () => {
  const notes: string[] = [];
  const said: string[] = [];
  const [a, b] = [noted(notes)('a'), noted(notes)('b')];
  const main = async () => {
    a.die('a ended with code 9');
    return 'stay' as const;
  };
  expect(await runSupervised({ parts: [a, b], main, say: (line) => said.push(line) })).toBe(1);
  expect(notes).toEqual(['+a', '+b', '-b', '-a']);
  expect(said).toEqual(['a ended with code 9']);
});

test('a part that cannot start stops those before it; only its line is shown', async () => {
  const notes: string[] = [];
  const said: string[] = [];
  const part = noted(notes);
  const failing = part('b', () => Promise.reject(new StartError('set REDIS_URL')));
  expect(await runSupervised({ parts: [part('a'), failing, part('c')], say: (line) => said.push(line) })).toBe(1);
  expect(notes).toEqual(['+a', '-a']);
  expect(said).toEqual(['set REDIS_URL']);
});

test('a main that fails ends with 1 and a part that cannot be stopped does not keep the others', async () => {
  const notes: string[] = [];
  const part = noted(notes);
  const stuck: Part = {
    name: 'stuck',
    start: async () => ({ exited: new Promise(() => {}), stop: () => Promise.reject(new Error('cannot')) }),
  };
  const main = () => Promise.reject(new Error('wrong'));
  expect(
    await runSupervised({ parts: [part('a'), stuck], main, say: (line) => notes.push(line.split('\n')[0] as string) }),
  ).toBe(1);
  expect(notes).toEqual(['+a', 'Error: wrong', 'stuck: Error: cannot', '-a']);
});

test('a second run in the same folder is refused with one line', () => {
  const release = claimRun(dir);
  expect(() => claimRun(dir)).toThrow(`already running in this checkout (pid ${process.pid})`);
  release();
  claimRun(dir)();
});

const SERVICE = `
  process.on('SIGTERM', () => { if (!process.env.STUBBORN) { console.log('in order'); process.exit(0); } });
  console.log('{"msg":"ready"}');
  setInterval(() => {}, 1000);`;

/** A real supervisor process over two real services; `main` is its main's source. */
async function supervisor(main: string, env: NodeJS.ProcessEnv = {}) {
  const name = `run${Math.random().toString(36).slice(2)}`;
  const [entry, service] = [join(dir, `${name}.ts`), join(dir, `${name}-service.ts`)];
  const here = (file: string) => JSON.stringify(join(import.meta.dirname, file));
  writeFileSync(service, SERVICE);
  writeFileSync(
    entry,
    `import { spawnService } from ${here('service.ts')};
     import { runSupervised } from ${here('supervisor.ts')};
     const pids: number[] = [];
     const part = (name: string) => ({ name, start: async () => {
       const service = await spawnService({ name, entry: ${JSON.stringify(service)}, env: process.env, ready: { line: 'ready' },
         logFile: ${JSON.stringify(join(dir, name))} + name });
       pids.push(service.pid);
       return service;
     } });
     const main = async () => { console.log(JSON.stringify(pids)); ${main} };
     process.exit(await runSupervised({ parts: [part('one'), part('two')], main }));`,
  );
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const pids = await new Promise<number[]>((resolve) =>
    child.stdout.on('data', (text) => {
      output += text;
      const line = /^\[.*\]$/m.exec(output)?.[0];
      if (line) resolve(JSON.parse(line));
    }),
  );
  const log = (part: string) => readFileSync(join(dir, name) + part, 'utf8');
  return { child, pids, log, output: () => output };
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

const alive = (pids: number[]) => pids.filter((pid) => processIdentity(pid) !== null);

test.each([
  ['SIGINT', "return 'stay'", 0],
  ['SIGTERM', "return 'stay'", 0],
  ['SIGHUP', "return 'stay'", 0],
  ['SIGINT', 'await new Promise((r) => setTimeout(r, 60_000)); return 0', 130],
] as const)('%s while main is at "%s" stops all in order with code %i', async (signal, main, code) => {
  const run = await supervisor(main);
  expect(alive(run.pids)).toHaveLength(2);
  const end = ended(run.child);
  run.child.kill(signal);
  run.child.kill(signal); // npm and the terminal both send it: no second wish
  expect(await end).toEqual({ code, signal: null });
  expect(alive(run.pids)).toEqual([]);
  expect(run.log('one')).toContain('in order');
  expect(run.log('two')).toContain('in order');
});

test('a second Ctrl-C kills at once', async () => {
  const run = await supervisor("return 'stay'", { STUBBORN: '1' });
  const end = ended(run.child);
  run.child.kill('SIGINT');
  await expect.poll(run.output).toContain('once more kills at once');
  const again = setInterval(() => run.child.kill('SIGINT'), 200);
  expect(await end).toEqual({ code: 130, signal: null });
  clearInterval(again);
  await expect.poll(() => alive(run.pids)).toEqual([]);
});

test.each([
  ['an exception nobody caught', "setTimeout(() => { throw new Error('oops'); }, 10); return 'stay'", /Error: oops/],
  ['a rejection nobody caught', "Promise.reject(new Error('oops')); return 'stay'", /Error: oops/],
  [
    'a service that is killed',
    "process.kill(pids[0], 'SIGKILL'); return 'stay'",
    /one ended by SIGKILL; the end of [\s\S]*ready/,
  ],
])('%s stops everything, is told, and ends with 1', async (_, main, told) => {
  const run = await supervisor(main);
  expect(await ended(run.child)).toEqual({ code: 1, signal: null });
  expect(alive(run.pids)).toEqual([]);
  expect(run.output()).toMatch(told);
});

test.each(['process.exit(5)', "process.kill(process.pid, 'SIGKILL'); return 'stay'"])(
  'nothing is left behind when the supervisor itself ends by %s',
  async (main) => {
    const run = await supervisor(main);
    await expect.poll(() => alive(run.pids), { timeout: 5000 }).toEqual([]);
  },
);
