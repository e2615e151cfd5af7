import { expect, test } from 'vitest';
import { countSegments } from '#loadtests/provider-simulator/segments.ts';
import { segmentsOf } from './sms-segments.ts';

test.each([
  ['', 1],
  ['a'.repeat(160), 1],
  ['a'.repeat(161), 2],
  ['ñ'.repeat(160), 1],
  ['á'.repeat(70), 1],
  ['á'.repeat(71), 2],
  ['€'.repeat(80), 1],
  ['€'.repeat(81), 2],
  ['💊'.repeat(35), 1],
  ['💊'.repeat(36), 2],
])('%j counts', (text, segments) => {
  expect(segmentsOf(text)).toBe(segments);
});

test('texts of one shape count as each of them does alone', () => {
  for (const length of [150, 159, 160, 161, 305, 306, 307]) {
    for (const filler of ['Z', '7', '_', '-']) {
      const text = `Su medicina ${filler.repeat(length - 12)}`;
      expect(segmentsOf(text)).toBe(countSegments(text));
    }
  }
});
