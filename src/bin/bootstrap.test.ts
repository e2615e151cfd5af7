import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** Stands in for npm: notes that it ran and makes the least that a finished `npm ci` leaves. */
const NPM = `
  import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
  appendFileSync('npm-runs', process.argv.slice(2).join(' ') + '\\n');
  console.log('npm chatter');
  if (process.env.NPM_FAILS) { console.error('npm error 404'); process.exit(7); }
  await new Promise((done) => setTimeout(done, 500));
  mkdirSync('node_modules/.bin', { recursive: true });
  mkdirSync('node_modules/node', { recursive: true });
  writeFileSync('node_modules/node/package.json', JSON.stringify({ version: process.version.slice(1) }));
  if (process.env.NPM_SKIPS_SCRIPTS)
    writeFileSync('node_modules/node/installArchSpecificPackage.js',
      "require('fs').symlinkSync(process.execPath, '../.bin/node'); require('fs').writeFileSync('../../repaired', '')");
  else symlinkSync(process.execPath, 'node_modules/.bin/node');`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'boot strap-'));
  for (const file of ['bin/bootstrap.mjs', 'embedded/lock.mjs']) {
    cpSync(join(import.meta.dirname, '..', file), join(dir, 'src', file));
  }
  writeFileSync(join(dir, 'package-lock.json'), '{"packages":{}}');
  mkdirSync(join(dir, 'npm'));
  writeFileSync(join(dir, 'npm/npm-cli.mjs'), NPM);
});
afterEach(() => rmSync(dir, { recursive: true }));

function bootstrap(script: string, env: NodeJS.ProcessEnv = {}, args: string[] = []): ChildProcess {
  const entry = join(dir, `entry-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(entry, script);
  return spawn(process.execPath, [join(dir, 'src/bin/bootstrap.mjs'), entry, ...args], {
    cwd: tmpdir(),
    env: { ...process.env, npm_execpath: join(dir, 'npm/npm-cli.mjs'), ...env },
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const said = { out: '', err: '' };
  child.stdout?.on('data', (text) => {
    said.out += text;
  });
  child.stderr?.on('data', (text) => {
    said.err += text;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, ...said };
}

const npmRuns = () =>
  existsSync(join(dir, 'npm-runs')) ? readFileSync(join(dir, 'npm-runs'), 'utf8').trim().split('\n') : [];

test('installs when node_modules is absent, then runs the entry with the pinned Node and its arguments', async () => {
  const script = "console.log(process.env.PATH.split(':')[0], process.argv.slice(2)); process.exit(3)";
  const first = await ended(bootstrap(script, {}, ['--import', 'a b']));
  expect(first.code).toBe(3);
  expect(first.out).toContain(join(dir, 'node_modules/.bin'));
  expect(first.out).toContain("[ '--import', 'a b' ]");
  expect(first.err).toMatch(/^dosebell: installing the dependencies.*\n$/);
  expect(npmRuns()).toEqual([expect.stringMatching(/^ci .*--include=dev --include=optional/)]);
});

test('installs again only when package-lock.json has changed', async () => {
  expect((await ended(bootstrap(''))).code).toBe(0);
  expect(await ended(bootstrap(''))).toEqual({ code: 0, out: '', err: '' });
  expect(npmRuns()).toHaveLength(1);
  rmSync(join(dir, 'node_modules'), { recursive: true });
  writeFileSync(join(dir, 'package-lock.json'), '{"packages":{"":{}}}');
  await ended(bootstrap(''));
  expect(npmRuns()).toHaveLength(2);
});

test.each([
  ['the same', { 'node_modules/x': { version: '2.0.0' } }, 0],
  ['another version', { 'node_modules/x': { version: '1.0.0' } }, 1],
  ['nothing', {}, 1],
  ['one too many', { 'node_modules/x': { version: '2.0.0' }, 'node_modules/y': { version: '1.0.0' } }, 1],
])('node_modules that npm filled by hand with %s as the lock: %o → %i installs', async (_, packages, runs) => {
  await ended(bootstrap(''));
  rmSync(join(dir, 'npm-runs'));
  const optional = { 'node_modules/other-system': { version: '1.0.0', optional: true } };
  const wanted = { '': {}, 'node_modules/x': { version: '2.0.0' }, ...optional };
  writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  writeFileSync(join(dir, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  rmSync(join(dir, 'node_modules/.dosebell-lock'));
  if (runs) rmSync(join(dir, 'node_modules/.bin'), { recursive: true });
  expect((await ended(bootstrap(''))).code).toBe(0);
  expect(npmRuns()).toHaveLength(runs);
});

test('two at once in a new clone install once', async () => {
  const both = await Promise.all([ended(bootstrap("console.log('a')")), ended(bootstrap("console.log('b')"))]);
  expect(both.map(({ code, out }) => [code, out])).toEqual([
    [0, 'a\n'],
    [0, 'b\n'],
  ]);
  expect(npmRuns()).toHaveLength(1);
  expect(both.map(({ err }) => err).join('')).toMatch(/waiting for pid \d+, which is installing/);
});

test('a failing npm is shown with one clear line, and tried again the next time', async () => {
  const { code, err } = await ended(bootstrap('', { NPM_FAILS: '1' }));
  expect(code).toBe(1);
  expect(err).toMatch(/npm error 404\ndosebell: `npm ci` failed with code 7.*\n$/);
  expect((await ended(bootstrap(''))).code).toBe(0);
});

test('runs by hand the install scripts npm was set not to run', async () => {
  expect((await ended(bootstrap('', { NPM_SKIPS_SCRIPTS: '1' }))).code).toBe(0);
  expect(existsSync(join(dir, 'repaired'))).toBe(true);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'passes %s on, waits, and ends as the entry ends',
  async (signal) => {
    const child =
      bootstrap(`process.on('${signal}', () => setTimeout(() => { console.log('in order'); process.exit(9); }, 200));
    console.log('up'); setInterval(() => {}, 1000);`);
    child.stdout?.once('data', () => child.kill(signal));
    expect(await ended(child)).toMatchObject({ code: 9, out: 'up\nin order\n' });
  },
);

test('under npm, the end of its parent is passed on', async () => {
  const entry = join(dir, 'entry.mjs');
  writeFileSync(
    entry,
    "process.on('SIGTERM', () => { console.log('in order'); process.exit(); }); console.log('up'); setInterval(() => {}, 1000);",
  );
  const command = [process.execPath, join(dir, 'src/bin/bootstrap.mjs'), entry];
  const shell = spawn('/bin/sh', ['-c', '"$@" & wait', 'sh', ...command], {
    env: { ...process.env, npm_execpath: join(dir, 'npm/npm-cli.mjs'), npm_lifecycle_event: 'start' },
  });
  shell.stdout?.once('data', () => shell.kill('SIGKILL'));
  expect((await ended(shell)).out).toBe('up\nin order\n');
});

test('an entry ended by a signal gives 128 + its number', async () => {
  expect((await ended(bootstrap("process.kill(process.pid, 'SIGKILL')"))).code).toBe(137);
});

test('the lock names every optional package, without which `npm ci` refuses it', () => {
  type Package = { optionalDependencies?: Record<string, string> };
  const root = resolve(import.meta.dirname, '../..');
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Package>;
  };
  const isLocked = (from: string, name: string) => {
    const folders = from.split('/node_modules/').map((_, i, all) => all.slice(0, i + 1).join('/node_modules/'));
    return ['', ...folders].some((folder) => `${folder ? `${folder}/` : ''}node_modules/${name}` in packages);
  };
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(from, name)),
  );
  expect(missing).toEqual([]);
});
