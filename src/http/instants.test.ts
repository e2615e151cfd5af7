import { expect, test } from 'vitest';
import { parseTakenAt } from './instants.ts';

const NOW = new Date('2026-11-23T13:00:00Z');

test.each([
  ['2026-11-23T07:55:00-05:00', '2026-11-23T12:55:00.000Z'],
  ['2026-11-16T13:00:00Z', '2026-11-16T13:00:00.000Z'],
  ['2026-11-23T13:00:00.001Z', NOW.toISOString()],
  ['2026-11-23T13:01:00Z', NOW.toISOString()],
  ['2026-11-23T13:01:00.001Z', 'is in the future: send when the dose was really taken, or leave it out for now'],
  ['2026-11-16T12:59:59.999Z', 'is more than 7 days ago: such an old answer is not accepted'],
])('taken at %s, told at 13:00, is %s', (told, read) => {
  const parse = () => {
    try {
      return parseTakenAt(told, 'taken', NOW)?.toISOString();
    } catch (error) {
      return (error as { errors: { detail: string }[] }).errors[0]?.detail;
    }
  };
  expect(parse()).toBe(read);
});
