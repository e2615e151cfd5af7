import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { expand } from './expand.ts';
import { checkRegimen } from './validate.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

function check(part: Partial<Regimen>, zone = 'America/Lima') {
  const regimen: Regimen = {
    mode: 'wall',
    start: '2026-03-01T08:00:00',
    rrules: ['FREQ=DAILY'],
    rdates: [],
    exdates: [],
    ...part,
  };
  return checkRegimen(regimen, zone, NOW);
}

test.each<[string, Partial<Regimen>]>([
  ['twice a day', { rrules: ['FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0'] }],
  ['every 15 minutes, the closest allowed', { rrules: ['FREQ=MINUTELY;INTERVAL=15'] }],
  ['leap days', { rrules: ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'] }],
  ['a start years ago', { start: '1962-10-22T08:00:00' }],
  ['hourly through a gap, where two doses fall together', { start: '2027-03-14T00:30:00', rrules: ['FREQ=HOURLY'] }],
  ['dates only', { rrules: [], rdates: ['2026-04-01T08:00:00'] }],
  [
    'one rule past, another not',
    { rrules: ['FREQ=DAILY;UNTIL=20260228T235959', 'FREQ=DAILY;BYHOUR=9'], start: '2026-02-01T08:00:00' },
  ],
  ['every 36 hours, elapsed', { mode: 'elapsed', rrules: ['FREQ=HOURLY;INTERVAL=36;COUNT=10'] }],
])('accepted: %s', (_, part) => {
  expect(check(part, 'America/New_York')).toEqual([]);
});

const MANY_DATES = Array.from({ length: 1001 }, () => '2026-04-01T08:00:00');

test.each<[string, Partial<Regimen>, string, string]>([
  ['30 February', { start: '2026-02-30T08:00:00' }, 'regimen.start', 'YYYY-MM-DD'],
  ['25 o’clock', { start: '2026-03-01T25:00:00' }, 'regimen.start', 'YYYY-MM-DD'],
  ['a start in the year 1', { start: '0001-01-01T08:00:00' }, 'regimen.start', '1900'],
  ['nothing at all', { rrules: [] }, 'regimen.rrules', 'rdate'],
  ['21 rules', { rrules: Array(21).fill('FREQ=DAILY') }, 'regimen.rrules', '20'],
  ['1001 rdates', { rdates: MANY_DATES }, 'regimen.rdates', '1000'],
  ['1001 exdates', { exdates: MANY_DATES }, 'regimen.exdates', '1000'],
  ['an rdate that does not exist', { rdates: ['2026-04-31T08:00:00'] }, 'regimen.rdates[0]', 'exists'],
  ['an exdate without a time', { exdates: ['2026-04-30'] }, 'regimen.exdates[0]', 'YYYY-MM-DD'],
  ['an unreadable second rule', { rrules: ['FREQ=DAILY', 'FREQ=OFTEN'] }, 'regimen.rrules[1]', 'FREQ=OFTEN'],
  ['every second', { rrules: ['FREQ=SECONDLY'] }, 'regimen.rrules[0]', 'SECONDLY'],
  ['every 14 minutes', { rrules: ['FREQ=MINUTELY;INTERVAL=14'] }, 'regimen.rrules[0]', '15 minutes'],
  ['two seconds of one minute', { rrules: ['FREQ=DAILY;BYSECOND=0,30'] }, 'regimen.rrules[0]', 'BYSECOND'],
  ['two minutes of one hour', { rrules: ['FREQ=DAILY;BYMINUTE=0,10'] }, 'regimen.rrules[0]', '15 minutes'],
  ['two rules close together', { rrules: ['FREQ=DAILY', 'FREQ=DAILY;BYMINUTE=5'] }, 'regimen.rrules', '08:05:00'],
  ['an rdate close to the rule', { rdates: ['2026-03-09T08:10:00'] }, 'regimen.rrules[0]', '2026-03-09T08:10:00'],
  [
    'rdates close together',
    { rrules: [], rdates: ['2027-01-01T08:00:00', '2027-01-01T08:01:00'] },
    'regimen.rdates',
    '08:01',
  ],
  ['30 February, daily', { rrules: ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'] }, 'regimen.rrules[0]', 'never fires'],
  ['30 February, yearly', { rrules: ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] }, 'regimen.rrules[0]', 'never fires'],
  [
    'an hour that its steps never meet',
    { rrules: ['FREQ=HOURLY;INTERVAL=24;BYHOUR=5'] },
    'regimen.rrules[0]',
    'never fires',
  ],
  ['minutes that never meet', { rrules: ['FREQ=MINUTELY;INTERVAL=1440;BYHOUR=5'] }, 'regimen.rrules[0]', 'never fires'],
  ['a sixth Monday', { rrules: ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6'] }, 'regimen.rrules[0]', 'never fires'],
  ['UNTIL before the start', { rrules: ['FREQ=DAILY;UNTIL=20260228T000000'] }, 'regimen.rrules[0]', 'no dose'],
  [
    'everything excluded',
    { rrules: ['FREQ=DAILY;COUNT=1'], exdates: ['2026-03-01T08:00:00'] },
    'regimen.rrules[0]',
    'no dose',
  ],
  [
    'a past UNTIL',
    { start: '2026-02-01T08:00:00', rrules: ['FREQ=DAILY;UNTIL=20260228T235959'] },
    'regimen.rrules[0]',
    'past',
  ],
  ['a past COUNT', { start: '2026-02-01T08:00:00', rrules: ['FREQ=DAILY;COUNT=3'] }, 'regimen.rrules[0]', 'past'],
  ['past rdates', { rrules: [], rdates: ['2026-01-01T08:00:00'] }, 'regimen.rdates', 'past'],
  ['BY… parts in elapsed time', { mode: 'elapsed', rrules: ['FREQ=HOURLY;BYHOUR=8'] }, 'regimen.rrules[0]', 'elapsed'],
  ['months in elapsed time', { mode: 'elapsed', rrules: ['FREQ=MONTHLY'] }, 'regimen.rrules[0]', 'elapsed'],
])('refused: %s', (_, part, field, detail) => {
  const errors = check(part);
  expect(errors[0]?.field).toBe(field);
  expect(errors[0]?.detail).toContain(detail);
});

test('an unknown zone and a bad start are reported together', () => {
  expect(check({ start: 'x' }, 'Peru/Lima').map((error) => error.field)).toEqual(['zone', 'regimen.start']);
});

test('how close doses may be is the caller’s: a day compressed into a minute has its doses seconds apart', () => {
  const rrules = [10, 13].map((second) => `FREQ=DAILY;COUNT=1;BYHOUR=8;BYMINUTE=0;BYSECOND=${second}`);
  const regimen: Regimen = { mode: 'wall', start: '2026-03-01T08:00:00', rrules, rdates: [], exdates: [] };
  expect(checkRegimen(regimen, 'America/Lima', NOW, 3)).toEqual([]);
  expect(checkRegimen(regimen, 'America/Lima', NOW, 4)[0]?.detail).toContain('4 seconds apart');
});

describe('bounded work', () => {
  const everyDay = 'BYDAY=MO,TU,WE,TH,FR,SA,SU';
  const everyHour = `BYHOUR=${Array.from({ length: 24 }, (_, i) => i).join(',')}`;
  test.each<[string, Partial<Regimen>]>([
    ['a daily rule that never fires', { rrules: ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'], start: '1900-01-01T00:00:00' }],
    ['a long COUNT', { rrules: ['FREQ=DAILY;COUNT=20000;BYMONTHDAY=31;BYMONTH=1'], start: '1900-01-01T00:00:00' }],
    [
      '20 rules of 96 doses a day',
      {
        rrules: Array(20).fill(`FREQ=YEARLY;${everyDay};${everyHour};BYMINUTE=0,15,30,45;COUNT=20000`),
        start: '1990-01-01T00:00:00',
      },
    ],
    ['20 fast old rules', { rrules: Array(20).fill('FREQ=MINUTELY;INTERVAL=15'), start: '1900-01-01T00:00:00' }],
    ['endless steps', { rrules: Array(20).fill('FREQ=HOURLY;INTERVAL=24;BYHOUR=5') }],
  ])('%s', (_, part) => {
    const began = performance.now();
    check(part);
    // About 0.3 s at worst on an idle machine; an unbounded walk takes minutes or never ends.
    expect(performance.now() - began).toBeLessThan(3000);
  });

  test('random texts are refused or expand, in bounded time', () => {
    const keys = [
      'FREQ',
      'INTERVAL',
      'COUNT',
      'UNTIL',
      'BYDAY',
      'BYHOUR',
      'BYMINUTE',
      'BYMONTHDAY',
      'BYSETPOS',
      'BYMONTH',
      'X',
    ];
    const values = [
      'DAILY',
      'HOURLY',
      'MINUTELY',
      'MONTHLY',
      'YEARLY',
      'WEEKLY',
      '1',
      '30',
      '31',
      '-1',
      '2',
      '0,15',
      'MO',
      '2TU',
      '20280101T000000Z',
      '',
      '=',
      '9999999',
    ];
    const pair = fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...values)).map((kv) => kv.join('='));
    const text = fc.oneof(
      fc.string(),
      fc.array(pair, { maxLength: 4 }).map((pairs) => ['FREQ=DAILY', ...pairs].join(';')),
      fc
        .tuple(
          fc.constantFrom('DAILY', 'HOURLY', 'MONTHLY', 'YEARLY', 'MINUTELY;INTERVAL=60'),
          fc.uniqueArray(pair, { maxLength: 3 }),
        )
        .map(([freq, pairs]) => [`FREQ=${freq}`, ...pairs.filter((p) => !p.startsWith('FREQ'))].join(';')),
    );
    let accepted = 0;
    fc.assert(
      fc.property(text, (rule) => {
        if (check({ rrules: [rule] }).length > 0) return;
        accepted += 1;
        const regimen: Regimen = {
          mode: 'wall',
          start: '2026-03-01T08:00:00',
          rrules: [rule],
          rdates: [],
          exdates: [],
        };
        expand(regimen, 'America/Lima', NOW, new Date(NOW.getTime() + 2 * 86_400_000));
      }),
      { numRuns: 600, seed: 7 },
    );
    expect(accepted).toBeGreaterThan(30);
  });
});
