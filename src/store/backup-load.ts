import type { Writable } from 'node:stream';
import { setImmediate as afterIo } from 'node:timers/promises';
import { BackupError, type BackupHeader, type RowSink, readBackup, type TableHead } from './backup-format.ts';
import { applyMigration, MIGRATIONS, makeRecord } from './migrate.ts';
import type { Pool, Sql } from './pool.ts';

/** A backup's bytes, unpacked, from the first on; it is read twice. */
export type OpenBackup = () => AsyncIterable<Buffer>;

/** Reads a backup to its end, and says what it is. Throws a `BackupError` when it is damaged or of a newer dosebell. */
export async function checkBackup(open: OpenBackup): Promise<BackupHeader & { rows: number }> {
  let header: BackupHeader | undefined;
  const { rows } = await readBackup(open(), {
    async begin(found) {
      header = found;
    },
    table: async () => ({ take: async () => {}, end: async () => {} }),
  });
  const { migrations } = header as BackupHeader;
  const unknown = migrations.find((name, i) => MIGRATIONS[i] !== name);
  if (unknown !== undefined) throw new BackupError(`it is of a newer dosebell (${unknown}): restore it with that one`);
  return { ...(header as BackupHeader), rows };
}

/** Whether the schema `public` holds nothing at all. */
export async function isEmptyDatabase(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ used: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        OR EXISTS (SELECT 1 FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS used`;
  return row?.used === false;
}

/**
 * Loads a backup that was checked into an empty database and does `finish`, all in one transaction: whatever fails, the database
 * is empty again. `tell` hears of each table that is there.
 */
export async function loadBackup<T>(
  sql: Pool,
  { header, open, tell }: { header: BackupHeader; open: OpenBackup; tell: (line: string) => void },
  finish: (tx: Sql) => Promise<T>,
): Promise<T> {
  const result = await sql.begin(async (tx) => {
    await makeRecord(tx);
    for (const name of header.migrations) await applyMigration(tx, name);
    if (header.partitions !== null) {
      const { from, to } = header.partitions;
      await tx`SELECT make_partitions(${from}, ${to})`;
    }
    await readBackup(open(), {
      begin: async () => {},
      async table(head) {
        const { take, end } = await copyInto(tx, head);
        return {
          take,
          async end(rows) {
            await end();
            tell(`${head.table}: ${rows} rows`);
          },
        };
      },
    });
    for (const name of MIGRATIONS.slice(header.migrations.length)) await applyMigration(tx, name);
    return finish(tx);
  });
  await sql`ANALYZE`; // the first plans would be made for empty tables
  return result as T;
}

/** Rows into one table. That PostgreSQL refused some is found at the end: postgres.js tells the stream only while it is open. */
async function copyInto(
  tx: Sql,
  { table, columns }: TableHead,
): Promise<Pick<RowSink, 'take'> & { end(): Promise<void> }> {
  const rows: Writable = await tx.unsafe(`COPY ${table} (${columns.join(', ')}) FROM STDIN`).writable();
  let failure: Error | undefined;
  rows.on('error', (error) => {
    failure = error;
  });
  return {
    take: (piece) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) reject(failure);
        else rows.write(piece, (error) => (error ? reject(error) : resolve()));
      }),
    async end() {
      rows.end();
      await afterIo();
      await tx`SELECT 1`.catch((error) => {
        throw failure ?? new Error(`PostgreSQL refused the rows of ${table}: its log says why`, { cause: error });
      });
    },
  };
}
