import { type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { liveHolder, processIdentity } from './lock.mjs';
import { StartError } from './start-error.ts';
import { guard, killGroup, unguard } from './watcher.ts';

/** A part that runs: `exited` tells, in words, why it ended (it never rejects); `stop` ends it in order and waits. */
export type Running = { stop(): Promise<void>; exited: Promise<string> };
/** `code` is that of its exit, null when a signal ended it. */
export type Child = Running & { pid: number; code: Promise<number | null> };

type ChildSpec = {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Takes stdout and stderr; emptied at the start. The child writes it itself, so nothing is lost when we die. */
  logFile: string;
  /** Asks the program to end in order. */
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** Given to the program on its standard input. */
  input?: string;
  /** Where the child's identity is kept, for stopLeftover. */
  pidFile?: string;
  cwd?: string;
  uid?: number | undefined;
  gid?: number | undefined;
};

const STOP_MS = 20_000;
const TAIL_LINES = 12;

/** Starts a program in a process group of its own: Ctrl-C in the terminal does not reach it, its parent decides. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const out = openSync(spec.logFile, 'w', 0o600);
  closeSync(out);
  const log = openSync(spec.logFile, 'a');
  const options: SpawnOptions = {
    env: spec.env,
    detached: true,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    stdio: [spec.input === undefined ? 'ignore' : 'pipe', log, log],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  };
  const child = spawn(spec.command, spec.args, options);
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new StartError(`${spec.name} could not be started: ${error.message}`);
  }
  guard(pid, spec.stopSignal);
  if (spec.pidFile) writeFileSync(spec.pidFile, `${processIdentity(pid)}\n`);
  child.stdin?.on('error', () => {}); // the program ended before reading it; `exited` tells why
  child.stdin?.end(spec.input);

  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      killGroup(pid); // whatever it left of its own
      unguard(pid);
      resolve(`${spec.name} ended ${signal ? `by ${signal}` : `with code ${code}`}${lastLines(spec.logFile)}`);
    });
  });
  const stop = async () => {
    const timer = setTimeout(() => killGroup(pid), STOP_MS);
    child.kill(spec.stopSignal);
    await exited;
    clearTimeout(timer);
  };
  return { pid, stop, exited, code: exited.then(() => child.exitCode) };
}

/**
 * Waits until `ready` gives something other than undefined; stops the child and throws when it ends before, or when
 * `seconds` have passed.
 */
export async function whenReady<T>(
  child: Child,
  spec: { name: string; logFile: string; seconds: number },
  ready: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  let ended: string | undefined;
  child.exited.then((why) => {
    ended = why;
  });
  const end = Date.now() + spec.seconds * 1000;
  while (Date.now() < end) {
    const answer = await ready();
    if (ended !== undefined) throw new StartError(ended);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await child.stop();
  throw new StartError(`${spec.name} was not ready within ${spec.seconds} s${lastLines(spec.logFile)}`);
}

/** Stops the process an earlier run left behind (both it and its guard were killed); true when there was one. */
export async function stopLeftover(pidFile: string, signal: NodeJS.Signals): Promise<boolean> {
  const pid = liveHolder(pidFile);
  if (pid === null) return false;
  process.kill(pid, signal);
  for (const end = Date.now() + STOP_MS; liveHolder(pidFile) !== null; ) {
    if (Date.now() > end) killGroup(pid);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** The end of a log, set under the line that points to it; nothing when the log is empty or was removed. */
function lastLines(file: string): string {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
  return lines.join('') === '' ? '' : `; the end of ${file}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
