import { CHANNELS, type ChannelName } from './attempt.ts';
import type { Consent } from './patient.ts';

/** What somebody agrees to, or no longer does. */
export type ConsentPurpose = 'reminders' | 'critical_in_quiet_hours';

/** Who told us: the tenant's system, the person in a message, the provider, or the link in an e-mail. */
export const CONSENT_SOURCES = ['api', 'reply', 'provider', 'mail_link'] as const;
export type ConsentSource = (typeof CONSENT_SOURCES)[number];

/** One thing that is granted or withdrawn. `channel` null: on every channel. */
export interface ConsentChange {
  channel: ChannelName | null;
  purpose: ConsentPurpose;
  granted: boolean;
}

/** Whether reminders may use the channel; apart from whether they may be sent at all. */
export function consentsTo(consent: Consent, channel: ChannelName): boolean {
  return consent.channels?.includes(channel) !== false;
}

/** What differs between two consents; `before` null: nobody had asked yet, so what was said of reminders is told in any case. */
export function consentChanges(before: Consent | null, after: Consent): ConsentChange[] {
  const old = before ?? { reminders: !after.reminders };
  const changes: (ConsentChange & { was: boolean })[] = [
    { channel: null, purpose: 'reminders', granted: after.reminders, was: old.reminders },
    ...CHANNELS.map((channel) => ({
      channel,
      purpose: 'reminders' as const,
      granted: consentsTo(after, channel),
      was: consentsTo(old, channel),
    })),
    {
      channel: null,
      purpose: 'critical_in_quiet_hours',
      granted: after.criticalInQuietHours === true,
      was: old.criticalInQuietHours === true,
    },
  ];
  return changes.filter(({ granted, was }) => granted !== was).map(({ was: _, ...change }) => change);
}
