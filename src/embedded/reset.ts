import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopLeftover } from './child.ts';
import { claimRun } from './supervisor.ts';

/** What is not data of a run: the downloaded Redis and the locks that are held meanwhile. */
const KEPT = /^(redis-dist.*|.*\.lock)$/;

/** Removes every run's data from `dir` and returns the names removed; throws StartError while a run is alive. */
export async function reset(dir: string): Promise<string[]> {
  const release = claimRun(dir);
  try {
    for (const [server, signal] of [
      ['postgres', 'SIGINT'],
      ['redis', 'SIGTERM'],
    ] as const) {
      await stopLeftover(join(dir, server, 'server.pid'), signal);
    }
    const names = readdirSync(dir).filter((name) => !KEPT.test(name) && !isTestRun(dir, name));
    for (const name of names) rmSync(join(dir, name), { recursive: true });
    return names;
  } finally {
    release();
  }
}

/** A test run clears up after itself, and may be at work just now. */
function isTestRun(dir: string, name: string): boolean {
  return existsSync(join(dir, name, 'test.lock'));
}
