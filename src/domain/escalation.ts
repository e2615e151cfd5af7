/**
 * Why a case is open: a dose nobody answered, what somebody wrote, or a patient whom nothing reaches any more. One open case per
 * patient + prescription + kind; further misses append to it.
 */
export const MISS_KINDS = ['missed_critical', 'missed_streak', 'undelivered_critical'] as const;
export type MissKind = (typeof MISS_KINDS)[number];

export const REPLY_KINDS = ['urgent_reply', 'problem_reply', 'wrong_person', 'unclear_reply', 'unreachable'] as const;
export type ReplyKind = (typeof REPLY_KINDS)[number];

export const ESCALATION_KINDS = [...MISS_KINDS, ...REPLY_KINDS] as const;
export type EscalationKind = MissKind | ReplyKind;

/** `open → acknowledged → resolved`; also resolved by itself on a late answer, with the reason. */
export type EscalationState = 'open' | 'acknowledged' | 'resolved';
