import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchByApt, hasApt, librariesIn } from './apt.ts';
import { StartError } from './start-error.ts';

const MIN_MAJOR = 7;
/** On Debian redis-server is a link to a program of redis-tools, so both must lie side by side. */
const PACKAGES = ['redis-server', 'redis-tools'];

/** What to type, by the ID or ID_LIKE of /etc/os-release; '' is any other. */
const INSTALL: Record<string, string> = {
  darwin: 'Type `brew install redis`',
  debian: 'Type `sudo apt-get install redis-server`',
  ubuntu: 'Type `sudo apt-get install redis-server`',
  fedora: 'Type `sudo dnf install redis`',
  rhel: 'Type `sudo dnf install redis`',
  alpine: 'Type `sudo apk add redis`',
  arch: 'Type `sudo pacman -S redis`',
  suse: 'Type `sudo zypper install redis`',
  '': 'Install it with your package manager',
};

/** A redis-server to run, with what its environment needs. */
export type RedisProgram = { command: string; env: NodeJS.ProcessEnv };

/**
 * `redis-server` of PATH when it is new enough, else the one in `dist`, on Debian and Ubuntu fetched there if need be.
 * @param say told, in one line, before a download
 * @throws StartError with what to type
 */
export async function findRedis(dist: string, say?: (line: string) => void): Promise<RedisProgram> {
  const onPath: RedisProgram = { command: 'redis-server', env: {} };
  if (majorVersion(onPath) >= MIN_MAJOR) return onPath;
  const program = existsSync(dist) ? distProgram(dist) : await fetched(dist, say);
  const major = majorVersion(program);
  if (major >= MIN_MAJOR) return program;
  throw noRedis(major ? `the package manager's Redis is version ${major}` : 'the fetched redis-server does not run');
}

/** 0 when it does not run. Valkey, Redis's free fork, goes by the same name on some systems and numbers. */
function majorVersion({ command, env }: RedisProgram): number {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } });
  return Number(/server v=(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

function distProgram(dist: string): RedisProgram {
  return { command: join(dist, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: librariesIn(dist) } };
}

async function fetched(dist: string, say: ((line: string) => void) | undefined): Promise<RedisProgram> {
  if (!hasApt()) throw noRedis('there is no redis-server on PATH');
  const tell = () =>
    say?.('no Redis 7 on this machine: fetching one with apt into .dosebell (a few MB and the package lists, once)');
  try {
    await fetchByApt(dist, PACKAGES, tell);
  } catch (error) {
    throw noRedis(`apt could not fetch it (${(error as Error).message})`);
  }
  return distProgram(dist);
}

function noRedis(why: string): StartError {
  return new StartError(`Redis 7 or newer is needed, and ${why}. ${howToInstall()}, or set REDIS_URL`);
}

function howToInstall(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)/gm)].flatMap((match) => (match[1] ?? '').split(' '));
  const known = [process.platform, ...ids].find((id) => id in INSTALL);
  return INSTALL[known ?? ''] as string;
}
