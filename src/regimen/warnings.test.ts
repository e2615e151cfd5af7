import { describe, expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { formatLocal } from './local-time.ts';
import { type Warning, warningsOf, zoneChangeWarnings } from './warnings.ts';
import { warningInWords } from './words/warnings-in-words.ts';

function regimen(rrules: string | string[], part: Partial<Regimen> = {}): Regimen {
  return { mode: 'wall', start: '2026-01-01T08:00:00', rrules: [rrules].flat(), rdates: [], exdates: [], ...part };
}

const NOW = new Date('2026-03-01T00:00:00Z');
const NIGHT = { from: '22:00', to: '07:00' };
const warnings = (
  given: Regimen,
  zone = 'America/New_York',
  quietHours?: { from: string; to: string },
  critical = false,
) => warningsOf({ regimen: given, zone, now: NOW, quietHours, critical });
const shown = (list: Warning[]) =>
  list.map((one) =>
    one.code === 'short_interval' || one.code === 'long_interval'
      ? [one.code, formatLocal(one.after), formatLocal(one.at), one.plannedMinutes, one.minutes]
      : one,
  );

describe('quiet hours', () => {
  test.each<[string, string, string[]]>([
    ['times inside', 'FREQ=DAILY;BYHOUR=6,8,22', ['06:00', '22:00']],
    ['the end is outside', 'FREQ=DAILY;BYHOUR=7', []],
    ['every 8 hours', 'FREQ=HOURLY;INTERVAL=8', ['00:00']],
  ])('%s', (_, rule, times) => {
    const expected = times.length === 0 ? [] : [{ code: 'quiet_hours', times, quiet: NIGHT, sent: false }];
    expect(warnings(regimen(rule), 'America/Lima', NIGHT)).toEqual(expected);
  });

  test('a critical prescription says that it is sent', () => {
    expect(warnings(regimen('FREQ=DAILY;BYHOUR=23'), 'America/Lima', NIGHT, true)).toMatchObject([{ sent: true }]);
  });
});

describe('intervals across a change of the clocks (New York: 8 March and 1 November 2026, 14 March 2027)', () => {
  test.each<[string, Regimen, string, unknown[]]>([
    ['a daily dose is near enough', regimen('FREQ=DAILY'), 'America/New_York', []],
    ['no change in Lima', regimen('FREQ=HOURLY'), 'America/Lima', []],
    ['every 2 hours: half is not under half', regimen('FREQ=HOURLY;INTERVAL=2'), 'America/New_York', []],
    [
      'every hour: none passes, then two',
      regimen('FREQ=HOURLY'),
      'America/New_York',
      [
        ['short_interval', '2026-03-08T02:00:00', '2026-03-08T03:00:00', 60, 0],
        ['long_interval', '2026-11-01T01:00:00', '2026-11-01T02:00:00', 60, 120],
        ['short_interval', '2027-03-14T02:00:00', '2027-03-14T03:00:00', 60, 0],
      ],
    ],
    [
      'two times around the gap',
      regimen('FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30;COUNT=200'),
      'America/New_York',
      [['short_interval', '2026-03-08T02:30:00', '2026-03-08T03:30:00', 60, 0]],
    ],
    ['elapsed time knows no change', regimen('FREQ=HOURLY', { mode: 'elapsed' }), 'America/New_York', []],
    [
      'a whole day that a zone left out',
      regimen('FREQ=DAILY', { start: '2011-12-01T08:00:00' }),
      'Pacific/Apia',
      [['short_interval', '2011-12-30T08:00:00', '2011-12-31T08:00:00', 1440, 0]],
    ],
  ])('%s', (name, given, zone, expected) => {
    const now = name.startsWith('a whole day') ? new Date('2011-12-20T00:00:00Z') : NOW;
    expect(shown(warningsOf({ regimen: given, zone, now, critical: false }))).toEqual(expected);
  });
});

describe('short months', () => {
  test.each<[string, Regimen, number[] | null]>([
    ['the 31st', regimen('FREQ=MONTHLY;BYMONTHDAY=1,31'), [31]],
    ['the start’s day', regimen('FREQ=MONTHLY', { start: '2026-01-30T08:00:00' }), [30]],
    ['29 February', regimen('FREQ=YEARLY', { start: '2024-02-29T08:00:00' }), [29]],
    ['the 31st of long months', regimen('FREQ=YEARLY;BYMONTH=1,3;BYMONTHDAY=31'), null],
    ['from the end', regimen('FREQ=MONTHLY;BYMONTHDAY=-1'), null],
    ['the last of several', regimen('FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1'), null],
    ['on the last day instead', regimen('FREQ=MONTHLY;BYMONTHDAY=31', { monthEnd: 'last_day' }), null],
    ['the 28th', regimen('FREQ=MONTHLY;BYMONTHDAY=28'), null],
  ])('%s', (_, given, days) => {
    expect(warnings(given, 'America/Lima')).toEqual(days === null ? [] : [{ code: 'short_months', days }]);
  });
});

describe('the same time from several sources', () => {
  test.each<[string, Regimen, string | null]>([
    ['two rules', regimen(['FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=8']), '2026-03-02T08:00:00'],
    ['a rule and a date', regimen('FREQ=DAILY', { rdates: ['2026-03-05T08:00:00'] }), '2026-03-05T08:00:00'],
    ['two times', regimen(['FREQ=DAILY', 'FREQ=DAILY;BYHOUR=20']), null],
    ['one rule', regimen('FREQ=DAILY'), null],
    ['taken out', regimen('FREQ=DAILY', { rdates: ['2026-03-05T08:00:00'], exdates: ['2026-03-05T08:00:00'] }), null],
  ])('%s', (_, given, at) => {
    const found = warnings(given, 'America/Lima').map((one) => (one.code === 'same_time' ? formatLocal(one.at) : one));
    expect(found).toEqual(at === null ? [] : [at]);
  });
});

describe('a patient who moves to another zone', () => {
  test.each<[string, string, string, string, unknown[]]>([
    [
      'eastwards: 08:00 in Lima, then 20:00 in Athens five hours later',
      'America/Lima',
      'Europe/Athens',
      '2026-03-02T17:00:00Z',
      [['short_interval', '2026-03-02T08:00:00', '2026-03-02T20:00:00', 720, 300]],
    ],
    [
      'westwards: 08:00 in Madrid, then 20:00 in Los Angeles 21 hours later',
      'Europe/Madrid',
      'America/Los_Angeles',
      '2026-03-02T18:00:00Z',
      [['long_interval', '2026-03-02T08:00:00', '2026-03-02T20:00:00', 720, 1260]],
    ],
    ['to a neighbour', 'America/Lima', 'America/Bogota', '2026-03-02T17:00:00Z', []],
  ])('%s', (_, from, to, now, expected) => {
    expect(shown(zoneChangeWarnings(regimen('FREQ=DAILY;BYHOUR=8,20'), { from, to }, new Date(now)))).toEqual(expected);
  });
});

test.each<[Warning, es: RegExp, en: RegExp, pt: RegExp]>([
  [
    { code: 'quiet_hours', times: ['06:00', '22:00'], quiet: NIGHT, sent: false },
    /silencio \(22:00–07:00\): 06:00, 22:00; en esas horas no se avisa/,
    /quiet hours \(22:00–07:00\): 06:00, 22:00; no reminder/,
    /silêncio \(22:00–07:00\): 06:00, 22:00; nesse horário não/,
  ],
  [
    { code: 'quiet_hours', times: Array.from({ length: 10 }, (_, i) => `00:0${i}`), quiet: NIGHT, sent: true },
    /00:07 y 2 más; por ser crítica/,
    /00:07 and 2 more; being critical/,
    /00:07 e mais 2; por ser crítica/,
  ],
  [
    {
      code: 'short_interval',
      after: Date.UTC(2026, 2, 8, 2),
      at: Date.UTC(2026, 2, 8, 3, 30),
      plannedMinutes: 90,
      minutes: 30,
    },
    /el 8 de marzo de 2026 a las 02:00 .* a las 03:30 pasan solo 30 min en vez de 1 h 30 min/,
    /on 8 March 2026 at 02:00 .* at 03:30 only 30 min pass instead of 1 h 30 min/,
    /em 8 de março de 2026 às 02:00 .* às 03:30 passam só 30 min em vez de 1 h 30 min/,
  ],
  [
    {
      code: 'long_interval',
      after: Date.UTC(2026, 10, 1, 1),
      at: Date.UTC(2026, 10, 1, 2),
      plannedMinutes: 60,
      minutes: 120,
    },
    /a la 01:00 .* pasan 2 h en vez de 1 h/,
    /at 01:00 .* 2 h pass instead of 1 h/,
    /à 01:00 .* passam 2 h em vez de 1 h/,
  ],
  [{ code: 'short_months', days: [29, 31] }, /29, 31.*last_day/, /29, 31.*last_day/, /29, 31.*last_day/],
  [{ code: 'same_time', at: Date.UTC(2026, 2, 2, 8) }, /una sola/, /counts as one/, /uma só/],
])('in words: %j', (warning, es, en, pt) => {
  expect(warningInWords(warning, 'es')).toMatch(es);
  expect(warningInWords(warning, 'en')).toMatch(en);
  expect(warningInWords(warning, 'pt')).toMatch(pt);
});
