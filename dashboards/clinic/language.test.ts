import { expect, test } from 'vitest';
import { pageLanguage } from './language.ts';

test.each([
  [undefined, 'es'],
  ['', 'es'],
  ['es-PE,es;q=0.9,en;q=0.8', 'es'],
  ['en-US,en;q=0.9', 'en'],
  ['en', 'en'],
  ['EN-gb', 'en'],
  ['en;q=0.4, es;q=0.6', 'es'],
  ['en;q=0.6, es;q=0.4', 'en'],
  ['fr-FR, en;q=0.5', 'en'],
  ['fr', 'es'],
  ['*', 'es'],
  ['en;q=0', 'es'],
  ['en;q=hello', 'es'],
  ['eng', 'es'],
  [';;;,,,q=', 'es'],
])('%j is read in %s', (header, expected) => {
  expect(pageLanguage(header)).toBe(expected);
});
