/**
 * Fetches programs on Debian and Ubuntu without touching the system and without being root: apt keeps its lists and cache in
 * our folder, dpkg-deb unpacks there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { tryLock } from './lock.mjs';

const SECONDS = 300;
const HOOKS = [
  ...['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'],
  ...['DPkg::Pre-Invoke', 'DPkg::Post-Invoke', 'DPkg::Pre-Install-Pkgs'],
];

/** Whether this system has what `fetchByApt` needs. */
export function hasApt(): boolean {
  return ['apt-get', 'dpkg-deb'].every((program) => spawnSync(program, ['--version']).status === 0);
}

/** The LD_LIBRARY_PATH of programs in a fetched folder. */
export function librariesIn(dist: string): string {
  const roots = ['usr/lib', 'lib'].map((lib) => join(dist, lib)).filter(existsSync);
  return roots.flatMap((lib) => [lib, ...readdirSync(lib).map((name) => join(lib, name))]).join(':');
}

/**
 * Makes the folder `dist`, if it is not there, holding these packages and the libraries that this system lacks; whole or not at
 * all. Two processes at once fetch it once: the second waits for the first. `tell` is called before a download.
 * @throws Error with apt's own reason
 */
export async function fetchByApt(dist: string, packages: string[], tell?: () => void): Promise<void> {
  for (;;) {
    const lock = tryLock(`${dist}.lock`);
    if ('release' in lock) {
      try {
        if (existsSync(dist)) return;
        tell?.();
        return await download(dist, packages);
      } finally {
        lock.release();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function download(dist: string, packages: string[]): Promise<void> {
  const work = `${dist}.work`;
  const [debs, tree] = [join(work, 'debs'), join(work, 'tree')];
  rmSync(work, { recursive: true, force: true });
  for (const dir of ['lists/partial', 'cache/archives/partial', 'debs', 'tree']) {
    mkdirSync(join(work, dir), { recursive: true });
  }
  writeFileSync(join(work, 'apt.conf'), settings(work));
  const run = (command: string, ...args: string[]) => output(work, debs, command, args);
  const apt = (...args: string[]) => run('apt-get', '-qq', '-c', join(work, 'apt.conf'), ...args);
  try {
    // A source of somebody else's that fails must not stop us: what counts is that the packages are found below.
    await apt('update').catch(() => {});
    const uris = await apt('install', '--print-uris', '--no-install-recommends', ...packages);
    const missing = [...uris.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map((match) => match[1] as string);
    await apt('download', ...new Set([...packages, ...missing]));
    for (const deb of readdirSync(debs)) await run('dpkg-deb', '-x', join(debs, deb), tree);
    renameSync(tree, dist);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Read after the system's own settings (which may hold a proxy); hooks that touch the system are taken out. */
function settings(work: string): string {
  return [
    `Dir::State::lists "${work}/lists";`,
    `Dir::Cache "${work}/cache";`,
    `Dir::Log "${work}";`,
    'Debug::NoLocking "1";',
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    ...HOOKS.map((hook) => `#clear ${hook};`),
    '',
  ].join('\n');
}

async function output(work: string, cwd: string, command: string, args: string[]): Promise<string> {
  const logFile = join(work, 'output');
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const child = await startChild({ name: command, command, args, env, cwd, logFile, stopSignal: 'SIGTERM' });
  const timer = setTimeout(child.stop, SECONDS * 1000);
  const code = await child.code;
  clearTimeout(timer);
  const text = readFileSync(logFile, 'utf8');
  if (code !== 0) throw new Error(/^E: .*$/m.exec(text)?.[0] ?? `${command} ended with code ${code}`);
  return text;
}
