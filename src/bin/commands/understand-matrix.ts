import { INTENTS, type Intent } from '../../ack/understand/types.ts';

/** How often each intent was read as each: rows are what was expected, columns what was read. */
export class Matrix {
  /** Lines that could not be counted: broken, or without a known "expected". */
  skipped = 0;
  readonly #counts = new Map<string, number>();

  /** False when `expected` is no intent. */
  count(expected: unknown, read: Intent): boolean {
    if (!INTENTS.includes(expected as Intent)) return false;
    const key = `${expected} ${read}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return true;
  }

  /** The share of what was read as this intent that is it; null when nothing was. */
  precision(intent: Intent): number | null {
    return share(this.#at(intent, intent), sum(INTENTS.map((expected) => this.#at(expected, intent))));
  }

  /** The share of this intent that was read as it; null when there is none. */
  recall(intent: Intent): number | null {
    return share(this.#at(intent, intent), sum(INTENTS.map((read) => this.#at(intent, read))));
  }

  /** The matrix, then precision and recall per intent, in aligned columns. */
  text(): string {
    const rows = INTENTS.map((expected) => [
      expected,
      ...INTENTS.map((read) => String(this.#at(expected, read) || '·')),
      ...[this.precision(expected), this.recall(expected)].map((value) => value?.toFixed(3) ?? '-'),
    ]);
    const all = sum(INTENTS.flatMap((expected) => INTENTS.map((read) => this.#at(expected, read))));
    const right = sum(INTENTS.map((intent) => this.#at(intent, intent)));
    return [
      ...aligned([['expected \\ read', ...INTENTS, 'precision', 'recall'], ...rows]),
      '',
      `${right} of ${all} read as expected; ${this.skipped} lines skipped`,
      '',
    ].join('\n');
  }

  #at(expected: Intent, read: Intent): number {
    return this.#counts.get(`${expected} ${read}`) ?? 0;
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
