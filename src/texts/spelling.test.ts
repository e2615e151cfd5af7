import { describe, expect, it, test } from 'vitest';
import { cheaperSpelling, isGsm7, plainSpelling } from './spelling.ts';

test.each([
  ['¿Ya la tomó? Sí', '¿Ya la tomo? Si'],
  ['Você já tomou o remédio da manhã?', 'Voce ja tomou o remédio da manha?'],
  ['año, piñata, café, ¡ojalá!', 'año, piñata, café, ¡ojala!'],
  ['corazón → coração ç', 'corazon → coracao c'],
  ['💊', '💊'],
])('%j is spelled %j without what GSM-7 lacks', (text, plain) => {
  expect(plainSpelling(text)).toBe(plain);
});

describe('the spelling of an SMS', () => {
  it('is the full one where both cost the same', () => {
    expect(cheaperSpelling('Registramos que no la tomó.')).toBe('Registramos que no la tomó.');
    const long = `${'a'.repeat(200)} tomé`;
    expect(cheaperSpelling(long)).toBe(long);
  });

  it('leaves accents out where that saves a segment', () => {
    const text = `Ya la tomó, ${'a'.repeat(100)}`;
    expect(cheaperSpelling(text)).toBe(text.replace('ó', 'o'));
    expect(isGsm7(cheaperSpelling(text))).toBe(true);
  });

  it('stays as it is where leaving accents out saves nothing, as beside an emoji', () => {
    const text = `Ya la tomó 💊 ${'a'.repeat(100)}`;
    expect(cheaperSpelling(text)).toBe(text);
  });
});
