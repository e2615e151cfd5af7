import type { Policy } from './policy.ts';

/** The schedule part of a prescription. All times are wall clock in the patient's zone, `YYYY-MM-DDTHH:mm:ss`. */
export interface Regimen {
  /** `wall`: the wall clock of the zone decides. `elapsed`: exact intervals on the time line from `start`. */
  mode: 'wall' | 'elapsed';
  start: string;
  /** RFC 5545 RRULE values without the `RRULE:` prefix; the doses are the union of all rules and rdates. */
  rrules: string[];
  rdates: string[];
  exdates: string[];
  /**
   * What a monthly or yearly rule on the 29th, 30th or 31st does in a month without that day: `skip` it, as RFC 5545 says and
   * as when absent, or fire on its `last_day` (RFC 7529's SKIP=BACKWARD).
   */
  monthEnd?: 'skip' | 'last_day';
  /**
   * A course with breaks, such as 21 days on and 7 off, counted in local days from `start`: the rules fire on the days on only.
   * RRULE cannot say this from one start. Wall mode, and no COUNT (would it count the days off?): bound it by UNTIL.
   */
  cycle?: { onDays: number; offDays: number };
}

export type PrescriptionState = 'active' | 'paused' | 'stopped';

/** A new prescription, from the JSON API, FHIR or a file. `patient` is the caller's own id of the patient. */
export interface NewPrescription {
  patient: string;
  externalId?: string;
  medication: string;
  instructions?: string;
  regimen: Regimen;
  policy: Policy;
}

/** A change to a prescription: only the future is re-expanded. `null` is not a value; absent means unchanged. */
export interface PrescriptionChange {
  state?: PrescriptionState;
  medication?: string;
  instructions?: string;
  regimen?: Regimen;
  policy?: Policy;
  /** Why, kept with the cancelled doses. */
  reason?: string;
}
