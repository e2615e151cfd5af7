import type { Forecast, SenderHour, Verdict } from '../../capacity/forecast.ts';
import { duration, number, rateIn } from '../../capacity/words.ts';

const VERDICTS: Record<Verdict, string> = { fits: 'fits', late_if_unanswered: 'LATE if unanswered', late: 'LATE' };
const COLUMNS = [
  'hour (UTC)',
  'doses',
  'certain',
  'if unanswered',
  'of the hour',
  'busiest',
  'last leaves',
  'of its useful time',
  '',
];
/** Columns of words and bars; numbers stand on the right. */
const LEFT = new Set([0, 7, 8]);
const BAR = 10;

/** A table for each sender, then what is too much and what would be enough. */
export function forecastText({ hours, overloads }: Forecast, ahead: number): string {
  const tables = [...Map.groupBy(hours, nameOf)].map(([name, rows]) => `${name}\n${table(rows)}\n`);
  const sums = overloads.map(
    ({ channel, minute, why }) => `! ${channel} at ${clock(minute)} UTC on ${day(minute)}: ${why}.`,
  );
  return [
    `The rest of this hour and ${ahead} more, if nobody answers:`,
    '',
    ...(tables.length === 0 ? ['no doses are planned', ''] : tables),
    ...sums,
    ...(sums.length === 0 ? [] : ['']),
    'Doses are planned 48 hours ahead; of what comes later nothing is known.',
  ].join('\n');
}

function nameOf({ channel, provider, sender, capacity }: SenderHour): string {
  return `${channel} by ${provider}, ${sender}: ${rateIn(channel, capacity / 3600)}`;
}

function table(rows: SenderHour[]): string {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells
    .map((row) =>
      `  ${row.map((cell, i) => (LEFT.has(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
    )
    .join('\n');
}

function cellsOf(row: SenderHour): string[] {
  const [certain = 0, ...further] = row.messages;
  const { minute, lateSeconds, ratio } = row.busiest;
  return [
    `${day(row.hour)} ${clock(row.hour)}`,
    number(row.doses),
    number(certain),
    number(further.reduce((total, count) => total + count, 0)),
    percent(row.units / row.capacity),
    clock(minute),
    `+${duration(lateSeconds)}`,
    `${bar(ratio)} ${percent(ratio)}`,
    VERDICTS[row.verdict],
  ];
}

function bar(ratio: number): string {
  const full = Math.min(BAR, Math.ceil(ratio * BAR));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

function percent(ratio: number): string {
  return ratio > 0 && ratio < 0.01 ? '<1 %' : `${Math.round(ratio * 100).toLocaleString('en-US')} %`;
}

function clock(at: Date): string {
  return at.toISOString().slice(11, 16);
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
