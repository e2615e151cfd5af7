import type { ChannelName, ContactKind } from './attempt.ts';

/** `value`: E.164 phone, e-mail address or device token. */
export interface Contact {
  kind: ContactKind;
  value: string;
}

export interface CarePerson {
  name?: string;
  contacts: Contact[];
}

/** Wall-clock times `HH:mm` of the patient's day, used by regimens tied to meals and sleep. */
export type RoutineTime = 'wake' | 'breakfast' | 'lunch' | 'dinner' | 'sleep';
type Routine = Partial<Record<RoutineTime, string>>;

/** Everything the patient PUT replaces. `zone` is an IANA zone, `locale` a BCP 47 tag. */
export interface PatientRecord {
  externalId: string;
  name?: string;
  locale: string;
  zone: string;
  routine: Routine;
  contacts: Contact[];
  caregivers: CarePerson[];
  clinicians: CarePerson[];
  /** No consent, no reminder: doses are still planned and accounted for as undelivered. Absent channels: all. */
  consent: { reminders: boolean; channels?: ChannelName[] };
  /** Wall clock `HH:mm`; non-critical reminders are not sent inside it. */
  quietHours?: { from: string; to: string };
  /** The patient has died: every prescription is stopped and nothing is sent any more. */
  deceased?: boolean;
}

/** Whose contact point it is. */
export type ContactOwner = 'patient' | 'caregiver' | 'clinician';
