import type { AttemptState } from '#src/domain/attempt.ts';
import type { Rules } from './rules.ts';
import type { Attempt, Chunk, Scope, State } from './state.ts';

/** The state with one attempt changed. */
export function withAttempt(state: State, index: number, change: Partial<Attempt>): State {
  return {
    ...state,
    attempts: state.attempts.map((attempt, i) => (i === index ? { ...attempt, ...change } : attempt)),
  };
}

/** The state with one chunk of an attempt changed. */
export function withChunk(state: State, index: number, chunk: number, change: Partial<Chunk>): State {
  const chunks = attemptOf(state, index).chunks.map((each, i) => (i === chunk ? { ...each, ...change } : each));
  return withAttempt(state, index, { chunks });
}

export function attemptOf(state: State, index: number): Attempt {
  return state.attempts[index] as Attempt;
}

/** Moves an attempt forward if it may: every UPDATE's WHERE. Null: it changes nothing. */
export function moved(rules: Rules, state: State, index: number, next: AttemptState): State | null {
  if (!rules.attemptStatesBefore(next).includes(attemptOf(state, index).state)) return null;
  return withAttempt(state, index, { state: next, check: next === 'unknown' });
}

/** hastenDoses(): a definite failure gives the next rung its turn now. */
export function hastened(scope: Scope, state: State, index: number): State {
  const { dose } = state;
  const now = scope.instants[state.now] as number;
  const isTurn = dose.state === 'open' && dose.rung === attemptOf(state, index).rung + 1;
  if (!isTurn || dose.rung >= scope.policy.ladder.length || (dose.next as number) <= now) return state;
  return { ...state, dose: { ...dose, next: now } };
}

/** Puts an attempt into a new chunk (a retry), or ends it where no time is left for one: retryChunks(). */
export function retried(scope: Scope, rules: Rules, state: State, index: number): State {
  const attempt = attemptOf(state, index);
  if ((scope.instants[state.now] as number) >= attempt.expires) return failed(scope, rules, state, index);
  if (attempt.state !== 'unknown' && attempt.state !== 'intent') return state;
  const chunks: Chunk[] = [...attempt.chunks, { state: 'queued', asked: false, job: false }];
  return withAttempt(state, index, { state: 'intent', check: false, notAsked: false, chunks });
}

/** Ends an attempt that reached nobody, and hastens the next rung. */
export function failed(scope: Scope, rules: Rules, state: State, index: number): State {
  const to = ended(rules, state, index, 'failed');
  return to === null ? state : hastened(scope, to, index);
}

/** Ends an attempt as one that did not leave, as far as that is known. Null: it changes nothing. */
export function ended(rules: Rules, state: State, index: number, end: 'failed' | 'cancelled'): State | null {
  const to = moved(rules, state, index, end);
  const isDoubtful = rules.doubts && attemptOf(state, index).mayHaveLeft;
  return to !== null && isDoubtful ? withAttempt(to, index, { state: 'unknown', check: false }) : to;
}

/** Takes one element out of a list, and puts another in its place. Lists are sorted: who holds what has no name. */
export function replaced<T>(list: T[], old: T | null, by: T | null): T[] {
  const rest = list.filter((each) => each !== old);
  if (by === null) return rest;
  return [...rest, by].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
