import { attemptOf, failed, moved, replaced, retried, withAttempt } from './edit.ts';
import type { Step } from './machine.ts';
import type { Rules } from './rules.ts';
import type { Look, Scope, State } from './state.ts';
import { reasonOf } from './work.ts';

/** reconcile(), in its three effects: takeUnknown() and the truth, the provider's word, what that makes of the message. */
export function lookSteps(scope: Scope, rules: Rules, state: State): Step[] {
  return [
    ...state.attempts.flatMap((_, attempt) => takeSteps(scope, rules, state, attempt)),
    ...state.lookers.flatMap((look) => nextSteps(scope, rules, state, look)),
  ];
}

function takeSteps(scope: Scope, rules: Rules, state: State, attempt: number): Step[] {
  const { state: attemptState, check, chunks, notAsked, lost } = attemptOf(state, attempt);
  if (attemptState !== 'unknown' || !check || state.lookers.length === scope.lookers) return [];
  const wanted = reasonOf(scope, rules, state, attempt) === null;
  const look: Look = { attempt, chunk: chunks.length - 1, wanted, notAsked, lost, found: null };
  const to = { ...state, lookers: replaced(state.lookers, null, look) };
  const act = { do: 'take unknown', attempt, look } as const;
  // Taken a second time only while the first look-up takes longer than takeUnknown() puts the next one off.
  if (!state.lookers.some((other) => other.attempt === attempt)) return [{ act, by: 'service', to }];
  return state.faults === 0 ? [] : [{ act, by: 'fault', to: { ...to, faults: state.faults - 1 } }];
}

function nextSteps(scope: Scope, rules: Rules, state: State, look: Look): Step[] {
  const { attempt } = look;
  const gone = { ...state, lookers: replaced(state.lookers, look, null) };
  const steps: Step[] = [{ act: { do: 'finder dies', attempt, look }, by: 'fault', to: gone }];
  if (look.found === null) {
    const found: Look = { ...look, found: findOut(scope, rules, state, look) };
    const lookers = replaced(state.lookers, look, found);
    steps.push({ act: { do: 'look up', attempt, look, found }, by: 'service', to: { ...state, lookers } });
  } else {
    steps.push({ act: { do: 'settle look-up', attempt, look }, by: 'service', to: known(scope, rules, gone, look) });
  }
  return steps;
}

/** A message in whose hands so many workers died is not tried again. */
const MOST_LOST = 3;

/** findOut(): only what is proven absent, or shows one message however often it is sent, goes out again. */
function findOut(scope: Scope, rules: Rules, state: State, look: Look): Exclude<Look['found'], null> {
  const absent = look.wanted && look.lost < MOST_LOST ? 'absent' : 'failed';
  if (look.notAsked) return absent;
  const { channel, taken } = attemptOf(state, look.attempt);
  if (channel !== 'sms' || !rules.looksUp) return look.wanted ? 'repeatable' : 'nobody_knows';
  if (!scope.lookup) return 'nobody_knows';
  return taken > 0 ? 'accepted' : absent;
}

function known(scope: Scope, rules: Rules, state: State, { attempt: index, chunk, found, lost }: Look): State {
  if (found === 'accepted') return moved(rules, state, index, 'accepted') ?? state;
  const attempt = attemptOf(state, index);
  if (attempt.state !== 'unknown') return state;
  if (found === 'nobody_knows') return withAttempt(state, index, { check: false });
  if (!rules.isFindersOwn(attempt, chunk)) return state;
  const to = found === 'repeatable' ? withAttempt(state, index, { mayHaveLeft: true }) : state;
  const isOver = found === 'failed' || lost >= MOST_LOST;
  return isOver ? failed(scope, rules, to, index) : retried(scope, rules, to, index);
}
