import type { ChannelName, ContactKind } from './attempt.ts';

/** `value`: E.164 phone or WhatsApp number, e-mail address, device token, or a browser's PushSubscription as JSON. */
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

/**
 * What a patient agreed to. No consent, no reminder: doses are still planned and accounted for as undelivered. Absent
 * channels: all. `criticalInQuietHours`: critical doses may ring inside the quiet hours.
 */
export interface Consent {
  reminders: boolean;
  channels?: ChannelName[];
  criticalInQuietHours?: boolean;
}

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
  consent: Consent;
  /** False: reminders call this patient instead of being written. */
  canRead?: boolean;
  /** Wall clock `HH:mm`; non-critical reminders are not sent inside it. */
  quietHours?: { from: string; to: string };
  /** The patient has died: every prescription is stopped and nothing is sent any more. */
  deceased?: boolean;
}

/** Whose contact point it is. */
export type ContactOwner = 'patient' | 'caregiver' | 'clinician';

/** Of a contact point that was not removed: only an active one is used. */
export type ContactState = 'active' | 'invalid' | 'opted_out';
