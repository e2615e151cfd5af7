import { createHash } from 'node:crypto';

/** What a backup begins with. Instants are ISO 8601 in UTC. */
export interface BackupHeader {
  dosebell: 'backup';
  format: typeof FORMAT;
  /** PostgreSQL's `now()` of the transaction that read everything. */
  takenAt: string;
  /** The migrations the tables were made by, in order. */
  migrations: string[];
  /** The first and the last month of which there are partitions, as dates; null: there are none. */
  partitions: { from: string; to: string } | null;
}

/** Before and after the rows of a table; names are quoted as SQL needs them. */
export interface TableHead {
  table: string;
  columns: string[];
}
export interface TableEnd {
  rows: number;
  sha256: string;
}

/** The last line. */
export interface BackupEnd {
  tables: number;
  rows: number;
}

export const FORMAT = 1;
/** Ends the rows of a table: a row of COPY's text format never is this line. */
export const END_OF_ROWS = '\\.\n';
const NEWLINE = 10;

/** A backup that is no backup, not whole, or not what was written. The message is one line for a person. */
export class BackupError extends Error {}

/** Counts and sums up the rows of one table. */
export class Tally {
  #hash = createHash('sha256');
  #rows = 0;

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    for (let i = piece.indexOf(NEWLINE); i !== -1; i = piece.indexOf(NEWLINE, i + 1)) this.#rows += 1;
  }

  end(): TableEnd {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}

/** Where the rows of one table go, piece by piece, each of whole rows. */
export interface RowSink {
  take(piece: Uint8Array): Promise<void>;
  /** They were all there, and what was written. */
  end(rows: number): Promise<void>;
}

/**
 * Reads a backup (unpacked) from its first byte to its last. `begin` is given the header, `table` each table in the order of
 * the file. Throws a `BackupError` when a table's sum is wrong or the end is missing. Holds one piece at a time.
 */
export async function readBackup(
  pieces: AsyncIterable<Buffer>,
  { begin, table }: { begin(header: BackupHeader): Promise<void>; table(head: TableHead): Promise<RowSink> },
): Promise<BackupEnd> {
  const lines = new Lines(pieces);
  const header = asHeader(await lines.line());
  await begin(header);
  const seen: BackupEnd = { tables: 0, rows: 0 };
  for (;;) {
    const next = parse<TableHead & { end: BackupEnd }>(await lines.line());
    if (next.end !== undefined) {
      if (next.end.tables !== seen.tables || next.end.rows !== seen.rows) throw new BackupError('tables are missing');
      return seen;
    }
    const sink = await table(next);
    const tally = new Tally();
    for await (const piece of lines.rows()) {
      tally.add(piece);
      await sink.take(piece);
    }
    const is = tally.end();
    const was = parse<TableEnd>(await lines.line());
    if (is.sha256 !== was.sha256 || is.rows !== was.rows)
      throw new BackupError(`the rows of ${next.table} are not those that were written`);
    await sink.end(is.rows);
    seen.tables += 1;
    seen.rows += is.rows;
  }
}

function asHeader(line: string): BackupHeader {
  const header = parse<BackupHeader>(line);
  if (header.dosebell !== 'backup') throw new BackupError('it is not a backup of dosebell');
  if (header.format !== FORMAT) throw new BackupError(`its format is ${header.format}, this dosebell reads ${FORMAT}`);
  return header;
}

function parse<T>(line: string): T {
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new BackupError('it is not a backup of dosebell, or is damaged');
  }
}

/** The bytes of a backup as lines, and as blocks of rows. */
class Lines {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    while (!this.#held.includes(NEWLINE)) await this.#more();
    const at = this.#held.indexOf(NEWLINE);
    const line = this.#held.toString('utf8', 0, at);
    this.#held = this.#held.subarray(at + 1);
    return line;
  }

  /** Whole rows up to the end of the table. */
  async *rows(): AsyncGenerator<Buffer> {
    for (;;) {
      const whole = this.#held.subarray(0, this.#held.lastIndexOf(NEWLINE) + 1);
      const isAtOnce = whole.indexOf(END_OF_ROWS) === 0;
      const at = isAtOnce ? 0 : whole.indexOf(`\n${END_OF_ROWS}`) + 1;
      const isEnd = isAtOnce || at > 0;
      const rows = isEnd ? whole.subarray(0, at) : whole;
      this.#held = this.#held.subarray(rows.length + (isEnd ? END_OF_ROWS.length : 0));
      if (rows.length > 0) yield rows;
      if (isEnd) return;
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    if (done === true) throw new BackupError('it ends too early: it was cut off');
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
  }
}
