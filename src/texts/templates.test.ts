import { describe, expect, it } from 'vitest';
import { segmentsOf } from '#channels/sms-segments.ts';
import { LANGUAGES } from '../domain/language.ts';
import { messageWords } from './message-words.ts';
import { isGsm7 } from './spelling.ts';
import { TEMPLATES, type TemplateKey } from './templates.ts';

/** As long as a signed link of a hospital's own address gets. */
const LINK = `https://avisos.hospital.pe/c/${'A'.repeat(43)}`;
const KEYS = Object.keys(TEMPLATES.es) as TemplateKey[];

describe.each(LANGUAGES)('the shipped messages in %s', (language) => {
  const words = (key: TemplateKey, medication: string | null = null) =>
    messageWords({}, { key, channel: 'sms', language, time: '23:59', link: LINK, medication });

  it.each(KEYS)('a %s by SMS is one segment of GSM-7, whole, with its time and its link', (key) => {
    const { text } = words(key);
    expect({ text, segments: segmentsOf(text), gsm7: isGsm7(text) }).toEqual({ text, segments: 1, gsm7: true });
    expect(text).toContain(LINK);
    expect(text).not.toMatch(/[{}]/);
  });

  it('names the drug only where it is given', () => {
    expect(words('reminder').text).not.toContain('(');
    expect(words('reminder', 'Warfarina 5 mg').text).toContain('(Warfarina 5 mg)');
  });

  it('has accents where they cost nothing', () => {
    const { text } = messageWords(
      {},
      { key: 'caregiver', channel: 'email', language, time: '08:00', link: LINK, medication: null },
    );
    expect(isGsm7(text)).toBe(language === 'en');
  });
});
