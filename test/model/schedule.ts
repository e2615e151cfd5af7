import { CHANNELS, CONTACT_KIND } from '#src/domain/attempt.ts';
import type { DoseSituation } from '#src/escalation/next.ts';
import { withChunk } from './edit.ts';
import type { Step } from './machine.ts';
import type { Rules } from './rules.ts';
import { type Attempt, DUE, type Scope, type State } from './state.ts';

/** A bucket's doses are claimed this long before its minute begins (leadSeconds). */
const LEAD_MS = 10_000;

/** Time, the scheduler, and the rescue of jobs. A scheduler that dies before or in its transaction has done nothing. */
export function scheduleSteps(scope: Scope, rules: Rules, state: State): Step[] {
  const steps: Step[] = [];
  if (state.now + 1 < scope.instants.length)
    steps.push({ act: { do: 'time passes' }, by: 'service', to: { ...state, now: state.now + 1 } });
  const { next, state: doseState } = state.dose;
  const now = scope.instants[state.now] as number;
  const isDue = next !== null && next <= now;
  if (isDue || (doseState === 'planned' && now >= DUE - LEAD_MS))
    steps.push({ act: { do: 'claim and commit' }, by: 'service', to: claimed(scope, rules, state) });
  for (const [attempt, { chunks }] of state.attempts.entries()) {
    const last = chunks.at(-1);
    if (last?.state !== 'queued' || last.job) continue;
    // By whoever made the chunk, or by the rescue when that died or Redis lost it: 'fault' where nobody rescues.
    const by = rules.rescuesJobs ? 'service' : 'fault';
    steps.push({
      act: { do: 'enqueue', attempt },
      by,
      to: withChunk(state, attempt, chunks.length - 1, { job: true }),
    });
  }
  return steps;
}

/** advanceDoses(): one transaction. */
function claimed(scope: Scope, rules: Rules, state: State): State {
  const { dose, attempts } = state;
  const nextActionAt = dose.next as number;
  const at = new Date(Math.max(scope.instants[state.now] as number, nextActionAt));
  const action = rules.nextAction(situationOf(scope, state), at);
  if (action.do === 'end') return { ...state, dose: { ...dose, state: action.state, next: null } };
  const since = dose.state === 'planned' ? DUE : at.getTime(); // a further rung is useful as long when it is late
  const expires = Math.min(since + scope.policy.usefulSeconds * 1000, windowEnd(scope));
  const base = { notAsked: false, mayHaveLeft: false, expires, check: false, lost: 0, taken: 0 };
  const added: Attempt[] = action.skipped.map(({ rung, channel }) => ({
    ...base,
    rung,
    channel,
    state: 'failed',
    chunks: [],
  }));
  if (action.do === 'send') {
    const { rung, channel } = action;
    added.push({ ...base, rung, channel, state: 'intent', chunks: [{ state: 'queued', asked: false, job: false }] });
  }
  const rung = action.do === 'send' ? action.rung + 1 : action.rung;
  return { ...state, dose: { state: 'open', rung, next: action.nextAt.getTime() }, attempts: [...attempts, ...added] };
}

function situationOf(scope: Scope, { dose, attempts, refused }: State): DoseSituation {
  const { policy } = scope;
  return {
    state: dose.state as 'planned' | 'open',
    dueAt: new Date(DUE),
    windowEndsAt: new Date(windowEnd(scope)),
    rung: dose.rung,
    policy,
    channels: new Set(CHANNELS),
    consent: { reminders: true },
    canRead: true,
    quietUntil: null,
    contacts: policy.ladder.map(({ channel }) => ({
      id: channel,
      owner: 'patient',
      kind: CONTACT_KIND[channel],
      state: refused.includes(channel) ? 'invalid' : 'active',
      stateCode: null,
    })),
    reached: attempts.some(({ state }) => state === 'accepted' || state === 'delivered'),
    pending: attempts.some(({ state, check }) => state === 'intent' || check),
    lastCode: null,
  };
}

/** The end of the dose's window. */
export function windowEnd({ policy }: Scope): number {
  return DUE + policy.windowSeconds * 1000;
}
