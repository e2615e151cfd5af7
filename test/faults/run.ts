import { setTimeout as sleep } from 'node:timers/promises';
import { judge, readBooks, type Verdict } from './books.ts';
import type { Fault } from './fault.ts';
import type { Servers } from './servers.ts';
import { AHEAD_SECONDS, type OpenWorld, openWorld } from './world.ts';

const LOOK_MS = 200;
/** How long beyond its promise a fault is watched, to tell what comes too late from what never comes. */
const GRACE_SECONDS = 20;

/** What came of one fault. */
export interface Result {
  fault: Fault;
  doses: number;
  lost: number;
  doubled: number;
  repeated: number;
  unknown: number;
  recoverySeconds: number;
  /** Promises that were broken, in words. */
  problems: string[];
}

/** Opens a world, makes it go wrong, waits until it is well again, and judges by the ledger. */
export async function runFault(servers: Servers, fault: Fault, seed: number): Promise<Result> {
  const open = await openWorld(servers, fault, seed);
  try {
    const { world } = open;
    await sleep(Math.max(0, world.due.getTime() - AHEAD_SECONDS * 1000 - Date.now()));
    const thrown: string[] = [];
    await fault.inject(world).catch((error: Error) => thrown.push(`inject: ${error.message}`));
    const since = Math.max(Date.now(), world.due.getTime());
    const verdict = await settled(open, fault);
    await fault.check?.(world).catch((error: Error) => thrown.push(error.message));
    const recoverySeconds = Math.max(0, verdict.acceptedAt - since) / 1000;
    return {
      fault,
      doses: fault.doses,
      lost: verdict.lost.length,
      doubled: verdict.doubled,
      repeated: verdict.repeated,
      unknown: verdict.unknown,
      recoverySeconds,
      problems: [...brokenBy(verdict, fault, recoverySeconds), ...thrown],
    };
  } finally {
    await open.close();
  }
}

/** The verdict once nothing is left to do; the last one, when that does not come in time. */
async function settled(
  { world, app, ledger, answered }: OpenWorld,
  { recoversWithin, mayEnd }: Fault,
): Promise<Verdict> {
  for (const end = Date.now() + (recoversWithin + GRACE_SECONDS) * 1000; ; await sleep(LOOK_MS)) {
    const isOver = Date.now() > end;
    const books = await readBooks(app, world.due).catch((error: Error) => {
      if (isOver) throw error; // a connection of ours that PostgreSQL's restart has cut
    });
    if (books === undefined) continue;
    const verdict = judge(books, await ledger(), { mayEnd, answered });
    if (verdict.isSettled || isOver) return verdict;
  }
}

function brokenBy(verdict: Verdict, { recoversWithin }: Fault, recoverySeconds: number): string[] {
  const { lost, doubled, isSettled, problems } = verdict;
  return [
    ...lost.map((dose) => `lost: ${dose}`),
    ...(doubled > 0 ? [`${doubled} messages doubled`] : []),
    ...(isSettled ? [] : ['messages are still under way']),
    ...(recoverySeconds > recoversWithin
      ? [`recovered in ${recoverySeconds.toFixed(1)} s, not within ${recoversWithin} s`]
      : []),
    ...problems,
  ];
}
