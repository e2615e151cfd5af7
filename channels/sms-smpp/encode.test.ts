import { describe, expect, test } from 'vitest';
import { addressOf, numberOf, textFields, validityOf } from './encode.ts';

describe('the text (octets by 3GPP TS 23.038)', () => {
  test.each([
    ['Hola @ {x} €', 0, '486f6c612000201b28781b29201b65'],
    ['¿Tomó?'.replace('ó', 'o'), 0, '60546f6d6f3f'],
    ['Ñandú'.replace('ú', 'u'), 0, '5d616e6475'],
    ['[\\]^|~', 0, '1b3c1b2f1b3e1b141b401b3d'],
    ['Tomó', 8, '0054006f006d00f3'],
    ['😀', 8, 'd83dde00'],
  ])('%s', (text, data_coding, octets) => {
    const fields = textFields(text);
    expect(fields.data_coding).toBe(data_coding);
    expect(fields.short_message.toString('hex')).toBe(octets);
    expect(fields).not.toHaveProperty('message_payload');
  });

  test.each([
    ['x'.repeat(160), 160, undefined],
    ['x'.repeat(161), 0, 161],
    ['€'.repeat(80), 160, undefined],
    ['€'.repeat(81), 0, 162],
    ['ó'.repeat(70), 140, undefined],
    ['ó'.repeat(71), 0, 142],
  ])('what one SMS does not carry is a payload: %#', (text, short, payload) => {
    const fields = textFields(text);
    expect([fields.short_message.length, fields.message_payload?.length]).toEqual([short, payload]);
  });
});

test.each([
  ['+51900000000', { ton: 1, npi: 1, addr: '51900000000' }],
  ['12345', { ton: 3, npi: 0, addr: '12345' }],
  ['Hospital', { ton: 5, npi: 0, addr: 'Hospital' }],
])('address %s', (text, expected) => {
  expect(addressOf(text)).toEqual(expected);
});

test.each([
  ['51987654321', '+51987654321'],
  ['+51987654321', '+51987654321'],
  ['0051987654321', '+51987654321'],
  ['4321', '4321'],
  ['Bank', 'Bank'],
])('number of %s', (address, expected) => {
  expect(numberOf(address)).toBe(expected);
});

test.each([
  [3725, '000000010205000R'],
  [90_061, '000001010101000R'],
  [0.4, '000000000001000R'],
  [-5, '000000000001000R'],
  [1e9, '000099000000000R'],
])('validity of %d seconds', (seconds, expected) => {
  expect(validityOf(seconds)).toBe(expected);
  expect(validityOf(seconds)).toHaveLength(16);
});
