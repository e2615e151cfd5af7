import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../domain/language.ts';
import { spokenTime } from './spoken-time.ts';

describe.each([
  ['es', '00:00', 'de las doce de la noche'],
  ['es', '00:30', 'de las doce y media de la noche'],
  ['es', '01:00', 'de la una de la madrugada'],
  ['es', '08:00', 'de las ocho de la mañana'],
  ['es', '08:15', 'de las ocho y cuarto de la mañana'],
  ['es', '08:20', 'de las ocho y 20 de la mañana'],
  ['es', '12:00', 'de las doce del mediodía'],
  ['es', '12:30', 'de las doce y media de la tarde'],
  ['es', '13:00', 'de la una de la tarde'],
  ['es', '18:45', 'de las seis y 45 de la tarde'],
  ['es', '19:00', 'de las siete de la noche'],
  ['pt', '00:00', 'da meia-noite'],
  ['pt', '00:10', 'da meia-noite e 10'],
  ['pt', '02:00', 'das duas da madrugada'],
  ['pt', '08:00', 'das oito da manhã'],
  ['pt', '12:00', 'do meio-dia'],
  ['pt', '12:30', 'do meio-dia e meia'],
  ['pt', '13:05', 'da uma e 5 da tarde'],
  ['pt', '21:00', 'das nove da noite'],
  ['en', '00:00', 'for midnight'],
  ['en', '00:05', 'for 12:05 at night'],
  ['en', '08:00', "for 8 o'clock in the morning"],
  ['en', '08:05', 'for 8:05 in the morning'],
  ['en', '12:00', 'for noon'],
  ['en', '12:30', 'for 12:30 in the afternoon'],
  ['en', '20:00', "for 8 o'clock in the evening"],
] as const)('%s %s', (language, time, words) => {
  test(`is said "${words}"`, () => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    expect(spokenTime(language, hour, minute)).toBe(words);
  });
});

test.each(LANGUAGES)('every minute of the day has words of its own in %s', (language) => {
  const said = Array.from({ length: 1440 }, (_, i) => spokenTime(language, Math.floor(i / 60), i % 60));
  expect(new Set(said).size).toBe(1440);
  expect(said.filter((words) => /undefined|NaN/.test(words))).toEqual([]);
});
