import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { expect, test } from 'vitest';
import { toInstant } from './local-time.ts';
import { zoneNamed } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const year = fc.integer({ min: 1900, max: 2150 });
const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));

test('a year of any zone, every six hours, is what Intl says, whatever was asked before', () => {
  let asked = 0;
  fc.assert(
    fc.property(zone, year, fc.boolean(), (name, year, backwards) => {
      const hours = Array.from({ length: 366 * 4 }, (_, i) => Date.UTC(year, 0, 1) + i * 6 * HOUR);
      for (const instant of backwards ? hours.reverse() : hours) {
        asked += 1;
        const got = zoneNamed(name).offsetAt(instant);
        if (got !== Math.round(IANAZone.create(name).offset(instant) * 60) * 1000)
          expect([name, new Date(instant)]).toBeNull();
      }
    }),
    { numRuns: 300, seed: 20261122 },
  );
  console.log(`zones against Intl: ${asked} instants`);
});

test('an instant read as wall clock and back is the same, or the first of the two that the clock shows alike', () => {
  fc.assert(
    fc.property(zone, year, fc.integer({ min: 0, max: 366 * 24 * 4 }), (name, year, quarters) => {
      const instant = Date.UTC(year, 0, 1) + quarters * 15 * MINUTE;
      const local = instant + zoneNamed(name).offsetAt(instant);
      const back = toInstant(local, name);
      expect(back + zoneNamed(name).offsetAt(back)).toBe(local);
      expect(back).toBeLessThanOrEqual(instant);
      expect(instant - back).toBeLessThanOrEqual(DAY);
    }),
    { numRuns: 2000, seed: 20261122 },
  );
});

test('a name that is no zone is an error', () => {
  expect(() => zoneNamed('America/Cusco').offsetAt(0)).toThrow('IANA');
});
