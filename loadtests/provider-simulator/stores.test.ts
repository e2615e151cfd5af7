import { expect, test } from 'vitest';
import { Outbox } from './outbox.ts';
import { countSegments } from './segments.ts';
import { MessageStore, type SmsMessage } from './twilio-messages.ts';

test('the outbox keeps the newest messages only, in order', () => {
  const outbox = new Outbox(3);
  const message = (text: string) =>
    ({ at: '', channel: 'sms', to: '+511', text, attemptId: null, ref: '', answered: null }) as const;
  for (const text of ['a', 'b', 'c', 'd', 'e']) outbox.add({ ...message(text) });
  expect(outbox.newest({ limit: 10 }).map(({ text }) => text)).toEqual(['e', 'd', 'c']);
});

test('the message store forgets the oldest message under both of its keys', () => {
  const store = new MessageStore(2);
  const message = (sid: string, to: string) => ({ sid, to, sentAt: null, shownAt: 0 }) as SmsMessage;
  for (const [sid, to] of [
    ['SM1', '+511'],
    ['SM2', '+511'],
    ['SM3', '+522'],
  ] as const)
    store.add(message(sid, to));
  expect(store.get('SM1')).toBeUndefined();
  expect(store.find({ to: '+511' }).map(({ sid }) => sid)).toEqual(['SM2']);
  expect(store.find({}).map(({ sid }) => sid)).toEqual(['SM3', 'SM2']);
});

test.each([
  { name: 'empty', text: '', segments: 1 },
  { name: '160 GSM-7', text: 'a'.repeat(160), segments: 1 },
  { name: '161 GSM-7', text: 'a'.repeat(161), segments: 2 },
  { name: '306 GSM-7', text: 'a'.repeat(306), segments: 2 },
  { name: '80 euro signs', text: '€'.repeat(80), segments: 1 },
  { name: '81 euro signs', text: '€'.repeat(81), segments: 2 },
  { name: 'ñ ¿ é stay in GSM-7', text: 'ñ¿é'.repeat(50), segments: 1 },
  { name: 'one á makes 71 UCS-2', text: `á${'a'.repeat(70)}`, segments: 2 },
  { name: '70 UCS-2', text: 'á'.repeat(70), segments: 1 },
  { name: '135 UCS-2', text: 'á'.repeat(135), segments: 3 },
])('segments: $name', ({ text, segments }) => {
  expect(countSegments(text)).toBe(segments);
});
