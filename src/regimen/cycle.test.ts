import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Regimen } from '../domain/prescription.ts';
import { expand } from './expand.ts';
import { answerLine } from './expand-request.ts';
import { checkRegimen } from './validate.ts';
import { regimenInWords } from './words.ts';

const ZONE = 'America/Santiago'; // with daylight saving time, whose nights must not move a day on or off
const pill = (part: Partial<Regimen> = {}): Regimen => ({
  mode: 'wall',
  start: '2026-11-23T21:00:00',
  rrules: ['FREQ=DAILY'],
  rdates: [],
  exdates: [],
  cycle: { onDays: 21, offDays: 7 },
  ...part,
});
const dates = (regimen: Regimen, from: string, to: string) =>
  expand(regimen, ZONE, new Date(from), new Date(to)).map(({ localDate }) => localDate);

describe('a cycle of days on and off', () => {
  test('21 on, 7 off, and on again', () => {
    const found = dates(pill(), '2026-11-01T00:00:00Z', '2027-01-25T12:00:00Z');
    expect(found).toHaveLength(21 + 21 + 7);
    expect(found[0]).toBe('2026-11-23');
    expect(found[20]).toBe('2026-12-13');
    expect(found[21]).toBe('2026-12-21');
    expect(found[42]).toBe('2027-01-18');
  });

  test('is that of the same rule without the days off, on any day of any year', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.constantFrom(
          'FREQ=DAILY',
          'FREQ=DAILY;BYHOUR=8,20',
          'FREQ=WEEKLY;BYDAY=MO,TH',
          'FREQ=HOURLY;INTERVAL=6',
          'FREQ=MONTHLY;BYMONTHDAY=1,15',
        ),
        (onDays, offDays, day, rule) => {
          const from = new Date(Date.UTC(2026, 10, 20 + day));
          const to = new Date(from.getTime() + 40 * 86_400_000);
          const whole = pill({ rrules: [rule] });
          const { cycle: _, ...plain } = whole;
          const start = Date.parse('2026-11-23T00:00:00Z');
          const wanted = expand(plain, ZONE, from, to).filter(({ localDate }) => {
            const since = (Date.parse(`${localDate}T00:00:00Z`) - start) / 86_400_000;
            return since % (onDays + offDays) < onDays;
          });
          expect(expand({ ...whole, cycle: { onDays, offDays } }, ZONE, from, to)).toEqual(wanted);
        },
      ),
      { numRuns: 500, seed: 21 },
    );
  });

  test('leaves extra dates alone', () => {
    const regimen = pill({ rdates: ['2026-12-15T21:00:00'] });
    expect(dates(regimen, '2026-12-14T12:00:00Z', '2026-12-20T12:00:00Z')).toEqual(['2026-12-15']);
  });

  test.each([
    { name: 'no whole days', part: { cycle: { onDays: 1.5, offDays: 7 } }, field: 'regimen.cycle.onDays' },
    { name: 'no days off', part: { cycle: { onDays: 21, offDays: 0 } }, field: 'regimen.cycle.offDays' },
    { name: 'no numbers', part: { cycle: { onDays: Number.NaN, offDays: 7 } }, field: 'regimen.cycle.onDays' },
    { name: 'elapsed time', part: { mode: 'elapsed' as const }, field: 'regimen.cycle' },
    { name: 'COUNT', part: { rrules: ['FREQ=DAILY;COUNT=42'] }, field: 'regimen.rrules[0]' },
  ])('is refused with $name', ({ part, field }) => {
    const errors = checkRegimen(pill(part), ZONE, new Date('2026-11-22T12:00:00Z'));
    expect(errors.map((error) => error.field)).toEqual([field]);
  });

  test.each([
    ['es', 'todos los días a las 21:00, 21 días sí y 7 no, desde el 23 de noviembre de 2026'],
    ['en', 'every day at 21:00, 21 days on and 7 off, from 23 November 2026'],
    ['pt', 'todos os dias às 21:00, 21 dias sim e 7 não, desde 23 de novembro de 2026'],
  ] as const)('says so in %s', (language, words) => {
    expect(regimenInWords(pill(), ZONE, language)).toBe(words);
  });

  const line = { id: 1, rrule: 'FREQ=DAILY', dtstart: '2026-11-23T21:00:00', tz: 'America/Lima', limit: 3 };
  test('comes through the command line for machines', () => {
    const from = '2026-12-13T12:00:00Z';
    expect(answerLine(JSON.stringify({ ...line, from, cycle: { onDays: 21, offDays: 7 } }))).toEqual({
      id: 1,
      occurrences: ['2026-12-14T02:00:00Z', '2026-12-22T02:00:00Z', '2026-12-23T02:00:00Z'],
    });
  });

  test.each([
    [{ cycle: 'always' }],
    [{ cycle: { onDays: 21 } }],
    [{ cycle: { onDays: 21, offDays: 7 }, mode: 'elapsed' }],
    [{ cycle: { onDays: 21, offDays: 7 }, rrule: 'FREQ=DAILY;COUNT=3' }],
  ])('and there %j is an error line', (part) => {
    expect(answerLine(JSON.stringify({ ...line, ...part }))).toMatchObject({ id: 1, error: { code: 'bad_field' } });
  });
});
