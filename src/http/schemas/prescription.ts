import { type Static, Type } from 'typebox';
import { CHANNELS } from '../../domain/attempt.ts';
import { completePolicy, type Policy } from '../../domain/policy.ts';
import type { NewPrescription, PrescriptionChange, Regimen } from '../../domain/prescription.ts';
import type { StoredPrescription } from '../../store/prescriptions.ts';
import { Code, ExternalId, Id, Instant, nullable, text } from './common.ts';
import { Warnings } from './warning.ts';

const exact = { additionalProperties: false };
const DAY_SECONDS = 86_400;

const Local = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$',
  description: 'a wall-clock date and time YYYY-MM-DDTHH:mm:ss without a zone',
  examples: ['2026-11-23T08:00:00'],
});
const Mode = Type.Enum(['wall', 'elapsed'], {
  description: 'wall: the wall clock of the patient’s zone decides (default); elapsed: exact intervals from start',
});
const Rules = Type.Array(
  Type.String({ minLength: 1, maxLength: 500, description: 'an RFC 5545 RRULE value such as FREQ=DAILY' }),
  {
    maxItems: 20,
  },
);
const Dates = Type.Array(Local, { maxItems: 1000 });

const MonthEnd = Type.Enum(['skip', 'last_day'], {
  description:
    'a monthly or yearly rule on the 29th, 30th or 31st, in a month without that day: skip it (default) or fire on its last day',
});

const Cycle = Type.Object(
  { onDays: Type.Integer({ minimum: 1, maximum: 366 }), offDays: Type.Integer({ minimum: 1, maximum: 366 }) },
  { ...exact, description: 'days on and days off in turn, counted in local days from start, such as 21 and 7' },
);

const RegimenBody = Type.Object(
  {
    mode: Type.Optional(Mode),
    start: Local,
    rrules: Type.Optional(Rules),
    rdates: Type.Optional(Dates),
    exdates: Type.Optional(Dates),
    monthEnd: Type.Optional(MonthEnd),
    cycle: Type.Optional(Cycle),
  },
  {
    ...exact,
    description: 'The doses are all that the rules and rdates give, without the exdates',
    examples: [
      { start: '2026-11-23T08:00:00', rrules: ['FREQ=DAILY;BYHOUR=8,20'] },
      { start: '2027-01-31T08:00:00', rrules: ['FREQ=MONTHLY'], monthEnd: 'last_day' },
      { start: '2026-11-23T21:00:00', rrules: ['FREQ=DAILY'], cycle: { onDays: 21, offDays: 7 } },
    ],
  },
);

const Rung = Type.Object(
  {
    afterSeconds: Type.Integer({ minimum: 0, maximum: DAY_SECONDS }),
    channel: Type.Enum([...CHANNELS]),
    to: Type.Enum(['patient', 'caregiver']),
  },
  exact,
);
const policyParts = {
  critical: Type.Boolean({ description: 'a missed dose opens a case at once' }),
  ladder: Type.Array(Rung, {
    minItems: 1,
    maxItems: 10,
    description: 'each later than the one before, all inside the window',
  }),
  windowSeconds: Type.Integer({ minimum: 1, maximum: DAY_SECONDS, description: 'how long an answer is in time' }),
  usefulSeconds: Type.Integer({
    minimum: 1,
    maximum: DAY_SECONDS,
    description: 'a first reminder later than this is not sent',
  }),
  missesInARow: Type.Integer({
    minimum: 1,
    maximum: 100,
    description: 'how many misses open a case when not critical',
  }),
};
const PolicyView = Type.Object(policyParts, exact);
const PolicyBody = Type.Partial(PolicyView, {
  ...exact,
  description: 'Parts left out take their defaults',
  examples: [{ critical: true, windowSeconds: 3600 }],
});

const Medication = text(500, 'what is to be taken; kept encrypted, never sent');
const Instructions = text(2000, 'how it is to be taken; kept encrypted, never sent');

export const PrescriptionBody = Type.Object(
  {
    patient: ExternalId,
    externalId: Type.Optional(ExternalId),
    medication: Medication,
    instructions: Type.Optional(Instructions),
    regimen: RegimenBody,
    policy: Type.Optional(PolicyBody),
  },
  {
    ...exact,
    examples: [
      {
        patient: 'MRN-1042',
        medication: 'Metformin 850 mg',
        instructions: 'One tablet with food',
        regimen: { start: '2026-11-23T08:00:00', rrules: ['FREQ=DAILY;BYHOUR=8,20'] },
      },
    ],
  },
);

const State = Type.Enum(['active', 'paused', 'stopped'], { description: 'stopped is final' });

export const PrescriptionChangeBody = Type.Object(
  {
    state: Type.Optional(State),
    medication: Type.Optional(Medication),
    instructions: Type.Optional(Instructions),
    regimen: Type.Optional(RegimenBody),
    policy: Type.Optional(PolicyBody),
    reason: Type.Optional(Code),
  },
  {
    ...exact,
    minProperties: 1,
    description:
      'Fields left out stay as they are; regimen and policy are replaced as a whole. Only the future changes.',
    examples: [{ state: 'paused', reason: 'admitted' }],
  },
);

export const PrescriptionView = Type.Object({
  id: Id,
  patient: ExternalId,
  externalId: nullable(ExternalId),
  version: Type.Integer(),
  state: State,
  medication: Type.String(),
  instructions: nullable(Type.String()),
  regimen: Type.Object({
    mode: Mode,
    start: Local,
    rrules: Rules,
    rdates: Dates,
    exdates: Dates,
    monthEnd: Type.Optional(MonthEnd),
    cycle: Type.Optional(Cycle),
  }),
  policy: PolicyView,
  createdAt: Instant,
  updatedAt: Instant,
});

/** What POST and PATCH answer. */
export const AcceptedView = Type.Object({ ...PrescriptionView.properties, warnings: Warnings });

export const PreviewView = Type.Object({
  zone: Type.String(),
  words: Type.String({
    description: 'what the regimen says, in the patient’s language or the one that Accept-Language wants (es, en, pt)',
    examples: ['todos los días a las 08:00 y 20:00, desde el 23 de noviembre de 2026'],
  }),
  warnings: Warnings,
  doses: Type.Array(Type.Object({ dueAt: Instant, localDate: Type.String(), localTime: Type.String() })),
  more: Type.Boolean({ description: 'there are more than 200 doses in these days; the first 200 are shown' }),
});

export function toNewPrescription(body: Static<typeof PrescriptionBody>): NewPrescription {
  return { ...body, regimen: toRegimen(body.regimen), policy: completePolicy(body.policy ?? {}) };
}

export function toChange({ regimen, policy, ...rest }: Static<typeof PrescriptionChangeBody>): PrescriptionChange {
  return {
    ...rest,
    ...(regimen === undefined ? {} : { regimen: toRegimen(regimen) }),
    ...(policy === undefined ? {} : { policy: completePolicy(policy satisfies Partial<Policy>) }),
  };
}

function toRegimen({
  mode = 'wall',
  start,
  rrules = [],
  rdates = [],
  exdates = [],
  ...rest
}: Static<typeof RegimenBody>): Regimen {
  return { mode, start, rrules, rdates, exdates, ...rest };
}

export function prescriptionView(prescription: StoredPrescription): Static<typeof PrescriptionView> {
  const { patientId: _patientId, zone: _zone, createdAt, updatedAt, ...rest } = prescription;
  return { ...rest, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
