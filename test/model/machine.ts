import { lookSteps } from './looks.ts';
import { outsideSteps } from './outside.ts';
import { RULES, type Rules } from './rules.ts';
import { scheduleSteps } from './schedule.ts';
import { initialState, type Look, type OutcomeKind, type Scope, type State } from './state.ts';
import { workSteps } from './work.ts';

/** One indivisible thing that happens: a transaction, a call, a crash. */
export interface Step {
  act: Act;
  /** The service at work (and time passing), people and providers, or something going wrong. */
  by: 'service' | 'outside' | 'fault';
  to: State;
}

/** What happens; conformance.test.ts makes it happen to the real service. */
export type Act =
  | { do: 'time passes' | 'claim and commit' | 'Redis is flushed' | 'prescription stopped' | 'patient dies' }
  | { do: 'enqueue'; attempt: number }
  | { do: 'hold' | 'read the truth' | 'settle' | 'worker dies' | 'abandon'; attempt: number; chunk: number }
  | { do: 'send'; attempt: number; chunk: number; taken: boolean; outcome: OutcomeKind }
  | { do: 'take unknown' | 'settle look-up' | 'finder dies'; attempt: number; look: Look }
  | { do: 'look up'; attempt: number; look: Look; found: Look }
  | { do: 'receipt'; attempt: number; state: 'accepted' | 'delivered' | 'failed' }
  | { do: 'answer'; answer: 'taken' | 'skipped'; road: 'link' | 'push_action' | 'sms_reply'; told: boolean };

export interface World {
  scope: Scope;
  first: State;
  steps(state: State): Step[];
}

/** The service in a small world, every promise hanging on `rules`. */
export function worldOf(scope: Scope, given: Partial<Rules> = {}): World {
  const rules = { ...RULES, ...given };
  return {
    scope,
    first: initialState(scope),
    steps: (state) => [
      ...scheduleSteps(scope, rules, state),
      ...workSteps(scope, rules, state),
      ...lookSteps(scope, rules, state),
      ...outsideSteps(scope, rules, state),
    ],
  };
}

/** Nothing is under way, and nothing is left to do. */
export function isQuiescent({ dose, attempts, workers, lookers }: State): boolean {
  const isAtRest = workers.length === 0 && lookers.length === 0;
  return isAtRest && dose.next === null && attempts.every(({ state, check }) => state !== 'intent' && !check);
}
