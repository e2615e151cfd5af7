import type { MessageToSend } from '#src/dispatch/messages/read.ts';
import { attemptOf, ended, failed, hastened, moved, replaced, retried, withAttempt, withChunk } from './edit.ts';
import type { Step } from './machine.ts';
import type { Rules } from './rules.ts';
import type { OutcomeKind, Scope, State, Work } from './state.ts';

/** What a provider may make of one message. Every answer but the first two needs something to go wrong. */
const ANSWERS: readonly { taken: boolean; outcome: OutcomeKind; fault: boolean }[] = [
  { taken: true, outcome: 'accepted', fault: false },
  { taken: false, outcome: 'message_failed', fault: false },
  { taken: false, outcome: 'contact_failed', fault: false },
  { taken: false, outcome: 'retry', fault: true },
  { taken: false, outcome: 'unknown', fault: true },
  { taken: true, outcome: 'unknown', fault: true },
];

/** The workers, their deaths, and leases that run out. */
export function workSteps(scope: Scope, rules: Rules, state: State): Step[] {
  return [
    ...holdSteps(scope, rules, state),
    ...state.workers.flatMap((work) => nextSteps(scope, rules, state, work)),
    ...leaseSteps(rules, state),
  ];
}

/** claimChunk(): any worker, for any job there ever was: they are delivered again too. */
function holdSteps(scope: Scope, rules: Rules, state: State): Step[] {
  if (state.workers.length === scope.workers) return [];
  return state.attempts.flatMap(({ chunks, expires }, attempt) =>
    chunks.flatMap((held, chunk): Step[] => {
      if (!rules.mayHold(held) || (held.state === 'queued' && !held.job)) return [];
      const asked = (scope.instants[state.now] as number) < expires;
      const work: Work = { attempt, chunk, at: 'held', outcome: null, wanted: isWanted(scope, state, attempt) };
      const to = withChunk(state, attempt, chunk, { state: 'sending', asked, job: false });
      const workers = replaced(state.workers, null, work);
      return [{ act: { do: 'hold', attempt, chunk }, by: 'service', to: { ...to, workers } }];
    }),
  );
}

function nextSteps(scope: Scope, rules: Rules, state: State, work: Work): Step[] {
  const { attempt, chunk } = work;
  const now = (change: Partial<Work>): State => ({
    ...state,
    workers: replaced(state.workers, work, { ...work, ...change }),
  });
  const steps: Step[] = [];
  if (state.faults > 0) {
    const to = { ...state, workers: replaced(state.workers, work, null), faults: state.faults - 1 };
    steps.push({ act: { do: 'worker dies', attempt, chunk }, by: 'fault', to });
  }
  if (work.at === 'held') {
    steps.push({
      act: { do: 'read the truth', attempt, chunk },
      by: 'service',
      to: now(truth(scope, rules, state, work)),
    });
  } else if (work.at === 'checked' && rules.asksLease && !scope.pauseBeforeWrite && !isHeld(state, work)) {
    const act = { do: 'send', attempt, chunk, taken: false, outcome: 'not_started' } as const;
    steps.push({ act, by: 'service', to: now({ at: 'answered', outcome: 'not_started' }) });
  } else if (work.at === 'checked') {
    for (const { taken, outcome, fault } of ANSWERS) {
      if (fault && state.faults === 0) continue;
      const count = attemptOf(state, attempt).taken + (taken ? 1 : 0);
      const answered = withAttempt(now({ at: 'answered', outcome }), attempt, { taken: Math.min(count, 2) });
      const to = fault ? { ...answered, faults: state.faults - 1 } : answered;
      const by = fault ? 'fault' : taken ? 'service' : 'outside';
      steps.push({ act: { do: 'send', attempt, chunk, taken, outcome }, by, to });
    }
  } else {
    steps.push({ act: { do: 'settle', attempt, chunk }, by: 'service', to: settled(scope, rules, state, work) });
  }
  return steps;
}

/** Whether the worker's lease is not over, as it can tell by its clocks. */
function isHeld(state: State, { attempt, chunk }: Work): boolean {
  return attemptOf(state, attempt).chunks[chunk]?.state === 'sending';
}

/** Whether the patient still should get this message, by what is stored now. */
function isWanted(scope: Scope, { dose, attempts, now }: State, attempt: number): boolean {
  const isUseful = (scope.instants[now] as number) < (attempts[attempt]?.expires as number);
  return isUseful && (dose.state === 'planned' || dose.state === 'open');
}

