import type { AttemptState, ChannelName } from '#src/domain/attempt.ts';
import type { DoseState } from '#src/domain/dose.ts';
import { completePolicy, type Policy } from '#src/domain/policy.ts';

/** When the model's one dose is due: 08:00 in Lima. */
export const DUE = Date.parse('2026-11-23T13:00:00Z');
const MINUTE = 60_000;

/** What is explored: small enough to be exhausted. Times are milliseconds since the epoch. */
export interface Scope {
  policy: Policy;
  /** The instants at which time can stand: around every moment that a decision asks about. */
  instants: number[];
  workers: number;
  lookers: number;
  /** How many things may go wrong in one history; after that everything works. */
  faults: number;
  /** Whether patients answer and prescriptions end: without, more can go wrong within the same time. */
  people: boolean;
  /** Whether the SMS provider can be asked what became of a message. */
  lookup: boolean;
  /** Whether a worker may be stopped between its last look at its lease and the socket: the one gap nothing closes. */
  pauseBeforeWrite: boolean;
}

/** A dose of these channels ten minutes apart, and every instant that matters to it. */
export function scopeOf(channels: ChannelName[], given: Partial<Scope> = {}): Scope {
  const ladder = channels.map((channel, i) => ({ afterSeconds: i * 600, channel, to: 'patient' as const }));
  const minutes = channels.length === 1 ? [-1 / 12, 0, 15, 60, 63] : [-1 / 12, 0, 10, 15, 25, 60, 63];
  return {
    policy: completePolicy({ ladder }),
    instants: minutes.map((minute) => DUE + minute * MINUTE),
    workers: 2,
    lookers: 2,
    faults: 3,
    people: true,
    lookup: true,
    pauseBeforeWrite: false,
    ...given,
  };
}

/** One message of one rung. `chunks`: every chunk it was in, the last is where it is; this is what `chunk_id` names. */
export interface Attempt {
  rung: number;
  channel: ChannelName;
  state: AttemptState;
  notAsked: boolean;
  /** An earlier try got no answer, and was repeated without proof that it did not leave. */
  mayHaveLeft: boolean;
  expires: number;
  chunks: Chunk[];
  /** `unknown`, and to be found out about (`check_at` before infinity). */
  check: boolean;
  /** Workers that died with it in hand. */
  lost: number;
  /** How often the provider took it: nothing in the service knows this. */
  taken: number;
}

export interface Chunk {
  state: 'queued' | 'sending' | 'done';
  /** A sender was chosen for it. */
  asked: boolean;
  /** Redis has a job for it. */
  job: boolean;
}

/** A worker with a chunk in hand, between two of its effects. */
export interface Work {
  attempt: number;
  chunk: number;
  /** The chunk is held | the truth was read and the message may leave | the outcome is known, not written. */
  at: 'held' | 'checked' | 'answered';
  outcome: OutcomeKind | null;
  /** When the truth was read, the message was wanted by it. */
  wanted: boolean;
}

export type OutcomeKind =
  | 'accepted'
  | 'unknown'
  | 'retry'
  /** The lease was over before the socket was written to. */
  | 'not_started'
  | 'contact_failed'
  | 'message_failed'
  /** Not sent: nobody wants it, its contact point is no more, too late. */
  | 'unwanted'
  | 'contact_gone'
  | 'expired'
  /** The chunk had nothing left to send. */
  | 'nothing';

/** A process that finds out about an unknown message, from the chunk in which it read it. */
export interface Look {
  attempt: number;
  chunk: number;
  wanted: boolean;
  notAsked: boolean;
  lost: number;
  found: 'accepted' | 'absent' | 'repeatable' | 'failed' | 'nobody_knows' | null;
}

export interface State {
  /** Index of the scope's instants. */
  now: number;
  dose: { state: DoseState; rung: number; next: number | null };
  attempts: Attempt[];
  workers: Work[];
  lookers: Look[];
  /** Channels whose contact point a provider refused for good. */
  refused: ChannelName[];
  faults: number;
  /** The last answer that got its 2xx. */
  told: 'taken' | 'skipped' | null;
}

export function initialState(scope: Scope): State {
  return {
    now: 0,
    dose: { state: 'planned', rung: 0, next: DUE },
    attempts: [],
    workers: [],
    lookers: [],
    refused: [],
    faults: scope.faults,
    told: null,
  };
}
