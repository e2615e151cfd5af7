import { constants } from 'node:os';
import { join } from 'node:path';
import type { Running } from './child.ts';
import { tryLock } from './lock.mjs';
import { StartError } from './start-error.ts';
import { killAll } from './watcher.ts';

/** Something that is started and stopped; parts may use what earlier ones found out (a URL, a port). */
export type Part = { name: string; start(): Promise<Running> };

type Supervised = {
  /** Started in this order, stopped in reverse. */
  parts: Part[];
  /** What is done once all run: its number is the exit code; 'stay' keeps everything up until a signal. */
  main?: () => Promise<number | 'stay'>;
  say?: (line: string) => void;
};

type End = { code: number; why?: string };
/** One Ctrl-C can come more than once: from the terminal, from npm and from bootstrap. A person's second comes later. */
const SAME_SIGNAL_MS = 700;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the parts until a signal, the death of a part, an uncaught error or the end of `main`; then stops all in reverse.
 * A second signal kills at once. A signal while `main` is still at work ends with 128 + its number, one after with 0.
 * @returns the exit code for the process; it never rejects
 */
export async function runSupervised({
  parts,
  main = async () => 'stay',
  say = console.log,
}: Supervised): Promise<number> {
  const running: { name: string; part: Running }[] = [];
  const end = Promise.withResolvers<End>();
  let stopping = false;
  let signalledAt = 0;
  let atWork = true;
  const fail = (error: unknown) => end.resolve({ code: 1, why: inWords(error) });
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    const code = 128 + constants.signals[signal];
    const again = signalledAt > 0 && performance.now() - signalledAt > SAME_SIGNAL_MS;
    if (again) process.exit(code); // the watcher's exit handler kills what is left
    if (signalledAt > 0) return;
    signalledAt = performance.now();
    stopping = true;
    end.resolve({ code: atWork ? code : 0, why: `${signal}: stopping everything in order (once more kills at once)` });
  };
  const onClosedOutput = () => end.resolve({ code: 1 }); // nobody reads us any more: the terminal or the pipe is gone

  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.stdout.on('error', onClosedOutput);

  const work = async () => {
    for (const { name, start } of parts) {
      if (stopping) return;
      const part = await start();
      running.push({ name, part });
      part.exited.then((why) => end.resolve({ code: 1, why }));
    }
    const result = stopping ? 'stay' : await main();
    atWork = false;
    if (result !== 'stay') end.resolve({ code: result });
  };
  work().catch(fail);
  const { code, why } = await end.promise;
  stopping = true;
  if (why) say(why);
  for (const { name, part } of running.reverse()) await part.stop().catch((error) => say(`${name}: ${inWords(error)}`));
  killAll(); // a part that was just being started

  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.off('uncaughtException', fail);
  process.off('unhandledRejection', fail);
  return code;
}

/**
 * Makes this process the only run in the folder `dir`.
 * @returns gives the folder free again (the end of the process does so too)
 * @throws StartError when another run is alive there
 */
export function claimRun(dir: string): () => void {
  const lock = tryLock(join(dir, 'run.lock'));
  if ('release' in lock) return lock.release;
  throw new StartError(
    `dosebell is already running in this checkout (pid ${lock.holder}): use it, or stop it first with Ctrl-C or \`kill ${lock.holder}\``,
  );
}

function inWords(error: unknown): string {
  const plain = error instanceof StartError || (error instanceof Error && 'code' in error); // the system's own: EACCES…
  if (plain) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
