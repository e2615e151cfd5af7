const DOSE = ['dose', 'prescription', 'patient', 'localDate', 'dueAt', 'state'] as const;
const ANSWERED_DOSE = [...DOSE, 'late', 'takenAt', 'road'] as const;
const CASE = ['escalation', 'kind', 'state', 'prescription', 'patient'] as const;

/** What a tenant's own systems may be told of: when, and with which fields of `CALLBACK_FIELDS`. The list that API and docs show. */
export const CALLBACK_EVENTS = {
  'dose.confirmed': {
    when: 'a dose was reported taken',
    data: ANSWERED_DOSE,
  },
  'dose.skipped': {
    when: 'a dose was reported not taken',
    data: ANSWERED_DOSE,
  },
  'dose.corrected': {
    when: 'an answer was taken back: taken became skipped, or skipped became taken',
    data: ANSWERED_DOSE,
  },
  'dose.missed': {
    when: 'the window of a dose is over, and nobody answered',
    data: DOSE,
  },
  'dose.undelivered': {
    when: 'the window of a dose is over, and no reminder of it arrived',
    data: DOSE,
  },
  'patient.unreachable': {
    when: 'the last way to reach a patient is gone',
    data: ['patient'],
  },
  'patient.opted_out': {
    when: 'a patient asked for no more reminders, on one channel or on all',
    data: ['patient', 'channel'],
  },
  'patient.opted_in': {
    when: 'a patient asked for reminders again',
    data: ['patient', 'channel'],
  },
  'escalation.opened': {
    when: 'a case for a clinician was opened',
    data: CASE,
  },
  'escalation.resolved': {
    when: 'a case is closed, by a person, a late answer, or since it is over',
    data: CASE,
  },
} as const satisfies Record<string, { when: string; data: readonly CallbackField[] }>;

/** The fields of events: ids, codes and instants. Never a name, a number, a drug or what somebody wrote. */
export const CALLBACK_FIELDS = {
  dose: 'the id of the dose',
  prescription: '{"id", "externalId"}: our id of the prescription, and your own or null; null where a case is of none',
  patient: '{"id", "externalId"}: our id of the patient, and your own',
  localDate: "the day the dose belongs to, in the patient's zone",
  dueAt: 'when it was due',
  state: 'what it is now',
  late: 'whether it was taken, or reported skipped, after its window',
  takenAt: 'when it was taken; null when it was not',
  road: 'the road the answer came by',
  channel: 'the channel it is about; null: all of them',
  escalation: 'the id of the case',
  kind: 'why the case is open',
} as const;

export type CallbackEvent = keyof typeof CALLBACK_EVENTS;
type CallbackField = keyof typeof CALLBACK_FIELDS;

export const CALLBACK_EVENT_NAMES = Object.keys(CALLBACK_EVENTS) as CallbackEvent[];

/** Sent when a tenant asks for it; nobody subscribes to it. Its data is empty. */
export const CALLBACK_TEST = 'callback.test';

/** `pending → delivered | failed`; a replay makes it pending again. */
export const CALLBACK_STATES = ['pending', 'delivered', 'failed'] as const;
export type CallbackState = (typeof CALLBACK_STATES)[number];
