import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sql } from '#src/store/pool.ts';

type Value = string | number | Buffer | Date;

const ROWS_PER_PIECE = 500;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Adds rows by COPY in its text format (postgresql.org/docs/current/sql-copy.html), values in the order of `columns`. */
export async function copyRows(sql: Sql, table: string, columns: string[], rows: Iterable<Value[]>): Promise<void> {
  const into = await sql`COPY ${sql(table)} (${sql(columns)}) FROM STDIN`.writable();
  await pipeline(Readable.from(pieces(rows)), into);
}

function* pieces(rows: Iterable<Value[]>): Generator<string> {
  let lines: string[] = [];
  for (const row of rows) {
    if (lines.push(`${row.map(textOf).join('\t')}\n`) < ROWS_PER_PIECE) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] as string);
  if (typeof value === 'number') return String(value);
  return value instanceof Date ? value.toISOString() : `\\\\x${value.toString('hex')}`;
}
