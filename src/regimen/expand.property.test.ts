import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { expand, type Occurrence } from './expand.ts';
import { toInstant } from './local-time.ts';

const HOUR = 3_600_000;
const ZONES = [
  'America/Lima',
  'America/Santiago',
  'America/New_York',
  'America/St_Johns',
  'Europe/Madrid',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
];

const list = (min: number, max: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength }).map((values) => values.join(','));
const days = fc.subarray(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], { minLength: 1 }).map((d) => d.join(','));
const monthDay = fc.constantFrom('1', '15', '28,29,30,31;BYSETPOS=-1', '-1', '31');
const bound = fc.option(fc.constantFrom('COUNT=5', 'COUNT=40', 'UNTIL=20261101T053000Z', 'UNTIL=20261025T023000'));

const frame = fc.oneof(
  fc.record({ FREQ: fc.constant('DAILY'), INTERVAL: fc.integer({ min: 1, max: 5 }), BYHOUR: list(0, 23, 4) }),
  fc.record({
    FREQ: fc.constant('WEEKLY'),
    INTERVAL: fc.integer({ min: 1, max: 3 }),
    BYDAY: days,
    WKST: fc.constant('SU'),
  }),
  fc.record({ FREQ: fc.constant('MONTHLY'), BYMONTHDAY: monthDay }),
  fc.record({ FREQ: fc.constant('MONTHLY'), BYDAY: fc.constantFrom('1MO', '-1FR', '2TU,TH'), BYHOUR: list(0, 3, 2) }),
  fc.record({ FREQ: fc.constant('YEARLY'), BYMONTH: list(1, 12, 6), BYDAY: days }),
  fc.record({ FREQ: fc.constant('HOURLY'), INTERVAL: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ FREQ: fc.constant('MINUTELY'), INTERVAL: fc.integer({ min: 15, max: 500 }) }),
);
const rule = fc
  .tuple(frame, bound)
  .map(([parts, end]) => [...Object.entries(parts).map(([k, v]) => `${k}=${v}`), ...(end ? [end] : [])].join(';'));
const elapsedRule = fc
  .tuple(fc.constantFrom('HOURLY', 'DAILY'), fc.integer({ min: 1, max: 40 }), bound)
  .map(([freq, interval, end]) => `FREQ=${freq};INTERVAL=${interval}${end ? `;${end}` : ''}`);

/** Wall-clock times of autumn 2026, when most of the zones change their clocks, on quarters of an hour. */
const local = fc
  .integer({ min: 0, max: 4 * 24 * 75 })
  .map((quarters) => new Date(Date.UTC(2026, 8, 1) + quarters * 900_000).toISOString().slice(0, 19));
const dates = fc.array(local, { maxLength: 4 });

const regimen: fc.Arbitrary<Regimen> = fc.oneof(
  fc.record({
    mode: fc.constant('wall' as const),
    start: local,
    rrules: fc.array(rule, { maxLength: 3 }),
    rdates: dates,
    exdates: dates,
  }),
  fc.record({
    mode: fc.constant('elapsed' as const),
    start: local,
    rrules: fc.array(elapsedRule, { maxLength: 2 }),
    rdates: dates,
    exdates: dates,
  }),
);

const instant = fc.integer({ min: 0, max: 24 * 90 }).map((hours) => Date.UTC(2026, 8, 1) + hours * HOUR);
const scene = fc.record({
  regimen,
  zone: fc.constantFrom(...ZONES),
  cuts: fc.tuple(instant, instant, instant).map((cuts) => cuts.sort((a, b) => a - b) as [number, number, number]),
  limit: fc.integer({ min: 0, max: 30 }),
});

const RUNS = { numRuns: 1500, seed: 20261122 };
const name = (dose: Occurrence) => `${dose.localDate}/${dose.slot}`;

describe('expansion, over random regimens, zones and windows', () => {
  test('is ascending, inside its window, and each dose has its own local date and slot', () => {
    let doses = 0;
    fc.assert(
      fc.property(scene, ({ regimen, zone, cuts: [from, , to] }) => {
        const found = expand(regimen, zone, new Date(from), new Date(to));
        doses += found.length;
        const times = found.map((dose) => dose.at.getTime());
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.every((at) => at >= from && at < to)).toBe(true);
        expect(new Set(found.map(name)).size).toBe(found.length);
      }),
      RUNS,
    );
    expect(doses).toBeGreaterThan(10_000);
  });

  test('a window is the sum of its parts, and a limit is its beginning', () => {
    fc.assert(
      fc.property(scene, ({ regimen, zone, cuts: [a, b, c], limit }) => {
        const [start, middle, end] = [new Date(a), new Date(b), new Date(c)];
        const whole = expand(regimen, zone, start, end);
        expect([...expand(regimen, zone, start, middle), ...expand(regimen, zone, middle, end)]).toEqual(whole);
        expect(expand(regimen, zone, start, end, limit)).toEqual(whole.slice(0, limit));
      }),
      RUNS,
    );
  });

  test('on the wall clock a dose is due when its zone first shows the written time', () => {
    fc.assert(
      fc.property(scene, ({ regimen, zone, cuts: [from, , to] }) => {
        for (const dose of expand({ ...regimen, mode: 'wall' }, zone, new Date(from), new Date(to))) {
          expect(dose.at.getTime()).toBe(toInstant(Date.parse(`${dose.localDate}T${dose.localTime}Z`), zone));
          expect(dose.slot).toBe(Date.parse(`1970-01-01T${dose.localTime}Z`) / 1000);
        }
      }),
      { ...RUNS, numRuns: 400 },
    );
  });
});
