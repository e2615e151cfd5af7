import { expect, test } from 'vitest';
import type { OutboundMessage } from '#channels/channel.ts';
import { pushOptions, pushPayload } from './message.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const MESSAGE: OutboundMessage = {
  attemptId: '0195512c-8a00-7000-8000-000000000001',
  doseId: '0195512c-8a00-7000-8000-000000000002',
  purpose: 'reminder',
  language: 'es',
  time: '08:00',
  inSession: false,
  to: '{}',
  subject: 'Es hora',
  text: 'Es la hora de su dosis',
  link: 'https://dosebell.example/c/abc',
  token: 'def',
  expiresAt: new Date('2026-03-01T12:30:00.900Z'),
  createdAt: NOW,
};

test('the worker is given what it shows and what it answers with', () => {
  expect(JSON.parse(pushPayload(MESSAGE))).toStrictEqual({
    attemptId: MESSAGE.attemptId,
    doseId: MESSAGE.doseId,
    purpose: 'reminder',
    language: 'es',
    title: 'Es hora',
    body: 'Es la hora de su dosis',
    link: 'https://dosebell.example/c/abc',
    token: 'def',
    actions: [
      { action: 'taken', title: 'La tomé' },
      { action: 'snoozed', title: 'Más tarde' },
      { action: 'skipped', title: 'No la tomaré' },
    ],
  });
});

test('a caregiver puts nothing off, and a case is nothing to answer', () => {
  const { link: _, token: __, ...bare } = MESSAGE;
  const actions = (message: OutboundMessage) =>
    JSON.parse(pushPayload(message)).actions.map(({ action }: { action: string }) => action);
  expect(actions({ ...MESSAGE, purpose: 'caregiver' })).toEqual(['taken', 'skipped']);
  expect(actions({ ...bare, purpose: 'escalation' })).toEqual([]);
  expect(actions({ ...bare, purpose: 'message' })).toEqual([]);
});

test('it is told at once, replaces what was not delivered, and dies with its dose', () => {
  expect(pushOptions(MESSAGE, NOW)).toEqual({
    TTL: 1800,
    urgency: 'high',
    topic: '0195512c8a0070008000000000000002',
  });
});

test.each([
  ['2026-03-01T11:00:00Z', 0],
  ['2026-06-01T12:00:00Z', 2_419_200],
])('a TTL is never out of range: until %s is %i', (expiresAt, TTL) => {
  expect(pushOptions({ ...MESSAGE, expiresAt: new Date(expiresAt) }, NOW).TTL).toBe(TTL);
});
