import { type Static, Type } from 'typebox';
import { CHANNELS, CONTACT_KINDS } from '../../domain/attempt.ts';
import { CONSENT_SOURCES, consentsTo } from '../../domain/consent.ts';
import type { ConsentEvent } from '../../store/consents.ts';
import type { StoredPatient } from '../../store/patients.ts';
import { Id, Instant, nullable, page } from './common.ts';
import { ContactView, contactView, maskContact } from './patient.ts';

const Channel = Type.Enum([...CHANNELS]);

const EventView = Type.Object({
  id: Id,
  at: Instant,
  purpose: Type.Enum(['reminders', 'critical_in_quiet_hours']),
  channel: nullable(Type.String({ description: 'null: every channel (of `contact`, where there is one)' })),
  contact: Type.Optional(
    Type.Object(
      {
        owner: Type.Enum(['patient', 'caregiver', 'clinician']),
        kind: Type.Enum([...CONTACT_KINDS]),
        value: Type.String({ description: 'masked', examples: ['+51*******21'] }),
      },
      { description: 'the one contact point it is about; absent: all of them' },
    ),
  ),
  granted: Type.Boolean(),
  source: Type.Enum([...CONSENT_SOURCES], {
    description:
      'api: PUT of the patient; reply: a message such as STOP; provider: the carrier said so; mail_link: the link in an e-mail',
  }),
});

/** What holds now, and a page of how it came to that. */
export const ConsentView = Type.Object({
  now: Type.Object({
    reminders: Type.Boolean(),
    channels: Type.Array(Channel, { description: 'those that reminders may use' }),
    criticalInQuietHours: Type.Boolean(),
    contactPoints: Type.Array(ContactView),
  }),
  ...page(EventView).properties,
});

export function consentNow({ consent, contactPoints }: StoredPatient): Static<typeof ConsentView>['now'] {
  return {
    reminders: consent.reminders,
    channels: CHANNELS.filter((channel) => consentsTo(consent, channel)),
    criticalInQuietHours: consent.criticalInQuietHours === true,
    contactPoints: contactPoints.map(contactView),
  };
}

export function consentEventView({ contact, at, ...event }: ConsentEvent): Static<typeof EventView> {
  return {
    ...event,
    at: at.toISOString(),
    ...(contact !== null && { contact: { ...contact, value: maskContact(contact.kind, contact.value) } }),
  };
}
