import { openPool, type Pool } from '../../store/pool.ts';
import { UsageError } from './command.ts';

/** Runs `work` on the database that DATABASE_URL names. */
export async function withDatabase<T>(work: (sql: Pool) => Promise<T>): Promise<T> {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new UsageError('DATABASE_URL is not set');
  const sql = openPool(url, { max: 2 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
