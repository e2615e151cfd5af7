import { expect, test } from 'vitest';
import { quietHoursIn } from './quiet-hours.ts';

const NIGHT = { from: '22:00', to: '07:00' };
const EVENING = { from: '20:00', to: '08:00' };
const quietHours = { PE: NIGHT, AR: EVENING, IN: EVENING, CL: NIGHT };

test.each([
  ['America/Lima', NIGHT],
  ['America/Argentina/Buenos_Aires', EVENING],
  ['America/Buenos_Aires', EVENING],
  ['Asia/Kolkata', EVENING],
  ['Pacific/Easter', NIGHT],
  ['America/La_Paz', undefined],
  ['Europe/Madrid', undefined],
  ['UTC', undefined],
])('%s', (zone, expected) => {
  expect(quietHoursIn(zone, { quietHours })).toEqual(expected);
});

test('none where the tenant has none', () => {
  expect(quietHoursIn('America/Lima', {})).toBeUndefined();
});
