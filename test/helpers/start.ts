import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** `npm start` as a child process, in a data folder of its own. */
export interface Started {
  dir: string;
  child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  ended: Promise<number | null>;
  /** Waits until the output has the text; fails when the process ends first. */
  says(text: string): Promise<void>;
}

const running: { child: ChildProcess; ended: Promise<unknown>; dir: string }[] = [];

// Registered when a test file imports this helper: a hook added in the middle of a test would never run.
afterAll(async () => {
  for (const { child, ended, dir } of running) {
    child.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
});

const ROOT = join(import.meta.dirname, '../..');

/** Runs `src/bin/all.ts` with these arguments; killed, and its folder removed, when the test file ends. */
export function startAll(args: string[], env: Record<string, string>): Started {
  const dir = mkdtempSync(join(tmpdir(), 'dosebell-'));
  const child = spawn(process.execPath, [join(ROOT, 'src/bin/all.ts'), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  const hear = (data: Buffer) => {
    text += data.toString();
    for (const check of waiting) check();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  running.push({ child, ended, dir });
  return {
    dir,
    child,
    output: () => text,
    ended,
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!text.includes(wanted)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then(() => reject(new Error(`ended before it said "${wanted}":\n${text}`)));
      }),
  };
}