/** readToSend() and reasonNotToSend(): what the worker will do by the truth of this moment. */
function truth(scope: Scope, rules: Rules, state: State, work: Work): Partial<Work> {
  const { state: attemptState, chunks } = attemptOf(state, work.attempt);
  const wanted = isWanted(scope, state, work.attempt);
  if (!rules.rereads) return { at: 'checked', wanted };
  if (attemptState !== 'intent' || chunks.length - 1 !== work.chunk)
    return { at: 'answered', outcome: 'nothing', wanted };
  const reason = reasonOf(scope, rules, state, work.attempt);
  if (reason === null && chunks[work.chunk]?.asked) return { at: 'checked', wanted };
  const outcome = reason?.startsWith('contact_')
    ? 'contact_gone'
    : reason === null || reason === 'expired'
      ? 'expired'
      : 'unwanted';
  return { at: 'answered', outcome, wanted };
}

/** The real last check, on a message as it is stored now. */
export function reasonOf(scope: Scope, rules: Rules, state: State, index: number): string | null {
  const { channel, expires } = attemptOf(state, index);
  const stored: Pick<MessageToSend, 'purpose' | 'doseState' | 'consent' | 'contactState' | 'expiresAt'> = {
    purpose: 'reminder',
    doseState: state.dose.state,
    consent: { reminders: true },
    contactState: state.refused.includes(channel) ? 'invalid' : 'active',
    expiresAt: new Date(expires),
  };
  return rules.reasonNotToSend(stored as MessageToSend, new Date(scope.instants[state.now] as number));
}

/** settle(): one transaction; what it enqueues afterwards is `enqueue`. */
function settled(scope: Scope, rules: Rules, before: State, work: Work): State {
  const { attempt: index, chunk, outcome } = work;
  const { channel, chunks } = attemptOf(before, index);
  let state: State = { ...before, workers: replaced(before.workers, work, null) };
  if (chunks[chunk]?.state === 'sending') state = withChunk(state, index, chunk, DONE);
  if (outcome === 'accepted') return moved(rules, state, index, 'accepted') ?? state;
  if (outcome === 'contact_failed') state = { ...state, refused: [...new Set([...state.refused, channel])].sort() };
  const attempt = attemptOf(state, index);
  if ((rules.keepsAccepted && attempt.state === 'accepted') || !rules.isWorkersOwn(attempt, chunk)) return state;
  switch (outcome) {
    case 'unknown':
      return moved(rules, state, index, 'unknown') ?? state;
    case 'unwanted':
      return ended(rules, state, index, 'cancelled') ?? state;
    case 'retry':
    case 'not_started':
      return retried(scope, rules, state, index);
    case 'message_failed':
    case 'contact_failed':
      return failed(scope, rules, state, index);
    case 'contact_gone':
    case 'expired':
      return dropped(scope, rules, state, index);
    default:
      return state;
  }
}

const DONE = { state: 'done', asked: false, job: false } as const;

/** Not sent, and the next rung should not wait. */
function dropped(scope: Scope, rules: Rules, state: State, index: number): State {
  const to = ended(rules, state, index, 'cancelled');
  return to === null ? state : hastened(scope, to, index);
}

/** abandonChunks(): a lease may run out under a dead worker, and at any time under one that is paused. */
function leaseSteps(rules: Rules, state: State): Step[] {
  if (!rules.rescuesChunks) return [];
  return state.attempts.flatMap(({ chunks }, attempt) =>
    chunks.flatMap((held, chunk): Step[] => {
      if (held.state !== 'sending') return [];
      const holder = state.workers.find((work) => work.attempt === attempt && work.chunk === chunk);
      const act = { do: 'abandon', attempt, chunk } as const;
      const to = abandoned(rules, state, attempt, chunk);
      if (holder === undefined) return [{ act, by: 'service', to }];
      if (state.faults === 0) return [];
      return [{ act, by: 'fault', to: { ...to, faults: state.faults - 1 } }];
    }),
  );
}

function abandoned(rules: Rules, state: State, index: number, chunk: number): State {
  const { state: attemptState, chunks, lost } = attemptOf(state, index);
  const notAsked = chunks[chunk]?.asked === false;
  const done = withChunk(state, index, chunk, DONE);
  if (attemptState !== 'intent' || chunks.length - 1 !== chunk) return done;
  if (rules.abandoned === 'unknown')
    return withAttempt(done, index, { state: 'unknown', check: true, notAsked, lost: lost + 1 });
  return withChunk(state, index, chunk, { state: 'queued', asked: false, job: false });
}
