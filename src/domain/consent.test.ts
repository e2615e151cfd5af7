import { expect, test } from 'vitest';
import { consentChanges } from './consent.ts';
import type { Consent } from './patient.ts';

/** `+sms` is granted, `-sms` withdrawn; `reminders` is on every channel. */
const told = (before: Consent | null, after: Consent) =>
  consentChanges(before, after).map(
    ({ channel, purpose, granted }) =>
      (granted ? '+' : '-') + (channel ?? (purpose === 'reminders' ? purpose : 'quiet')),
  );
const YES = { reminders: true };

test.each<[string, Consent | null, Consent, string[]]>([
  ['the first yes', null, YES, ['+reminders']],
  ['the first no', null, { reminders: false }, ['-reminders']],
  [
    'a first yes to one channel, in quiet hours too',
    null,
    { reminders: true, channels: ['sms'], criticalInQuietHours: true },
    ['+reminders', '-push', '-webpush', '-whatsapp', '-voice', '-email', '+quiet'],
  ],
  ['the same again', YES, { reminders: true, criticalInQuietHours: false }, []],
  [
    'the same channels in another order',
    { ...YES, channels: ['sms', 'email'] },
    { ...YES, channels: ['email', 'sms'] },
    [],
  ],
  ['no more reminders', YES, { reminders: false }, ['-reminders']],
  ['another channel instead', { ...YES, channels: ['sms'] }, { ...YES, channels: ['email'] }, ['-sms', '+email']],
  ['all channels again', { ...YES, channels: ['push', 'sms', 'voice', 'email'] }, YES, ['+webpush', '+whatsapp']],
  ['no channel at all', YES, { ...YES, channels: [] }, ['-push', '-webpush', '-sms', '-whatsapp', '-voice', '-email']],
  ['quiet hours hold again', { ...YES, criticalInQuietHours: true }, YES, ['-quiet']],
])('%s', (_, before, after, changes) => {
  expect(told(before, after)).toEqual(changes);
});
