import type { Result } from './run.ts';

const COLUMNS: { title: string; of(result: Result): string }[] = [
  { title: 'doses', of: ({ doses }) => String(doses) },
  { title: 'lost', of: ({ lost }) => String(lost) },
  { title: 'doubled', of: ({ doubled }) => String(doubled) },
  { title: 'repeats', of: ({ repeated }) => String(repeated) },
  { title: 'unknown', of: ({ unknown }) => String(unknown) },
  { title: 'recovery s', of: ({ recoverySeconds }) => recoverySeconds.toFixed(1) },
  { title: 'kept', of: ({ problems }) => (problems.length === 0 ? 'yes' : 'NO') },
];

/** What came of each fault, a line each. */
export function tableOf(results: Result[]): string {
  const rows = results.map((result) => [result.fault.name, ...COLUMNS.map(({ of }) => of(result))]);
  const head = ['fault', ...COLUMNS.map(({ title }) => title)];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [head, ...rows].map(line).join('\n');
}
