import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { afterAll, describe, expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { arithmeticWalker } from './arithmetic.ts';
import { expand } from './expand.ts';
import { DAY, dateOf, HOUR, type LocalMs, MINUTE, parseLocal, secondOfDay, timeOf } from './local-time.ts';
import { parseRule, type Rule, type Walker } from './rule.ts';
import { generalWalker } from './walk.ts';

const SEED = 20261122;
const counted: Record<string, number> = {};
const count = (what: string) => {
  counted[what] = (counted[what] ?? 0) + 1;
};
afterAll(() => console.log('arithmetic against the general way', counted));

const list = (min: number, max: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength }).map((values) => values.join());
const signed = (max: number, maxLength: number) =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max }), fc.constantFrom(1, -1)), {
      minLength: 1,
      maxLength,
      selector: ([n, sign]) => n * sign,
    })
    .map((values) => values.map(([n, sign]) => n * sign).join());
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const days = fc.subarray(DAYS, { minLength: 1 }).map((chosen) => chosen.join());
const numberedDays = fc
  .array(fc.tuple(fc.constantFrom('', '1', '2', '3', '4', '5', '-1', '-2', '-5'), fc.constantFrom(...DAYS)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((chosen) => chosen.map(([nth, day]) => nth + day).join());
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
/** Mostly small, at times as large as rules have it. */
const interval = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 3, arbitrary: fc.integer({ min: 5, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 31, max: 1500 }) },
);
const times = {
  BYHOUR: sometimes(list(0, 23, 4)),
  BYMINUTE: sometimes(list(0, 59, 2)),
  BYSECOND: sometimes(list(0, 59, 1)),
};
const always = (value: string) => fc.constant(value);
const end = {
  COUNT: sometimes(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 1500 }))),
  INTERVAL: sometimes(interval),
  WKST: sometimes(fc.constantFrom('SU', 'MO', 'WE', 'SA')),
};
const frames = [
  { FREQ: always('DAILY'), BYDAY: sometimes(days), BYSETPOS: sometimes(signed(3, 2)), ...times },
  {
    FREQ: always('DAILY'),
    BYMONTH: sometimes(list(1, 12, 4)),
    BYMONTHDAY: sometimes(signed(31, 3)),
    BYDAY: sometimes(days),
  },
  { FREQ: always('WEEKLY'), BYDAY: sometimes(days), BYMONTH: sometimes(list(1, 12, 4)), ...times },
  { FREQ: always('MONTHLY'), BYMONTHDAY: sometimes(signed(31, 3)), BYMONTH: sometimes(list(1, 12, 3)), ...times },
  {
    FREQ: always('MONTHLY'),
    BYDAY: numberedDays,
    BYMONTHDAY: sometimes(signed(31, 6)),
    BYMONTH: sometimes(list(1, 12, 3)),
  },
  { FREQ: always('MONTHLY'), BYDAY: days, BYSETPOS: sometimes(signed(6, 2)), BYHOUR: sometimes(list(0, 23, 1)) },
  { FREQ: always('YEARLY'), BYMONTH: sometimes(list(1, 12, 3)), BYMONTHDAY: sometimes(signed(31, 3)), ...times },
  {
    FREQ: always('YEARLY'),
    BYMONTH: sometimes(list(1, 12, 3)),
    BYDAY: sometimes(days),
    BYMONTHDAY: sometimes(signed(31, 8)),
  },
  { FREQ: always('YEARLY'), BYMONTH: list(1, 12, 3), BYDAY: numberedDays },
  {
    FREQ: always('HOURLY'),
    BYHOUR: sometimes(list(0, 23, 8)),
    BYDAY: sometimes(days),
    BYMINUTE: sometimes(list(0, 59, 2)),
  },
  { FREQ: always('HOURLY'), BYSECOND: sometimes(list(0, 59, 1)), BYMINUTE: sometimes(list(0, 59, 3)) },
  {
    FREQ: always('MINUTELY'),
    BYHOUR: sometimes(list(0, 23, 8)),
    BYDAY: sometimes(days),
    BYMINUTE: sometimes(list(0, 59, 6)),
  },
];
const rule: fc.Arbitrary<string> = fc
  .constantFrom(...frames)
  .chain((frame) => fc.record({ ...frame, ...end } as Record<string, fc.Arbitrary<string | number | undefined>>))
  .map((parts) =>
    Object.entries(parts)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${value}`)
      .join(';'),
  )
  .filter((text) => typeof parseRule(text) !== 'string');

/** One whose doses are 15 minutes apart or more. */
const doseRule = rule.filter((text) => !text.includes('MINUTELY') || (parseRule(text) as Rule).interval >= 15);

const monthEnd = fc.constantFrom('skip' as const, 'last_day' as const);
/** Within 60 years around 2000, on the hour more often than not, at month ends more often than chance. */
const start = fc
  .tuple(fc.integer({ min: -30 * 365, max: 30 * 365 }), fc.integer({ min: 0, max: 86_399 }), fc.boolean(), fc.boolean())
  .map(([day, second, onTheHour, atEnd]) => {
    const date = new Date(Date.UTC(2000, 0, 1 + day));
    const last = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
    return (atEnd ? last : date.getTime()) + (onTheHour ? second - (second % 3600) : second) * 1000;
  });
/** From before the start to 8 years after it, some minutes to two years long. */
const window = fc
  .tuple(
    fc.integer({ min: -3 * 24, max: 8 * 366 * 24 }),
    fc.integer({ min: 1, max: 730 * 24 * 60 }),
    fc.constantFrom(1, 30, 400),
  )
  .map(([hours, minutes, part]) => ({ after: hours * HOUR, length: Math.ceil(minutes / part) * MINUTE }));

function read(text: string, ends: 'skip' | 'last_day'): Rule {
  const rule = parseRule(text) as Rule;
  return ends === 'last_day' ? { ...rule, monthEnd: ends } : rule;
}

/** Up to `most`: a rule of every quarter of an hour is not compared for years. */
function occurrences(walk: Walker, start: LocalMs, from: LocalMs, to: LocalMs, most = Infinity): LocalMs[] {
  const found: LocalMs[] = [];
  walk(start, from, to, (local) => found.push(local) < most);
  return found;
}

describe('the arithmetic way and the general way', () => {
  test('find the same occurrences of a rule', () => {
    fc.assert(
      fc.property(rule, monthEnd, start, window, (text, ends, from, { after, length }) => {
        const rule = read(text, ends);
        const walk = arithmeticWalker(rule);
        count(walk ? `rules: arithmetic${rule.count ? ', COUNT' : ''}` : 'rules: general only');
        if (!walk) return;
        const [first, last] = [from + after, from + after + length];
        const expected = occurrences(generalWalker(rule), from, first, last, 500);
        if (expected.length > 0) count('rules: arithmetic, with occurrences in the window');
        expect(occurrences(walk, from, first, last, 500).map(name)).toEqual(expected.map(name));
      }),
      { numRuns: 4000, seed: SEED },
    );
    expect(counted['rules: arithmetic, with occurrences in the window']).toBeGreaterThan(1000);
    expect(counted['rules: arithmetic, COUNT']).toBeGreaterThan(1000);
  }, 120_000);

  test('give the same doses of a regimen in any zone', () => {
    const regimen = fc.record({
      mode: fc.constant('wall' as const),
      start: start.map((local) => new Date(local).toISOString().slice(0, 19)),
      rrules: fc.array(
        fc.tuple(doseRule, bound).map(([text, until]) => (text.includes('COUNT') ? text : text + until)),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      rdates: fc.constant<string[]>([]),
      exdates: fc.constant<string[]>([]),
      monthEnd,
    });
    fc.assert(
      fc.property(regimen, fc.constantFrom(...ZONES), window, (given, zone, { after, length }) => {
        const from = (parseLocal(given.start) as LocalMs) + after;
        const to = from + Math.min(length, 40 * DAY);
        const expected = generalDoses(given, zone, from, to);
        count('regimens in zones');
        if (expected.length > 0) count('regimens in zones, with doses');
        const doses = expand(given, zone, new Date(from), new Date(to));
        expect(doses.map((dose) => [dose.at.toISOString(), dose.localDate, dose.localTime, dose.slot])).toEqual(
          expected,
        );
      }),
      { numRuns: 2000, seed: SEED },
    );
    expect(counted['regimens in zones, with doses']).toBeGreaterThan(500);
  }, 120_000);
});

const bound = fc.constantFrom('', '', ';UNTIL=20001029T053000Z', ';UNTIL=20101025T023000', ';UNTIL=19950326T013000Z');
const ZONES = Intl.supportedValuesOf('timeZone');

function name(local: LocalMs): string {
  return new Date(local).toISOString().slice(0, 19);
}

/** What RFC 5545 says, the long way: every rule by the general walker, every zone question by Intl. */
function generalDoses(regimen: Regimen, zone: string, from: number, to: number): unknown[][] {
  const offsetAt = (instant: number) => Math.round(IANAZone.create(zone).offset(instant) * 60) * 1000;
  const toInstant = (local: LocalMs) => {
    const [before, after] = [offsetAt(local - DAY), offsetAt(local + DAY)];
    return offsetAt(local - before) === before || offsetAt(local - after) !== after ? local - before : local - after;
  };
  const doses = new Map<LocalMs, number>();
  for (const text of regimen.rrules) {
    const rule = read(text, regimen.monthEnd ?? 'skip');
    const walk = generalWalker(rule);
    for (const local of occurrences(walk, parseLocal(regimen.start) as LocalMs, from - 2 * DAY, to + 2 * DAY)) {
      const at = toInstant(local);
      const over = rule.until && (rule.until.utc ? at : local) > rule.until.ms;
      if (at >= from && at < to && !over) doses.set(local, at);
    }
  }
  return [...doses]
    .sort(([a, atA], [b, atB]) => atA - atB || a - b)
    .map(([local, at]) => [new Date(at).toISOString(), dateOf(local), timeOf(local), secondOfDay(local)]);
}
