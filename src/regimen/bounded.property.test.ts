import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { parseRule } from './rule.ts';
import { checkRegimen } from './validate.ts';

const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const list = (min: number, max: number) =>
  sometimes(fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((values) => values.join()));

/** Every part that RFC 5545 has, at the edges of what may be written, in any combination that it allows. */
const rule = fc
  .record({
    FREQ: fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'),
    INTERVAL: sometimes(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 10_000 }))),
    COUNT: sometimes(fc.integer({ min: 1, max: 20_000 })),
    BYMONTH: list(1, 12),
    BYMONTHDAY: list(-31, 31),
    BYYEARDAY: list(-366, 366),
    BYWEEKNO: list(-53, 53),
    BYDAY: sometimes(fc.constantFrom('MO', '1MO', '-1FR', '53SU', '5TU,WE')),
    BYHOUR: list(0, 23),
    BYMINUTE: list(0, 59),
    BYSETPOS: list(-366, 366),
  })
  .map((parts) =>
    Object.entries(parts)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${value}`)
      .join(';'),
  )
  .filter((text) => typeof parseRule(text) !== 'string');

test('any rule is accepted or refused in bounded time, however old its start', () => {
  const seen = { accepted: 0, refused: 0, slowestMs: 0, slowest: '' };
  fc.assert(
    fc.property(rule, fc.constantFrom('skip' as const, 'last_day' as const), (text, monthEnd) => {
      const regimen: Regimen = {
        mode: 'wall',
        start: '1900-01-31T08:00:00',
        rrules: [text],
        rdates: [],
        exdates: [],
        monthEnd,
      };
      const began = performance.now();
      const errors = checkRegimen(regimen, 'America/New_York', new Date('2026-11-22T12:00:00Z'));
      const took = performance.now() - began;
      seen[errors.length > 0 ? 'refused' : 'accepted'] += 1;
      if (took > seen.slowestMs) Object.assign(seen, { slowestMs: Math.round(took), slowest: text });
      // A tenth of a second at worst on an idle machine; an unbounded walk takes minutes or never ends.
      expect(took, text).toBeLessThan(3000);
    }),
    { numRuns: 1500, seed: 20261122 },
  );
  console.log('rules against the clock', seen);
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(200);
}, 60_000);
