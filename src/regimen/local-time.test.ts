import { describe, expect, test } from 'vitest';
import { DAY, formatLocal, HOUR, isZone, localParts, MINUTE, parseLocal, toInstant, toLocal } from './local-time.ts';

const utc = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();

/** The offset as Intl itself prints it: another road than the one under test. */
function printedOffset(instant: number, zone: string): number {
  const parts = formatter(zone).formatToParts(instant);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(name) ?? [];
  if (!sign) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * 1000);
}

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string): Intl.DateTimeFormat {
  const known =
    formatters.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, known);
  return known;
}

/** Every change of offset of a zone in a span, found by bisection to the second. */
function transitions(zone: string, from: number, to: number) {
  const found: { at: number; before: number; after: number }[] = [];
  for (let start = from; start < to; start += 6 * DAY) {
    const before = printedOffset(start, zone);
    let high = start + 6 * DAY;
    const after = printedOffset(high, zone);
    if (before === after) continue;
    let low = start;
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (printedOffset(middle, zone) === before) low = middle;
      else high = middle;
    }
    found.push({ at: high, before, after });
  }
  return found;
}

describe('wall clock and instant', () => {
  test('every transition of every zone from 2020 to 2031 is read as RFC 5545 says', () => {
    let gaps = 0;
    let overlaps = 0;
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      for (const { at, before, after } of transitions(zone, utc('2020-01-01'), utc('2031-01-01'))) {
        const size = Math.abs(after - before);
        const hole = at + Math.min(before, after);
        for (const into of [0, 1000, size / 2, size - 1000]) {
          // Gap and overlap alike: the offset before the change.
          expect([zone, iso(toInstant(hole + into, zone))]).toEqual([zone, iso(hole + into - before)]);
        }
        expect(toInstant(hole - 1000, zone)).toBe(hole - 1000 - before);
        expect(toInstant(hole + size, zone)).toBe(hole + size - after);
        expect(toLocal(at, zone)).toBe(at + after);
        if (after > before) gaps += 1;
        else overlaps += 1;
      }
    }
    expect(Math.min(gaps, overlaps)).toBeGreaterThan(500);
  });

  test.each([
    ['America/Lima', '2026-11-22T08:00:00', '2026-11-22T13:00:00.000Z'],
    ['America/New_York', '2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z'],
    ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00.000Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00', '2011-12-30T20:00:00.000Z'],
  ])('%s %s is %s', (zone, local, instant) => {
    expect(iso(toInstant(parseLocal(local) as number, zone))).toBe(instant);
  });

  test('the parts of an instant are those of its local day', () => {
    expect(localParts(new Date('2026-01-01T02:30:15Z'), 'America/Lima')).toEqual({
      date: '2025-12-31',
      time: '21:30:15',
      second: 21 * 3600 + 30 * 60 + 15,
    });
  });
});

test.each([
  ['2026-02-28T23:59:59', true],
  ['2024-02-29T00:00:00', true],
  ['2026-02-29T00:00:00', false],
  ['2026-02-30T08:00:00', false],
  ['2026-13-01T08:00:00', false],
  ['2026-01-01T24:00:00', false],
  ['2026-01-01T25:00:00', false],
  ['2026-01-01T08:00', false],
  ['2026-01-01T08:00:00Z', false],
  ['2026-01-01', false],
  ['', false],
])('wall-clock text %j is accepted: %s', (text, ok) => {
  const local = parseLocal(text);
  expect(local !== null).toBe(ok);
  if (local !== null) expect(formatLocal(local)).toBe(text);
});

test.each([
  ['America/Lima', true],
  ['America/Argentina/Buenos_Aires', true],
  ['UTC', true],
  ['+05:00', false],
  ['America/Cusco', false],
  ['', false],
  ['Lima\u0000', false],
  ['../etc/localtime', false],
])('zone %j is accepted: %s', (text, ok) => {
  expect(isZone(text)).toBe(ok);
});
