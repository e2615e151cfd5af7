import { expect, test } from 'vitest';
import type { OutboundMessage } from '#channels/channel.ts';
import { fcmMessage } from './message.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const MESSAGE: OutboundMessage = {
  attemptId: '0195512c-8a00-7000-8000-000000000001',
  doseId: '0195512c-8a00-7000-8000-000000000002',
  purpose: 'reminder',
  language: 'es' as const,
  time: '08:00',
  inSession: false,
  to: 'device-token',
  subject: 'Es hora',
  text: 'Es la hora de su dosis',
  link: 'https://dosebell.example/c/abc',
  token: 'abc',
  expiresAt: new Date('2026-03-01T12:30:00.900Z'),
  createdAt: NOW,
};

test('groups repeats of a dose on the device and dies with the dose', () => {
  expect(fcmMessage(MESSAGE, NOW)).toStrictEqual({
    message: {
      token: 'device-token',
      notification: { title: 'Es hora', body: 'Es la hora de su dosis' },
      data: {
        attemptId: MESSAGE.attemptId,
        doseId: MESSAGE.doseId,
        purpose: 'reminder',
        token: 'abc',
        link: 'https://dosebell.example/c/abc',
        category: 'DOSE_REMINDER',
        actions: JSON.stringify([
          { action: 'taken', title: 'La tomé' },
          { action: 'snoozed', title: 'Más tarde' },
          { action: 'skipped', title: 'No la tomaré' },
        ]),
      },
      android: { priority: 'HIGH', ttl: '1800s', notification: { tag: MESSAGE.doseId } },
      apns: {
        headers: { 'apns-collapse-id': MESSAGE.doseId, 'apns-expiration': '1772368200', 'apns-priority': '10' },
        payload: { aps: { sound: 'default', category: 'DOSE_REMINDER', 'mutable-content': 1 } },
      },
    },
  });
});

test('an escalation carries neither token nor link', () => {
  const { link: _, token: __, ...escalation } = MESSAGE;
  expect(fcmMessage({ ...escalation, purpose: 'escalation' }, NOW)).toMatchObject({
    message: { data: { attemptId: MESSAGE.attemptId, doseId: MESSAGE.doseId, purpose: 'escalation' } },
  });
  expect(JSON.stringify(fcmMessage(escalation, NOW))).not.toContain('link');
});

test.each([
  ['en', 'reminder', 'Taken, Later, Skip'],
  ['pt', 'reminder', 'Tomei, Mais tarde, Não vou tomar'],
  ['en', 'caregiver', 'Taken, Skip'],
  ['en', 'escalation', undefined],
  ['en', 'message', undefined],
] as const)('in %s a %s has the buttons %s', (language, purpose, titles) => {
  const { message } = fcmMessage({ ...MESSAGE, language, purpose }, NOW) as {
    message: { data: Record<string, string>; apns: { payload: { aps: { category?: string } } } };
  };
  const actions: { title: string }[] = JSON.parse(message.data.actions ?? '[]');
  expect(actions.map(({ title }) => title).join(', ') || undefined).toBe(titles);
  expect(message.apns.payload.aps.category).toBe(message.data.category);
  expect(message.data.category === undefined).toBe(titles === undefined);
});

test('without a token there is nothing to press', () => {
  const { token: _, ...bare } = MESSAGE;
  expect(JSON.stringify(fcmMessage(bare, NOW))).not.toMatch(/actions|category/);
});

test.each([
  ['2026-03-01T11:00:00Z', '0s'],
  ['2026-06-01T12:00:00Z', '2419200s'],
])('a ttl is never out of the range of FCM: until %s is %s', (expiresAt, ttl) => {
  expect(fcmMessage({ ...MESSAGE, expiresAt: new Date(expiresAt) }, NOW)).toMatchObject({
    message: { android: { ttl } },
  });
});
