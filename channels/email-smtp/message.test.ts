import { expect, test } from 'vitest';
import type { OutboundMessage } from '#channels/channel.ts';
import { mailOf } from './message.ts';

const MESSAGE: OutboundMessage = {
  attemptId: '0195512c-8a00-7000-8000-000000000001',
  doseId: '0195512c-8a00-7000-8000-000000000002',
  purpose: 'reminder',
  language: 'es' as const,
  time: '08:00',
  inSession: false,
  to: 'ana@example.org',
  subject: 'Es <hora>',
  text: 'Hola & buenos días\nConfirme: https://dosebell.example/c/abc?x=1&y=2',
  link: 'https://dosebell.example/c/abc?x=1&y=2',
  expiresAt: new Date('2026-03-01T12:30:00Z'),
  createdAt: new Date('2026-03-01T12:00:00Z'),
};
const mail = (change: Partial<OutboundMessage> = {}) =>
  mailOf({ ...MESSAGE, ...change }, 'care@clinic.example', 'clinic.example');

test('a repeat is the same mail, and no person', () => {
  expect(mail()).toMatchObject({
    from: 'care@clinic.example',
    messageId: '<0195512c-8a00-7000-8000-000000000001@clinic.example>',
    headers: { 'X-Dosebell-Attempt': MESSAGE.attemptId, 'Auto-Submitted': 'auto-generated' },
    text: MESSAGE.text,
  });
  expect(mail()).toEqual(mail());
});

test('the link is a button, and no text becomes markup', () => {
  const { html } = mail();
  expect(html).toContain('<p>Hola &amp; buenos días<br>Confirme:</p>');
  expect(html).toContain('href="https://dosebell.example/c/abc?x=1&amp;y=2"');
  expect(html).toContain('>Es &lt;hora&gt;</a>');
});

test('its reader can stop such mails with one click, where there is a place for that', () => {
  const unsubscribe = 'https://dosebell.example/u/AbC-_123';
  const { headers } = mail({ unsubscribe });
  expect(headers).toMatchObject({
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
  expect(Object.keys(mail().headers)).toEqual(['X-Dosebell-Attempt', 'Auto-Submitted']);
});

test('without a link there is no button', () => {
  const { link: _, ...escalation } = MESSAGE;
  const { html } = mailOf({ ...escalation, text: `"a" < 'b'` }, 'care@clinic.example', 'clinic.example');
  expect(html).toBe('<p>&quot;a&quot; &lt; &#39;b&#39;</p>');
});
