import { expect, test } from 'vitest';
import { isId, timeOf, uuidv7 } from './ids.ts';

test.each([
  '1970-01-01T00:00:00.000Z',
  '2026-11-23T13:00:00.123Z',
  '2038-01-19T03:14:08.000Z',
  '2999-12-31T23:59:59.999Z',
])('an id of %s carries it to the millisecond', (at) => {
  const id = uuidv7(new Date(at));
  expect(timeOf(id).toISOString()).toBe(at);
  expect(isId(id)).toBe(true);
});

test('ids sort as their instants do, and those of one instant differ', () => {
  const times = [0, 1, 255, 256, 65_536, Date.parse('2026-11-23T00:00:00Z'), Date.parse('2026-11-23T00:00:00.001Z')];
  const ids = times.map((ms) => uuidv7(new Date(ms)));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 2000 }, () => uuidv7(new Date(0)))).size).toBe(2000);
});

test.each([
  ['version 4', '01930000-0000-4000-8000-000000000000', false],
  ['another variant', '01930000-0000-7000-c000-000000000000', false],
  ['upper case', '0193ABCD-0000-7000-8000-000000000000', false],
  ['no hyphens', '01930000000070008000000000000000', false],
  ['something after it', '01930000-0000-7000-8000-000000000000\n', false],
  ['nothing', '', false],
  ['a version 7', '0193abcd-0000-7000-bfff-000000000000', true],
])('%s is an id: %s → %s', (_, text, known) => {
  expect(isId(text)).toBe(known);
});
