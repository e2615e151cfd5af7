import { type Static, Type } from 'typebox';
import { CHANNELS, CONTACT_KINDS, type ContactKind } from '../../domain/attempt.ts';
import type { PatientRecord, RoutineTime } from '../../domain/patient.ts';
import type { StoredPatient } from '../../store/patients.ts';
import { ExternalId, Id, Instant, text, WallTime } from './common.ts';
import { MoveWarnings } from './warning.ts';

const exact = { additionalProperties: false };
const Name = text(200, 'a name of 1 to 200 characters; kept encrypted, never sent');
const Kind = Type.Enum([...CONTACT_KINDS]);

const ContactSchema = Type.Object(
  {
    kind: Kind,
    value: Type.String({ minLength: 1, maxLength: 4096, description: 'E.164 phone, e-mail address or device token' }),
  },
  { ...exact, examples: [{ kind: 'phone', value: '+51987654321' }] },
);
const Contacts = Type.Array(ContactSchema, { maxItems: 10 });
const People = Type.Array(Type.Object({ name: Type.Optional(Name), contacts: Contacts }, exact), { maxItems: 10 });

const ROUTINE: RoutineTime[] = ['wake', 'breakfast', 'lunch', 'dinner', 'sleep'];
const Routine = Type.Object(
  Object.fromEntries(ROUTINE.map((time) => [time, Type.Optional(WallTime)])) as Record<
    RoutineTime,
    Type.TOptional<typeof WallTime>
  >,
  exact,
);
const Consent = Type.Object(
  {
    reminders: Type.Boolean({ description: 'false: doses are planned and accounted for, nothing is sent' }),
    channels: Type.Optional(Type.Array(Type.Enum([...CHANNELS]), { uniqueItems: true, description: 'absent: all' })),
    criticalInQuietHours: Type.Optional(
      Type.Boolean({ description: 'true: critical doses may ring in the quiet hours (default false)' }),
    ),
  },
  exact,
);
const QuietHours = Type.Object(
  { from: WallTime, to: WallTime },
  {
    ...exact,
    description:
      "in the zone of the patient; absent: the tenant's own for the country of the zone, as far as it has set any",
  },
);

const shared = {
  name: Type.Optional(Name),
  locale: Type.String({ minLength: 2, maxLength: 35, description: 'a BCP 47 language tag such as es-PE' }),
  zone: Type.String({ minLength: 1, maxLength: 64, description: 'an IANA zone such as America/Lima' }),
  consent: Consent,
  quietHours: Type.Optional(QuietHours),
  canRead: Type.Optional(
    Type.Boolean({
      description: 'false: reminders are calls, where there is a provider for them, consent and a phone (default true)',
    }),
  ),
};

export const PatientParams = Type.Object({ externalId: ExternalId });

export const PatientBody = Type.Object(
  {
    ...shared,
    routine: Type.Optional(Routine),
    contacts: Type.Optional(Contacts),
    caregivers: Type.Optional(People),
    clinicians: Type.Optional(People),
    deceased: Type.Optional(
      Type.Boolean({
        description:
          'true: the patient has died. Every prescription is stopped for good, open doses end as excluded, nothing is sent any more',
      }),
    ),
  },
  {
    ...exact,
    examples: [
      {
        name: 'Ana Quispe',
        locale: 'es-PE',
        zone: 'America/Lima',
        contacts: [
          { kind: 'push', value: 'fcm-device-token' },
          { kind: 'phone', value: '+51987654321' },
          { kind: 'email', value: 'ana@example.org' },
        ],
        caregivers: [{ name: 'Luis Quispe', contacts: [{ kind: 'phone', value: '+51987654322' }] }],
        clinicians: [{ name: 'Dr. Rojas', contacts: [{ kind: 'email', value: 'rojas@example.org' }] }],
        consent: { reminders: true },
        quietHours: { from: '22:00', to: '07:00' },
      },
    ],
  },
);

/** A contact point as it stands. */
export const ContactView = Type.Object({
  owner: Type.Enum(['patient', 'caregiver', 'clinician']),
  ownerName: Type.Optional(Type.String()),
  kind: Kind,
  value: Type.String({ description: 'masked: enough to recognise, not to reach', examples: ['+51*******21'] }),
  state: Type.Enum(['active', 'invalid', 'opted_out']),
  stateCode: Type.Optional(Type.String({ description: 'what the provider said, or how its owner opted out' })),
});

export const PatientView = Type.Object({
  id: Id,
  externalId: ExternalId,
  ...shared,
  routine: Routine,
  contactPoints: Type.Array(ContactView),
  deceasedAt: Type.Optional(Type.String({ format: 'date-time', description: 'when the death was recorded' })),
  createdAt: Instant,
  updatedAt: Instant,
});

/** What PUT answers. */
export const PatientPutView = Type.Object({ ...PatientView.properties, warnings: MoveWarnings });

/** The body of a PUT as the domain's record. */
export function toPatientRecord(externalId: string, body: Static<typeof PatientBody>): PatientRecord {
  const { routine = {}, contacts = [], caregivers = [], clinicians = [], ...rest } = body;
  return { externalId, routine, contacts, caregivers, clinicians, ...rest };
}

/** What the API tells of a patient: contact points masked. */
export function patientView(patient: StoredPatient): Static<typeof PatientView> {
  const { createdAt, updatedAt, deceasedAt, contactPoints, ...rest } = patient;
  return {
    ...rest,
    contactPoints: contactPoints.map(contactView),
    ...(deceasedAt === null ? {} : { deceasedAt: deceasedAt.toISOString() }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function contactView({
  ownerName,
  stateCode,
  value,
  ...contact
}: StoredPatient['contactPoints'][number]): Static<typeof ContactView> {
  return {
    ...contact,
    value: maskContact(contact.kind, value),
    ...(ownerName === null ? {} : { ownerName }),
    ...(stateCode === null ? {} : { stateCode }),
  };
}

function maskPhone(value: string): string {
  return value.slice(0, 3) + '*'.repeat(value.length - 5) + value.slice(-2);
}

const MASKS: Record<ContactKind, (value: string) => string> = {
  phone: maskPhone,
  email: (value) => `${value.slice(0, 1)}***${value.slice(value.lastIndexOf('@'))}`,
  webpush: () => '***',
  whatsapp: maskPhone,
  push: (value) => `***${value.length > 12 ? value.slice(-4) : ''}`,
};

/** Enough of a contact point's value to recognise it, not to reach it. */
export function maskContact(kind: ContactKind, value: string): string {
  return MASKS[kind](value);
}
