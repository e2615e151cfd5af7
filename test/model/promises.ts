import { attemptStatesBefore } from '#src/domain/attempt.ts';
import { statesBefore } from '#src/domain/dose.ts';
import type { Step } from './machine.ts';
import type { State } from './state.ts';

/** What a step breaks, in words; null: every promise of DESIGN.md holds. `statesBefore` here is never a broken one. */
export function brokenPromise(from: State, { act, to }: Step): string | null {
  const { dose, attempts } = to;
  if (dose.state !== from.dose.state && !statesBefore(dose.state).includes(from.dose.state))
    return `a dose went back: ${from.dose.state} to ${dose.state}`;
  for (const [i, { state, chunks }] of from.attempts.entries()) {
    const next = attempts[i];
    if (next === undefined) return 'an attempt vanished';
    const isRetry = next.state === 'intent' && next.chunks.length > chunks.length;
    if (next.state !== state && !isRetry && !attemptStatesBefore(next.state).includes(state))
      return `an attempt went back: ${state} to ${next.state}`;
    const isSaidNotSent = next.state !== state && (next.state === 'failed' || next.state === 'cancelled');
    if (isSaidNotSent && next.taken > 0 && act.do !== 'receipt')
      return 'a message that left is told as one that did not';
  }
  if (new Set(attempts.map(({ rung }) => rung)).size < attempts.length) return 'a rung was sent under two ids';
  if (attempts.some(({ channel, taken }) => channel === 'sms' && taken > 1)) return 'an SMS was accepted twice';
  if (act.do === 'send' && !isWantedBy(from, act)) return 'sent although the truth that was read said no';
  if ((dose.state === 'planned' || dose.state === 'open') !== (dose.next !== null))
    return 'an open dose without a next action';
  if (dose.state === 'missed' && attempts.every(({ taken }) => taken === 0))
    return 'a patient blamed for a message nobody got';
  if (to.told !== null && to.told !== dose.state) return `an answer that was confirmed is lost: ${to.told}`;
  if (act.do === 'answer' && LATE.has(from.dose.state) && dose.state !== act.answer)
    return 'a late answer did not count';
  return null;
}

/** The promise told by these words alone: a service without one of its guards breaks several. */
export function only(words: string): typeof brokenPromise {
  return (from, step) => {
    const broken = brokenPromise(from, step);
    return broken?.includes(words) ? broken : null;
  };
}

const LATE = new Set(['missed', 'undelivered']);

function isWantedBy(state: State, { attempt, chunk }: { attempt: number; chunk: number }): boolean {
  return state.workers.every(
    (work) => work.attempt !== attempt || work.chunk !== chunk || work.at !== 'checked' || work.wanted,
  );
}
