import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { segmentsOf } from '#channels/sms-segments.ts';
import type { Conversation } from '../domain/conversation.ts';
import { LANGUAGES } from '../domain/language.ts';
import { checkTexts, previewText, sampleLink, textsOf, wrongWith } from './check.ts';
import { messageWords } from './message-words.ts';

const LINK = sampleLink('https://avisos.hospital.pe');

test.each(textsOf({}, LINK).filter(({ mostSegments }) => mostSegments !== null))(
  'the shipped $language $key fits $mostSegments segments with its longest values',
  ({ segments, mostSegments, key }) => {
    expect(segments).toBeLessThanOrEqual(mostSegments as number);
    if (key.startsWith('answer.') || key === 'reminder.sms') expect(segments).toBe(1);
  },
);

test('every key exists in every language', () => {
  const keys = LANGUAGES.map((language) =>
    textsOf({}, LINK)
      .filter((text) => text.language === language)
      .map(({ key }) => key),
  );
  expect(new Set(keys.map(String)).size).toBe(1);
  expect(keys[0]).toEqual(expect.arrayContaining(['reminder.sms', 'caregiver.text', 'answer.urgent', 'answer.taken']));
});

describe("a tenant's own text", () => {
  it.each([
    ['reminder.sms', 'Tome su medicina de las {{ time }}: {{ link }}', null],
    ['reminder.sms', '{% if medication %}{{ medication | upcase }}{% endif %} {{ time }} {{ link }}', null],
    ['reminder.sms', 'Tome su medicina de las {{ time }}', /must have \{\{ link \}\}/],
    ['reminder.sms', '{{ patient }} {{ link }}', /no \{\{ patient \}\} here: it may use time, link/],
    ['reminder.sms', `${'a'.repeat(250)} {{ link }}`, /takes 3 segments .* may take 2/],
    ['reminder.sms', '{{ time', /no template.*not closed/],
    ['reminder.sms', '{{ link | strip_html }}', /undefined filter/],
    ['reminder.sms', '{% for i in (1..100000) %}{{ link }}{% endfor %}', /tag "for" not found/],
    ['reminder.sms', '{% include "x" %}{{ link }}', /tag "include" not found/],
    ['reminder.text', `${'a'.repeat(900)} {{ link }}`, null],
    ['answer.taken', 'Gracias de {{ clinic }}. Anotado: {{ time }}.', null],
    ['answer.taken', 'Gracias por su {{ medication }}', /no \{\{ medication \}\} here/],
    ['answer.taken', `Más: ${'a'.repeat(100)} 💊`, /70 characters instead of 160/],
    ['answer.taken', '{% if false %}x{% endif %}', /is empty/],
    ['answer.nothing', 'x', /is no text of ours/],
    ['constructor', 'x', /is no text of ours/],
  ] as [string, string, RegExp | null][])('as %s: %j', (key, text, problem) => {
    const errors = checkTexts({ texts: { es: { [key]: text } } }, LINK);
    if (problem === null) expect(errors).toEqual([]);
    else expect(errors).toEqual([{ field: `texts.es.${key}`, detail: expect.stringMatching(problem) }]);
  });

  it('that was accepted is filled within its segments, whatever the values', () => {
    const words = fc.constantFrom(
      '{{ time }}',
      '{{ link }}',
      '{{ clinic }}',
      'su medicina',
      'mañana',
      'está',
      '💊',
      '. ',
    );
    const values = { hour: fc.integer({ min: 0, max: 23 }), clinic: fc.constantFrom('Clínica', 'A', 'Red Sur') };
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), fc.record(values), (parts, { hour, clinic }) => {
        const own: Conversation = { clinic, texts: { es: { 'reminder.sms': parts.join(' ') } } };
        fc.pre(wrongWith('reminder.sms', parts.join(' '), own, LINK) === null);
        const time = `${String(hour).padStart(2, '0')}:00`;
        const { text } = messageWords(own, {
          key: 'reminder',
          channel: 'sms',
          language: 'es',
          time,
          link: LINK,
          medication: null,
        });
        expect(segmentsOf(text)).toBeLessThanOrEqual(2);
        expect(text).toContain(LINK);
      }),
      { seed: 6 },
    );
  });
});

test('a preview shows the alphabet and the cost of what would leave', () => {
  expect(previewText('Ya la tomó {{ time }}', {}, LINK)).toEqual({
    text: 'Ya la tomó 23:59',
    characters: 16,
    encoding: 'UCS-2',
    segments: 1,
  });
  expect(previewText('Ya la tomó {{ link }}', {}, LINK)).toMatchObject({ encoding: 'GSM-7', segments: 1 });
});
