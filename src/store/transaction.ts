import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { isOutage } from './outage.ts';
import type { Pool, Sql } from './pool.ts';

/** SQLSTATE: serialization_failure, deadlock_detected. The transaction left nothing and may be tried again. */
const TRANSIENT = new Set(['40001', '40P01']);
const TRIES = 3;

/** A restart of the server is waited for; longer than this, the caller is told. */
const PATIENCE_MS = 3000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/**
 * Runs `work` in one transaction. One that lost a deadlock is run again, three times at most; one that lost the server before
 * it was to be committed left nothing, and is run again until `PATIENCE_MS` have passed. An error while it was being
 * committed is thrown: nobody knows.
 */
export function transaction<T>(sql: Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  let isWorkDone = false;
  const run = async (tx: Sql) => {
    isWorkDone = false;
    const result = await work(tx);
    isWorkDone = true;
    return result;
  };
  return withPatience(
    () => sql.begin(run) as Promise<T>,
    () => !isWorkDone,
  );
}

/** Runs one statement that may run twice without harm, with the same patience. */
export function statement<T>(work: () => Promise<T>): Promise<T> {
  return withPatience(work, () => true);
}

async function withPatience<T>(run: () => Promise<T>, mayRunAgain: () => boolean): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  let pause = FIRST_PAUSE_MS;
  for (let deadlocks = 0; ; ) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof postgres.PostgresError && TRANSIENT.has(error.code)) {
        if (++deadlocks === TRIES) throw error;
      } else {
        if (!mayRunAgain() || !isOutage(error) || performance.now() + pause > end) throw error;
        await sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
  }
}

/** Runs `work` within a transaction: if it throws, what it did is undone, and nothing else of the transaction. */
export async function savepoint<T>(tx: Sql, work: (inner: Sql) => Promise<T>): Promise<T> {
  return (await (tx as postgres.TransactionSql).savepoint(work)) as T;
}
