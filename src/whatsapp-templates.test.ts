import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWhatsappTemplates } from './whatsapp-templates.ts';

const HX = `HX${'0a'.repeat(16)}`;
const ALL = { es: { reminder: HX, caregiver: HX, escalation: HX }, en: { reminder: HX }, pt: {} };

test('takes all templates, or some of them, as JSON or in a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  writeFileSync(join(dir, 'templates.json'), JSON.stringify(ALL));
  expect(readWhatsappTemplates(join(dir, 'templates.json'))).toEqual(ALL);
  expect(readWhatsappTemplates(JSON.stringify(ALL))).toEqual(ALL);
  expect(readWhatsappTemplates('{}')).toEqual({});
  rmSync(dir, { recursive: true });
});

test.each([
  ['/nowhere/templates.json', /path of a JSON file/],
  ['{"es":', /path of a JSON file/],
  [{ es: { reminder: 'HX1' } }, /^es\.reminder /],
  [{ es: { reminder: `${HX}0` } }, /^es\.reminder /],
  [{ es: { reminder: 1 } }, /^es\.reminder /],
  [{ es: { message: HX } }, /message|additional/],
  [{ fr: { reminder: HX } }, /fr|additional/],
  [{ es: HX }, /^es /],
])('refuses %j', (templates, words) => {
  const text = typeof templates === 'string' ? templates : JSON.stringify(templates);
  expect(() => readWhatsappTemplates(text)).toThrow(words);
});
