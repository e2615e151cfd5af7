import type { ChannelName } from './attempt.ts';

/** One step of the ladder: `afterSeconds` from the due time, by `channel`, to the patient or a caregiver. */
export interface Rung {
  afterSeconds: number;
  channel: ChannelName;
  to: 'patient' | 'caregiver';
}

/** How a prescription's doses are reminded, how long an answer counts as in time, and when a clinician is told. */
export interface Policy {
  critical: boolean;
  ladder: Rung[];
  /** An answer within this many seconds of the due time is in time; then the dose is missed or undelivered. */
  windowSeconds: number;
  /** A first reminder later than this is no longer sent as if it were on time. */
  usefulSeconds: number;
  /** A routine prescription opens a case after this many misses in a row; a critical one after the first. */
  missesInARow: number;
}

const MINUTE = 60;
const ROUTINE_LADDER: Rung[] = [
  { afterSeconds: 0, channel: 'push', to: 'patient' },
  { afterSeconds: 10 * MINUTE, channel: 'sms', to: 'patient' },
  { afterSeconds: 20 * MINUTE, channel: 'email', to: 'patient' },
];
const CRITICAL_LADDER: Rung[] = [
  { afterSeconds: 0, channel: 'push', to: 'patient' },
  { afterSeconds: 10 * MINUTE, channel: 'sms', to: 'patient' },
  { afterSeconds: 15 * MINUTE, channel: 'voice', to: 'patient' },
  { afterSeconds: 20 * MINUTE, channel: 'email', to: 'patient' },
  { afterSeconds: 30 * MINUTE, channel: 'sms', to: 'caregiver' },
];

/** The policy of a prescription that names only some of its parts (or none). */
export function completePolicy(given: Partial<Policy>): Policy {
  const critical = given.critical ?? false;
  return {
    critical,
    ladder: given.ladder ?? (critical ? CRITICAL_LADDER : ROUTINE_LADDER),
    windowSeconds: given.windowSeconds ?? 60 * MINUTE,
    usefulSeconds: given.usefulSeconds ?? Math.min(15 * MINUTE, given.windowSeconds ?? Infinity),
    missesInARow: given.missesInARow ?? 3,
  };
}
