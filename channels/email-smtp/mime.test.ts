import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import type { Mail } from './message.ts';
import { fromHeader, rawMail } from './mime.ts';

const MAIL: Mail = {
  from: 'care@clinic.example',
  to: 'ana@example.org',
  subject: 'Es la hora',
  text: 'Hola',
  html: '<p>Hola</p>',
  messageId: '<0195512c-8a00-7000-8000-000000000001@clinic.example>',
  headers: { 'Auto-Submitted': 'auto-generated' },
};
const DATE = new Date('2026-03-01T12:00:00Z');
const raw = (change: Partial<Mail> = {}) => rawMail({ ...MAIL, ...change }, DATE);
const read = (change: Partial<Mail> = {}) => PostalMime.parse(raw(change));

const TEXTS = [
  'short',
  'áéíóú ñ ¿¡ ção',
  '💊'.repeat(60),
  `--dosebell-alternative--\r\n.\r\nSubject: x ${'long '.repeat(400)}`,
  'https://dosebell.example/c/abc?x=1&y=2=\r\nand\nmore',
];

describe('what another program reads', () => {
  test.each(TEXTS)('is the text that was written: %j', async (text) => {
    const mail = await read({ text, html: `<p>${text}</p>`, subject: text.replace(/[\r\n]+/g, ' ').slice(0, 120) });
    expect(mail.text?.replaceAll('\r\n', '\n')).toBe(text.replaceAll('\r\n', '\n'));
    expect(mail.html?.replaceAll('\r\n', '\n')).toBe(`<p>${text.replaceAll('\r\n', '\n')}</p>`);
    expect(mail.subject?.trim()).toBe(
      text
        .replace(/[\r\n]+/g, ' ')
        .slice(0, 120)
        .trim(),
    );
  });

  test('are the headers', async () => {
    const { from, to, messageId, date, headers } = await read({
      from: fromHeader('Clínica Señor <care@clinic.example>', 'care@clinic.example'),
    });
    expect(from).toMatchObject({ address: 'care@clinic.example', name: 'Clínica Señor' });
    expect(to).toMatchObject([{ address: 'ana@example.org' }]);
    expect({ messageId, date }).toEqual({ messageId: MAIL.messageId, date: DATE.toISOString() });
    expect(headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
  });
});

test('every line fits RFC 5322 and is ASCII', () => {
  for (const text of TEXTS) {
    const bytes = raw({ text, html: text, subject: text });
    const lines = bytes.toString('latin1').split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(lines.every((line) => /^[\x20-\x7e]*$/.test(line) && line !== '.')).toBe(true);
  }
});

test.each([
  ['care@clinic.example', 'care@clinic.example'],
  ['<care@clinic.example>', 'care@clinic.example'],
  ['Care "24h" <care@clinic.example>', '"Care \\"24h\\"" <care@clinic.example>'],
  ['"Care, Inc." <care@clinic.example>', '"Care, Inc." <care@clinic.example>'],
])('the sender %j is told as %j', (from, header) => {
  expect(fromHeader(from, 'care@clinic.example')).toBe(header);
});

test.each([
  ['ana@münchen.example', 'ana@xn--mnchen-3ya.example'],
  ["o'hara+x@example.org", "o'hara+x@example.org"],
])('the recipient %j is told as %j', async (to, told) => {
  expect((await read({ to })).to).toMatchObject([{ address: told }]);
});

test.each(['', 'nobody', 'a@b@c', 'a@x.example, b@y.example', 'a@x.example\r\nBcc: b@y.example', 'a b@x.example'])(
  'what is not one address is refused: %j',
  (to) => {
    expect(() => raw({ to })).toThrow(expect.objectContaining({ code: 'EENVELOPE', command: 'API' }));
  },
);
