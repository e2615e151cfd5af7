import { describe, expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { expand, hasMoreAfter } from './expand.ts';

function regimen(part: Partial<Regimen>): Regimen {
  return { mode: 'wall', start: '2026-03-01T08:00:00', rrules: [], rdates: [], exdates: [], ...part };
}

function instants(part: Partial<Regimen>, zone: string, from: string, to: string, limit?: number): string[] {
  return expand(regimen(part), zone, new Date(from), new Date(to), limit).map((o) => o.at.toISOString().slice(0, 16));
}

const NEW_YORK = 'America/New_York';

describe('wall-clock regimens', () => {
  test.each<[string, Partial<Regimen>, string, string, string, string[]]>([
    [
      'a daily dose keeps its wall clock across spring forward',
      { rrules: ['FREQ=DAILY'] },
      NEW_YORK,
      '2026-03-07',
      '2026-03-10',
      ['2026-03-07T13:00', '2026-03-08T12:00', '2026-03-09T12:00'],
    ],
    [
      'a time in the gap fires an hour later, never skipped',
      { rrules: ['FREQ=DAILY;BYHOUR=2;BYMINUTE=30'] },
      NEW_YORK,
      '2026-03-07',
      '2026-03-10',
      ['2026-03-07T07:30', '2026-03-08T07:30', '2026-03-09T06:30'],
    ],
    [
      'an ambiguous time fires once, at its first occurrence',
      { rrules: ['FREQ=DAILY;BYHOUR=1;BYMINUTE=30'] },
      NEW_YORK,
      '2026-10-31',
      '2026-11-03',
      ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'the start occurs only when a rule matches it',
      { start: '2026-03-01T10:15:00', rrules: ['FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0'] },
      'UTC',
      '2026-03-01',
      '2026-03-02T12:00:00Z',
      ['2026-03-01T20:00', '2026-03-02T08:00'],
    ],
    [
      'rules and rdates unite, each time once, and exdates leave',
      {
        rrules: ['FREQ=DAILY;COUNT=3', 'FREQ=DAILY;BYHOUR=8,20'],
        rdates: ['2026-03-01T08:00:00', '2026-03-01T13:00:00'],
        exdates: ['2026-03-02T08:00:00'],
      },
      'UTC',
      '2026-03-01',
      '2026-03-03',
      ['2026-03-01T08:00', '2026-03-01T13:00', '2026-03-01T20:00', '2026-03-02T20:00'],
    ],
    [
      'only rdates: the start is no dose',
      { rdates: ['2026-03-05T09:00:00', '2026-03-04T09:00:00'] },
      'America/Lima',
      '2026-03-01',
      '2026-04-01',
      ['2026-03-04T14:00', '2026-03-05T14:00'],
    ],
    [
      'COUNT counts before exdates',
      { rrules: ['FREQ=DAILY;COUNT=3'], exdates: ['2026-03-02T08:00:00'] },
      'UTC',
      '2026-03-01',
      '2026-04-01',
      ['2026-03-01T08:00', '2026-03-03T08:00'],
    ],
    [
      'UNTIL in UTC is an inclusive instant',
      { rrules: ['FREQ=DAILY;UNTIL=20260303T130000Z'] },
      'America/Lima',
      '2026-03-01',
      '2026-04-01',
      ['2026-03-01T13:00', '2026-03-02T13:00', '2026-03-03T13:00'],
    ],
    [
      'a floating UNTIL is the wall clock',
      { rrules: ['FREQ=DAILY;UNTIL=20260303T080000'] },
      'America/Lima',
      '2026-03-01',
      '2026-04-01',
      ['2026-03-01T13:00', '2026-03-02T13:00', '2026-03-03T13:00'],
    ],
    [
      'the window is half-open: from is in, to is out',
      { rrules: ['FREQ=DAILY'] },
      'UTC',
      '2026-03-02T08:00:00Z',
      '2026-03-04T08:00:00Z',
      ['2026-03-02T08:00', '2026-03-03T08:00'],
    ],
    [
      'BYSETPOS chooses the last working day, and nothing when the set is too small',
      { rrules: ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5'] },
      'UTC',
      '2026-03-01',
      '2026-08-01',
      ['2026-03-30T08:00', '2026-06-29T08:00'],
    ],
    [
      'every second week counts weeks from WKST',
      { start: '1997-08-05T09:00:00', rrules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'] },
      'UTC',
      '1997-08-01',
      '1997-10-01',
      ['1997-08-05T09:00', '1997-08-17T09:00', '1997-08-19T09:00', '1997-08-31T09:00'],
    ],
    [
      'hourly with an hour list is arithmetic on the wall clock',
      { start: '2026-03-01T08:10:00', rrules: ['FREQ=HOURLY;INTERVAL=6;BYHOUR=2,14;COUNT=3'] },
      'UTC',
      '2026-03-01',
      '2026-04-01',
      ['2026-03-01T14:10', '2026-03-02T02:10', '2026-03-02T14:10'],
    ],
  ])('%s', (_, part, zone, from, to, expected) => {
    expect(instants(part, zone, from, to)).toEqual(expected);
  });

  test('a dose in a gap keeps its written time and slot', () => {
    const [dose] = expand(
      regimen({ rrules: ['FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0'] }),
      NEW_YORK,
      new Date('2026-03-08T05:00:00Z'),
      new Date('2026-03-09T05:00:00Z'),
    );
    expect(dose).toEqual({
      at: new Date('2026-03-08T07:30:00Z'),
      localDate: '2026-03-08',
      localTime: '02:30:00',
      slot: 9000,
    });
  });

  test('a limit keeps the first by instant, even where a gap swaps two', () => {
    const part = { rrules: ['FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45'] };
    const all = instants(part, NEW_YORK, '2026-03-08T05:00:00Z', '2026-03-20');
    for (const limit of [1, 2, 3, 4, 5]) {
      expect(instants(part, NEW_YORK, '2026-03-08T05:00:00Z', '2026-03-20', limit)).toEqual(all.slice(0, limit));
    }
  });

  test('a regimen ten years old gives the same doses as one that began yesterday', () => {
    const rrules = ['FREQ=DAILY;BYHOUR=8,20', 'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;BYHOUR=13', 'FREQ=HOURLY;INTERVAL=6'];
    const young = instants({ start: '2026-03-01T00:00:00', rrules }, 'Europe/Madrid', '2026-03-27', '2026-03-31');
    const old = instants({ start: '2016-03-01T00:00:00', rrules }, 'Europe/Madrid', '2026-03-27', '2026-03-31');
    expect(old).toEqual(young);
    expect(old).toHaveLength(25);
  });
});

describe('the end of a short month', () => {
  const year = (part: Partial<Regimen>, from = '2027-01-01', to = '2027-07-01') =>
    instants(part, 'UTC', from, to).map((at) => at.slice(0, 10));

  test.each<[string, Partial<Regimen>, string[]]>([
    ['is skipped unless asked', { rrules: ['FREQ=MONTHLY;BYMONTHDAY=31'] }, ['2027-01-31', '2027-03-31', '2027-05-31']],
    [
      'is the last day when asked',
      { rrules: ['FREQ=MONTHLY;BYMONTHDAY=31'], monthEnd: 'last_day' },
      ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31', '2027-06-30'],
    ],
    [
      'counts for the day of the start too, every second month, and COUNT counts it',
      { start: '2026-08-31T08:00:00', rrules: ['FREQ=MONTHLY;INTERVAL=2;COUNT=6'], monthEnd: 'last_day' },
      ['2027-02-28', '2027-04-30', '2027-06-30'],
    ],
    [
      'fires once for two days that both fall on it',
      { rrules: ['FREQ=MONTHLY;BYMONTH=2,3,4;BYMONTHDAY=15,30,31'], monthEnd: 'last_day' },
      ['2027-02-15', '2027-02-28', '2027-03-15', '2027-03-30', '2027-03-31', '2027-04-15', '2027-04-30'],
    ],
    [
      'moves no day counted from the end, and no weekday onto it',
      { rrules: ['FREQ=MONTHLY;BYMONTH=1,2;BYMONTHDAY=-31,31;BYDAY=SU'], monthEnd: 'last_day' },
      ['2027-01-31', '2027-02-28'],
    ],
  ])('%s', (_, part, expected) => {
    expect(year(part)).toEqual(expected);
  });

  test('is 28 February for who began on the 29th, but in a leap year', () => {
    const part: Partial<Regimen> = { start: '2024-02-29T08:00:00', rrules: ['FREQ=YEARLY'], monthEnd: 'last_day' };
    expect(year(part, '2024-01-01', '2029-01-01')).toEqual([
      '2024-02-29',
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
    ]);
  });
});

test.each([
  ['FREQ=DAILY;COUNT=3000;BYHOUR=8,20', '2020-04-09T01:00'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=200', '2019-12-30T13:00'],
  ['FREQ=MONTHLY;BYMONTHDAY=31;COUNT=70', '2026-01-31T13:00'],
  ['FREQ=HOURLY;INTERVAL=7;COUNT=12000', '2025-09-30T06:00'],
])('the last of %s is at %s, counted from 2016', (rule, last) => {
  const part = { start: '2016-03-01T08:00:00', rrules: [rule] };
  expect(instants(part, 'America/Lima', `${last}:00Z`, '2060-01-01')).toEqual([last]);
});

describe('elapsed regimens', () => {
  test('every 8 hours stays 8 hours through a change of clocks', () => {
    const part: Partial<Regimen> = {
      mode: 'elapsed',
      start: '2026-10-31T23:00:00',
      rrules: ['FREQ=HOURLY;INTERVAL=8'],
    };
    expect(instants(part, NEW_YORK, '2026-11-01', '2026-11-02T12:00:00Z')).toEqual([
      '2026-11-01T03:00',
      '2026-11-01T11:00',
      '2026-11-01T19:00',
      '2026-11-02T03:00',
      '2026-11-02T11:00',
    ]);
  });

  test('both turns of a repeated hour have their own slot', () => {
    const doses = expand(
      regimen({ mode: 'elapsed', start: '2026-11-01T00:30:00', rrules: ['FREQ=HOURLY;COUNT=4'] }),
      NEW_YORK,
      new Date('2026-11-01T00:00:00Z'),
      new Date('2026-11-03T00:00:00Z'),
    );
    expect(doses.map((dose) => [dose.localTime, dose.slot])).toEqual([
      ['00:30:00', 1800],
      ['01:30:00', 5400],
      ['01:30:00', 5400 + 86_400],
      ['02:30:00', 9000],
    ]);
  });

  test('UNTIL, rdates and exdates are read on the time line', () => {
    const part: Partial<Regimen> = {
      mode: 'elapsed',
      rrules: ['FREQ=HOURLY;INTERVAL=36;UNTIL=20260304T080000'],
      rdates: ['2026-03-02T09:00:00'],
      exdates: ['2026-03-01T08:00:00'],
    };
    expect(instants(part, 'America/Lima', '2026-03-01', '2026-04-01')).toEqual([
      '2026-03-02T14:00',
      '2026-03-03T01:00',
      '2026-03-04T13:00',
    ]);
  });
});

test.each<[string, Partial<Regimen>, string, boolean]>([
  ['an open rule never ends', { rrules: ['FREQ=YEARLY'] }, '2090-01-01', true],
  ['before the last of a COUNT', { rrules: ['FREQ=DAILY;COUNT=3'] }, '2026-03-03T08:00:00Z', true],
  ['after the last of a COUNT', { rrules: ['FREQ=DAILY;COUNT=3'] }, '2026-03-03T08:00:01Z', false],
  ['after UNTIL', { rrules: ['FREQ=DAILY;UNTIL=20260310T000000Z'] }, '2026-03-10', false],
  ['an rdate still ahead', { rrules: ['FREQ=DAILY;COUNT=1'], rdates: ['2027-01-01T08:00:00'] }, '2026-06-01', true],
  ['only exdates ahead', { rdates: ['2027-01-01T08:00:00'], exdates: ['2027-01-01T08:00:00'] }, '2026-06-01', false],
])('hasMoreAfter: %s', (_, part, at, expected) => {
  expect(hasMoreAfter(regimen(part), 'UTC', new Date(at))).toBe(expected);
});

test('an unreadable regimen is an error, not an empty answer', () => {
  const window = [new Date('2026-01-01'), new Date('2027-01-01')] as const;
  expect(() => expand(regimen({ rrules: ['FREQ=NEVER'] }), 'UTC', ...window)).toThrow('FREQ');
  expect(() => expand(regimen({ start: 'today' }), 'UTC', ...window)).toThrow('YYYY-MM-DD');
});
