import postgres from 'postgres';
import type { Pool, Sql } from './pool.ts';

/** SQLSTATE: serialization_failure, deadlock_detected. The transaction left nothing and may be tried again. */
const TRANSIENT = new Set(['40001', '40P01']);
const TRIES = 3;

/** Runs `work` in one transaction; one that lost a deadlock is run again, three times at most. */
export async function transaction<T>(sql: Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sql.begin(work)) as T;
    } catch (error) {
      const transient = error instanceof postgres.PostgresError && TRANSIENT.has(error.code);
      if (!transient || attempt === TRIES) throw error;
    }
  }
}
