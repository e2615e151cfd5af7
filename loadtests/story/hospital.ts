import { readFileSync } from 'node:fs';
import type { PatientRecord } from '#src/domain/patient.ts';

/** What a patient of the story does, with its share of the patients in percent. Every outcome of a dose occurs. */
export const BEHAVIOURS = {
  /** answers the push in time */
  push_taken: 34,
  /** answers the push after the window: missed, then taken late */
  push_late: 5,
  /** says on the push that it was not taken */
  push_skipped: 5,
  /** snoozes, then takes it */
  snooze_then_taken: 5,
  /** leaves the push, answers the SMS with `reply` */
  sms_taken: 14,
  sms_skipped: 4,
  /** confirms on the page behind the link of the SMS or e-mail */
  link_taken: 10,
  /** its device token is no longer registered: the SMS reaches it */
  dead_push_then_sms: 5,
  /** receives everything, answers nothing: missed */
  silent: 8,
  /** token not registered, number invalid, mailbox refused (550): undelivered */
  unreachable: 4,
  /** its operator refuses our SMS (21610), and it answers nothing else */
  opted_out: 2,
  /** has no contact point: undelivered */
  no_contacts: 1,
  /** its prescription is stopped or paused in the middle of the story: cancelled */
  changed: 3,
} as const;
export type Behaviour = keyof typeof BEHAVIOURS;

export interface HospitalPatient extends PatientRecord {
  city: string;
  behaviour: Behaviour;
  /** The words of its SMS, for the behaviours that answer by SMS. */
  reply?: string;
}

export interface HospitalPrescription {
  /** externalId of the patient */
  patient: string;
  externalId: string;
  medication: string;
  instructions: string;
  /** `HH:mm` of every day, wall clock in the patient's zone */
  times: string[];
  critical: boolean;
  missesInARow?: number;
}

/** A hospital that does not exist: every person, number and address in it is invented. */
export interface Hospital {
  synthetic: true;
  note: string;
  seed: number;
  patients: HospitalPatient[];
  prescriptions: HospitalPrescription[];
}

/** The hospital that is shipped with the project. */
export function loadHospital(): Hospital {
  return JSON.parse(readFileSync(new URL('./hospital.json', import.meta.url), 'utf8')) as Hospital;
}
