import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCipher } from './cipher.ts';

const key = (id: string, fill: number) => ({ id, key: createSecretKey(Buffer.alloc(32, fill)) });
const SECRET = createSecretKey(Buffer.alloc(32, 9));
const cipher = createCipher([key('k1', 1)], SECRET);
const PHONE = '+51987654321';

test.each(['', PHONE, 'José Ñahui 👵', 'x'.repeat(10_000), 'a\0b'])('opens what it sealed: %j', (text) => {
  expect(cipher.open(cipher.seal(text))).toBe(text);
});

test('seals the same text differently each time, and never shows it', () => {
  const [a, b] = [cipher.seal(PHONE), cipher.seal(PHONE)];
  expect(a.equals(b)).toBe(false);
  expect(a.includes(PHONE)).toBe(false);
});

test('refuses a value with any byte changed, and any part of it', () => {
  const sealed = cipher.seal(PHONE);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(i) ^ 0x01, i);
    expect(() => cipher.open(changed), `byte ${i}`).toThrow();
    expect(() => cipher.open(sealed.subarray(0, i)), `cut to ${i}`).toThrow();
  }
});

test('opens a value that lies inside a larger buffer, as the database driver hands it over', () => {
  const around = Buffer.concat([Buffer.alloc(7, 0xff), cipher.seal(PHONE), Buffer.alloc(3, 0xff)]);
  expect(cipher.open(new Uint8Array(around.buffer, around.byteOffset + 7, around.length - 10))).toBe(PHONE);
});

test('after a rotation the old key still opens, and the new one seals', () => {
  const old = cipher.seal(PHONE);
  const rotated = createCipher([key('k2', 2), key('k1', 1)], SECRET);
  expect(rotated.open(old)).toBe(PHONE);
  expect(createCipher([key('k2', 2)], SECRET).open(rotated.seal(PHONE))).toBe(PHONE);
});

test('a value whose key is gone says which key is missing, and where it belongs', () => {
  const later = createCipher([key('k2', 2)], SECRET);
  expect(() => later.open(cipher.seal(PHONE))).toThrow('the data key "k1" is not configured: add it to DATA_KEYS');
});

test('the same key id with another key does not open', () => {
  expect(() => createCipher([key('k1', 3)], SECRET).open(cipher.seal(PHONE))).toThrow();
});

test('the look-up of a value is equal for equal values, survives a rotation, and depends on its secret', () => {
  const rotated = createCipher([key('k2', 2), key('k1', 1)], SECRET);
  expect(rotated.lookup(PHONE)).toEqual(cipher.lookup(PHONE));
  expect(cipher.lookup('+51987654322')).not.toEqual(cipher.lookup(PHONE));
  expect(createCipher([key('k1', 1)], createSecretKey(Buffer.alloc(32, 8))).lookup(PHONE)).not.toEqual(
    cipher.lookup(PHONE),
  );
});
