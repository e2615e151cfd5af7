import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { messagesInAll, type Sizes, type Widths } from '#loadtests/baseline/ceiling.ts';
import { attemptId } from '#loadtests/baseline/messages.ts';
import type { Stage } from '#loadtests/bench/stage.ts';
import { heldAgainst, rateOf, type Seen, type Witness } from '#loadtests/bench/witness.ts';
import { SERVICE_FLAGS } from '#src/embedded/service.ts';
import { rushEnv } from './settings.ts';

const ENTRY = join(import.meta.dirname, '../baseline/main.ts');

/** Plays the bare client loops in a process of their own. Returns messages per second of the `count` that count. */
export async function measureCeiling(
  stage: Stage,
  provider: Witness,
  sizes: Sizes,
): Promise<{ perSecond: number; widths: Widths; seen: Seen }> {
  const { startedAt, widths } = await bareRun(stage, sizes);
  const ids = Array.from({ length: messagesInAll(sizes) }, (_, n) => attemptId(n));
  const seen = await heldAgainst(provider.ledger(), ids, ids.slice(-sizes.count));
  return { perSecond: rateOf(new Date(startedAt), seen), widths, seen };
}

/** Its standard output is not ours to write to: it goes to stderr. */
async function bareRun(stage: Stage, sizes: Sizes): Promise<{ startedAt: number; widths: Widths }> {
  const env = rushEnv(stage, stage.postgresUrl, {});
  const child = fork(ENTRY, ['ceiling'], { env, execArgv: SERVICE_FLAGS, stdio: ['ignore', 2, 2, 'ipc'] });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the bare client loops ended with ${signal ?? `code ${code}`}`);
  });
  try {
    child.send(sizes);
    const [result] = await Promise.race([once(child, 'message'), ended]);
    return result;
  } finally {
    child.disconnect();
    await ended.catch(() => undefined);
  }
}
