/** Why a case is open. One open case per patient + prescription + kind; further misses append to it. */
export type EscalationKind = 'missed_critical' | 'missed_streak' | 'undelivered_critical';

/** `open → acknowledged → resolved`; also resolved by itself on a late answer, with the reason. */
export type EscalationState = 'open' | 'acknowledged' | 'resolved';
