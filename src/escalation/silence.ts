import type { DoseState } from '../domain/dose.ts';

/** What is known of an expected dose that has a row of its own, some minutes after it was due. */
export interface Departure {
  state: DoseState;
  /** A provider took a reminder of it. */
  left: boolean;
  /** The patient has answered it, if only to put it off. */
  answered: boolean;
  /** A message has been on its way, or of unknown fate, for longer than leaving takes. */
  stuck: boolean;
  /** Why messages of it failed or were dropped; `refused`: the provider said that the contact is no good. */
  ends: string[];
}

/**
 * `heard`: a reminder left, or the patient answered. `refused` and `explained`: nothing left, and it is known why; the
 * first is told when it happens to many at once. `silent`: nothing left, and nothing explains it.
 */
export type Verdict = 'heard' | 'refused' | 'explained' | 'silent';

/** Reasons that are the patient's or the tenant's own choice, or state of contacts. Whatever else kept a message is ours. */
const EXPLANATIONS = new Set(['quiet_hours', 'no_consent', 'channel_not_consented', 'no_contact', 'refused']);
const isExplanation = (code: string) => EXPLANATIONS.has(code) || code.startsWith('contact_');

/** What an expected dose comes to. */
export function verdictOn({ state, left, answered, stuck, ends }: Departure): Verdict {
  if (left || answered || state === 'taken' || state === 'skipped') return 'heard';
  if (stuck || ends.length === 0 || !ends.every(isExplanation)) return 'silent';
  return ends.includes('refused') ? 'refused' : 'explained';
}

/** The expected doses of one patient, or the patients of one tenant, by verdict. */
export type Tally = Record<Verdict, number>;

export const emptyTally = (): Tally => ({ heard: 0, refused: 0, explained: 0, silent: 0 });

/** A patient with one silent dose is silent, whatever became of the others: the next look decides anew. */
export function verdictOfPatient(doses: Tally): Verdict {
  if (doses.silent > 0) return 'silent';
  if (doses.heard > 0) return 'heard';
  return doses.refused > 0 ? 'refused' : 'explained';
}

/** Fewer patients at once may each have a reason of their own. */
const MANY = 10;
/** One in five: a fault of one patient's data does not reach so many, one of ours or of a provider's does. */
const SHARE = 0.2;
/** More single incidents at one look nobody reads: it is one of the tenant, whatever the share. */
export const MOST_SINGLE = 200;

/**
 * Whether patients who should have been reached and were not are one incident of their tenant rather than one each. While
 * that one is open it takes in every silence, until somebody is heard.
 */
export function isTenantSilent({ heard, refused, silent }: Tally, isOpen: boolean): boolean {
  const unreached = silent + refused;
  if (silent > MOST_SINGLE) return true;
  if (unreached >= MANY && unreached >= SHARE * (unreached + heard)) return true;
  return isOpen && heard === 0;
}
