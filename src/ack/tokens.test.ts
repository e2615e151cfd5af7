import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { uuidv7 } from '../domain/ids.ts';
import { issueToken, readToken, type TokenPurpose } from './tokens.ts';

const secret = createSecretKey(Buffer.alloc(32, 5));
const now = new Date('2026-11-23T13:00:00Z');
const expiresAt = new Date('2026-11-26T13:00:00Z');
const doseId = uuidv7(now);
const token = issueToken(secret, 'link', { doseId, expiresAt });
const FORGED = { ok: false, why: 'forged' };

test('names its dose until it expires, and fits an SMS and a URL', () => {
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(readToken(secret, 'link', token, now)).toEqual({ ok: true, doseId, expiresAt });
});

test.each([
  { at: '2026-11-26T12:59:59.999Z', reading: { ok: true, doseId, expiresAt } },
  { at: '2026-11-26T13:00:00.000Z', reading: { ok: false, why: 'expired' } },
  { at: '2027-11-26T13:00:00.000Z', reading: { ok: false, why: 'expired' } },
])('at $at: $reading', ({ at, reading }) => {
  expect(readToken(secret, 'link', token, new Date(at))).toEqual(reading);
});

const PURPOSES: TokenPurpose[] = ['link', 'push', 'webpush', 'whatsapp'];

test.each(PURPOSES)('one for %s is good for that and forged for everything else', (purpose) => {
  const other = issueToken(secret, purpose, { doseId, expiresAt });
  expect(other).toMatch(/^[\w-]{43}$/);
  const good = PURPOSES.filter((each) => readToken(secret, each, other, now).ok);
  expect(good).toEqual([purpose]);
});

test('links that left before there were purposes stay good', () => {
  const before = 'AZVRLIoAcACAAAAAAAAAAmsILVAtFti-i0bmsbN5Dg4';
  expect(readToken(secret, 'link', before, now)).toMatchObject({ ok: true });
  expect(readToken(secret, 'push', before, now)).toEqual(FORGED);
});

test('with any bit of any byte turned it is forged', () => {
  for (let bit = 0; bit < 32 * 8; bit++) {
    const bytes = Buffer.from(token, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(readToken(secret, 'link', bytes.toString('base64url'), now), `bit ${bit}`).toEqual(FORGED);
  }
});

test('with any character missing, doubled or replaced it is forged', () => {
  for (let i = 0; i < token.length; i++) {
    const [before, char, after] = [token.slice(0, i), token[i] as string, token.slice(i + 1)];
    for (const other of [
      before,
      before + after,
      before + char + char + after,
      `${before}${char === 'A' ? 'B' : 'A'}${after}`,
    ]) {
      expect(readToken(secret, 'link', other, now), other).toEqual(FORGED);
    }
  }
});

test.each([
  ['of another secret', issueToken(createSecretKey(Buffer.alloc(32, 6)), 'link', { doseId, expiresAt })],
  ['in plain base64', `${token}=`],
  ['with spaces', ` ${token}`],
  ['with something after it', `${token}AAAA`],
  ['empty', ''],
  ['not a token at all', 'x'.repeat(43)],
  ['very long', 'A'.repeat(100_000)],
])('one %s is forged', (_, other) => {
  expect(readToken(secret, 'link', other, now)).toEqual(FORGED);
});

test('a forged token is forged even when its time would be over', () => {
  const bytes = Buffer.from(token, 'base64url');
  bytes.writeUInt32BE(1, 16);
  expect(readToken(secret, 'link', bytes.toString('base64url'), now)).toEqual(FORGED);
});
