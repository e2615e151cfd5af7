import { describe, expect, test } from 'vitest';
import { expand } from '../regimen/expand.ts';
import { day, run, timed } from './fhir.samples.ts';

/** The first doses of the only prescription, wall clock in Lima, without seconds. */
function doses(resource: object, limit = 4): string[] {
  const { prescriptions, refusals } = run(resource);
  expect(refusals).toEqual([]);
  expect(prescriptions).toHaveLength(1);
  const regimen = prescriptions[0]?.regimen;
  if (!regimen) return [];
  const found = expand(regimen, 'America/Lima', new Date('2026-03-01T00:00:00Z'), new Date('2030-01-01'), limit);
  return found.map((dose) => `${dose.localDate.slice(5)} ${dose.localTime.slice(0, 5)}`);
}

describe('timings', () => {
  test.each<[string, object, string[]]>([
    ['once a day', { repeat: day }, ['03-02 08:00', '03-03 08:00', '03-04 08:00', '03-05 08:00']],
    ['twice a day', { repeat: { ...day, frequency: 2 } }, ['03-02 08:00', '03-02 20:00', '03-03 08:00', '03-03 20:00']],
    [
      'a code alone',
      { code: { coding: [{ code: 'TID' }] } },
      ['03-02 08:00', '03-02 14:00', '03-02 20:00', '03-03 08:00'],
    ],
    [
      'a code with bounds',
      { code: { coding: [{ code: 'PM' }] }, repeat: { boundsPeriod: { start: '2026-03-05', end: '2026-03-06' } } },
      ['03-05 20:00', '03-06 20:00'],
    ],
    [
      'named times, of different minutes',
      { repeat: { timeOfDay: ['21:30:00', '07:00:00'] } },
      ['03-02 07:00', '03-02 21:30', '03-03 07:00', '03-03 21:30'],
    ],
    [
      'every second day at a time',
      { repeat: { ...day, period: 2, timeOfDay: ['09:00:00'] } },
      ['03-02 09:00', '03-04 09:00', '03-06 09:00', '03-08 09:00'],
    ],
    [
      'weekdays',
      { repeat: { ...day, dayOfWeek: ['mon', 'fri'] } },
      ['03-02 08:00', '03-06 08:00', '03-09 08:00', '03-13 08:00'],
    ],
    [
      'two days of every second week',
      { repeat: { frequency: 2, period: 2, periodUnit: 'wk', dayOfWeek: ['tue', 'thu'] } },
      ['03-03 08:00', '03-05 08:00', '03-17 08:00', '03-19 08:00'],
    ],
    [
      'weekly, on the day of the start',
      { repeat: { ...day, periodUnit: 'wk' } },
      ['03-02 08:00', '03-09 08:00', '03-16 08:00', '03-23 08:00'],
    ],
    [
      'monthly on the 31st, never skipping a month',
      { repeat: { ...day, periodUnit: 'mo', boundsPeriod: { start: '2026-03-31' } } },
      ['03-31 08:00', '04-30 08:00', '05-31 08:00', '06-30 08:00'],
    ],
    [
      'every 6 hours of the wall clock from the start’s time',
      { repeat: { ...day, period: 6, periodUnit: 'h', boundsPeriod: { start: '2026-03-02T09:15:00-05:00' } } },
      ['03-02 09:15', '03-02 15:15', '03-02 21:15', '03-03 03:15'],
    ],
    [
      'every 36 hours, elapsed',
      { repeat: { ...day, period: 36, periodUnit: 'h' } },
      ['03-02 08:00', '03-03 20:00', '03-05 08:00', '03-06 20:00'],
    ],
    [
      'from a moment: what is before it on that day is left out',
      { repeat: { ...day, frequency: 2, boundsPeriod: { start: '2026-03-02T10:00:00-05:00' } } },
      ['03-02 20:00', '03-03 08:00', '03-03 20:00', '03-04 08:00'],
    ],
    [
      'a date-only end includes its day',
      { repeat: { ...day, frequency: 2, boundsPeriod: { start: '2026-03-02', end: '2026-03-02' } } },
      ['03-02 08:00', '03-02 20:00'],
    ],
    [
      'an end with a time is an inclusive instant',
      { repeat: { ...day, boundsPeriod: { start: '2026-03-02', end: '2026-03-03T13:00:00Z' } } },
      ['03-02 08:00', '03-03 08:00'],
    ],
    ['a count', { repeat: { ...day, frequency: 2, count: 3 } }, ['03-02 08:00', '03-02 20:00', '03-03 08:00']],
    [
      'a count over times of different minutes',
      { repeat: { timeOfDay: ['08:00:00', '20:30:00'], count: 3 } },
      ['03-02 08:00', '03-02 20:30', '03-03 08:00'],
    ],
    [
      'a count that the bounds cut short',
      { repeat: { ...day, count: 9, boundsPeriod: { start: '2026-03-02', end: '2026-03-03' } } },
      ['03-02 08:00', '03-03 08:00'],
    ],
    ['a single dose', { repeat: { count: 1 } }, ['03-02 08:00']],
    ['events', { event: ['2026-03-04T15:00:00Z', '2026-03-03'] }, ['03-03 08:00', '03-04 10:00']],
  ])('%s', (_, timing, expected) => {
    expect(doses(timed(timing))).toEqual(expected);
  });

  test('every 12 hours for 5 days is 10 doses', () => {
    const repeat = { ...day, period: 12, periodUnit: 'h', boundsDuration: { value: 5, code: 'd' } };
    expect(doses(timed({ repeat }), 100)).toHaveLength(10);
  });

  test.each<[string, object, string]>([
    ['a range of frequencies', { repeat: { ...day, frequencyMax: 2 } }, 'repeat.frequencyMax'],
    ['a range of periods', { repeat: { ...day, periodMax: 2 } }, 'repeat.periodMax'],
    ['a range of lengths', { repeat: { ...day, boundsRange: {} } }, 'repeat.boundsRange'],
    ['meals', { repeat: { ...day, when: ['ACM'], offset: 10 } }, 'repeat.when'],
    ['the length of an infusion', { repeat: { ...day, duration: 2, durationUnit: 'h' } }, 'repeat.duration'],
    ['something R4 does not have', { repeat: { ...day, often: true } }, 'repeat.often'],
    ['text for a number', { repeat: { ...day, frequency: '2' } }, 'repeat.frequency'],
    ['half days', { repeat: { ...day, period: 0.5 } }, 'repeat.period'],
    ['minutes', { repeat: { ...day, period: 15, periodUnit: 'min' } }, 'repeat.periodUnit'],
    ['a period without a unit', { repeat: { frequency: 1, period: 1 } }, 'repeat.periodUnit'],
    ['a frequency alone', { repeat: { frequency: 2 } }, 'repeat'],
    ['9 a day', { repeat: { ...day, frequency: 9 } }, 'repeat.frequency'],
    ['3 a week, on unknown days', { repeat: { frequency: 3, period: 1, periodUnit: 'wk' } }, 'repeat.frequency'],
    [
      '4 a week on 2 days',
      { repeat: { frequency: 4, period: 1, periodUnit: 'wk', dayOfWeek: ['mon', 'tue'] } },
      'repeat.frequency',
    ],
    ['2 over 3 days', { repeat: { frequency: 2, period: 3, periodUnit: 'd' } }, 'repeat.frequency'],
    [
      '2 times but 3 doses',
      { repeat: { ...day, frequency: 3, timeOfDay: ['08:00:00', '20:00:00'] } },
      'repeat.frequency',
    ],
    ['a time that does not exist', { repeat: { ...day, timeOfDay: ['25:00:00'] } }, 'repeat.timeOfDay'],
    [
      'every 6 h at 08:00',
      { repeat: { ...day, period: 6, periodUnit: 'h', timeOfDay: ['08:00:00'] } },
      'repeat.timeOfDay',
    ],
    [
      'BID that says every 12 h',
      { code: { coding: [{ code: 'BID' }] }, repeat: { ...day, period: 12, periodUnit: 'h' } },
      'code',
    ],
    ['an unknown code', { code: { coding: [{ code: 'constructor' }] } }, 'code'],
    ['a code of another system alone', { code: { coding: [{ system: 'urn:x', code: 'BID' }] } }, 'code'],
    ['a code in words alone', { code: { text: 'when it hurts' } }, ''],
    ['event and repeat', { event: ['2026-03-04'], repeat: day }, 'repeat'],
    ['an event in some month', { event: ['2026-03'] }, 'event[0]'],
    ['an unreadable start', { repeat: { ...day, boundsPeriod: { start: '2026-02-30' } } }, 'repeat.boundsPeriod.start'],
    [
      'a time without its offset',
      { repeat: { ...day, boundsPeriod: { start: '2026-03-02T08:00:00' } } },
      'repeat.boundsPeriod.start',
    ],
    [
      'an inexact length',
      { repeat: { ...day, boundsDuration: { value: 5, code: 'd', comparator: '>' } } },
      'repeat.boundsDuration.comparator',
    ],
    [
      'a length in seconds',
      { repeat: { ...day, boundsDuration: { value: 5, code: 's' } } },
      'repeat.boundsDuration.code',
    ],
    ['a modifier', { modifierExtension: [{}], repeat: day }, 'modifierExtension'],
    ['the past', { repeat: { ...day, boundsPeriod: { start: '2025-01-01', end: '2025-02-01' } } }, ''],
  ])('refused by its path: %s', (_, timing, path) => {
    const { prescriptions, refusals } = run(timed(timing));
    expect(prescriptions).toEqual([]);
    const full = `MedicationRequest.dosageInstruction[0].timing${path && `.${path}`}`;
    expect(refusals.map((note) => [note.resource, note.path])).toEqual([['MedicationRequest/rx', full]]);
    expect(refusals[0]?.detail.length).toBeGreaterThan(10);
  });
});
