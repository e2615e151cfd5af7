import { expect, test } from 'vitest';
import { growsOn } from './soak-watch.ts';

const LIMITS = { factor: 1.25, most: 40 };
const looks = (value: (i: number) => number) => Array.from({ length: 40 }, (_, i) => value(i));

test.each([
  { name: 'a leak', series: looks((i) => 100 + 5 * i), grows: true },
  { name: 'a leak under the noise of collections', series: looks((i) => 100 + 5 * i + (i % 3) * 8), grows: true },
  { name: 'a process that warms up', series: looks((i) => 100 + 100 * Math.min(1, i / 12)), grows: false },
  { name: 'a steady process', series: looks((i) => 150 + (i % 5) * 10), grows: false },
  { name: 'one peak', series: looks((i) => (i > 30 && i < 34 ? 500 : 150)), grows: false },
  { name: 'a slow and small growth', series: looks((i) => 150 + i / 2), grows: false },
  { name: 'a life too short to tell', series: looks((i) => 100 + 50 * i).slice(0, 19), grows: false },
])('$name: grows on: $grows', ({ series, grows }) => {
  expect(growsOn(series, LIMITS)).toBe(grows);
});
