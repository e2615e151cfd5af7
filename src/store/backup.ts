import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BackupHeader, END_OF_ROWS, FORMAT, type TableHead, Tally } from './backup-format.ts';
import type { Pool, Sql } from './pool.ts';

/** What became of a backup. */
export interface BackupResult {
  takenAt: Date;
  tables: number;
  rows: number;
}

/**
 * Writes every table of the schema `public` into `sinks` (the streams of a pipeline), as all of them were at one moment, without
 * holding up anybody. Rows are streamed: no table is ever in memory. `tell` hears of each table that is written.
 */
export async function writeBackup(
  sql: Pool,
  sinks: NodeJS.ReadWriteStream[],
  tell: (line: string) => void,
): Promise<BackupResult> {
  return new Promise((resolve, reject) => {
    // A COPY whose reader has failed never comes to its end, nor then would the transaction: closing the pool ends both.
    sql
      .begin('isolation level repeatable read read only', async (tx) => {
        const header = await readHeader(tx);
        const result: BackupResult = { takenAt: new Date(header.takenAt), tables: 0, rows: 0 };
        await pipeline([Readable.from(bytesOf(tx, header, { result, tell })), ...sinks]).catch((error) => {
          reject(error);
          throw error;
        });
        return result;
      })
      .then((result) => resolve(result as BackupResult), reject);
  });
}

async function* bytesOf(
  tx: Sql,
  header: BackupHeader,
  { result, tell }: { result: BackupResult; tell: (line: string) => void },
): AsyncGenerator<Buffer | string> {
  yield line(header);
  for (const head of await readTables(tx)) {
    yield line(head);
    const tally = new Tally();
    // Not COPY of the table itself: before PostgreSQL 18 a partitioned one cannot be copied.
    const copy = `COPY (SELECT ${head.columns.join(', ')} FROM ${head.table}) TO STDOUT`;
    const rows: Readable = await tx.unsafe(copy).readable();
    for await (const piece of rows) {
      tally.add(piece);
      yield piece;
    }
    rows._read(0); // postgres.js holds the socket while rows wait, and for ever if the last ones did
    yield END_OF_ROWS;
    const end = tally.end();
    yield line(end);
    result.tables += 1;
    result.rows += end.rows;
    tell(`${head.table}: ${end.rows} rows`);
  }
  yield line({ end: { tables: result.tables, rows: result.rows } });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

async function readHeader(tx: Sql): Promise<BackupHeader> {
  const [row] = await tx<{ takenAt: Date; from: string | null; to: string | null }[]>`
    SELECT now() AS "takenAt", min(month) AS from, max(month) AS to
    FROM (SELECT replace(substring(inhrelid::regclass::text FROM '_([0-9]{4}_[0-9]{2})$'), '_', '-') || '-01' AS month
          FROM pg_inherits WHERE inhparent IN (SELECT oid FROM pg_class WHERE relkind = 'p')) AS partitions`;
  const { takenAt, from, to } = row as { takenAt: Date; from: string | null; to: string | null };
  const migrations = await tx<{ name: string }[]>`SELECT name FROM migrations ORDER BY name`;
  return {
    dosebell: 'backup',
    format: FORMAT,
    takenAt: takenAt.toISOString(),
    migrations: migrations.map(({ name }) => name),
    partitions: from === null || to === null ? null : { from, to },
  };
}

/** Every table but the record of migrations; one that refers to another comes after it. */
async function readTables(tx: Sql): Promise<TableHead[]> {
  const tables = await tx<(TableHead & { after: string[] })[]>`
    SELECT quote_ident(c.relname) AS table,
           (SELECT json_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
           (SELECT coalesce(json_agg(DISTINCT quote_ident(o.relname)), '[]') FROM pg_constraint k
            JOIN pg_class o ON o.oid = k.confrelid
            WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS after
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> 'migrations'
    ORDER BY c.relname`;
  const ordered: TableHead[] = [];
  const waiting = new Set(tables);
  while (waiting.size > 0) {
    const next = [...waiting].filter(({ after }) => after.every((name) => ordered.some((one) => one.table === name)));
    if (next.length === 0) throw new Error('tables refer to each other in a circle: extend src/store/backup.ts');
    for (const one of next) {
      waiting.delete(one);
      ordered.push({ table: one.table, columns: one.columns });
    }
  }
  return ordered;
}
