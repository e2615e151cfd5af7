import type { AnsweredDose } from '#src/store/answers.ts';
import { failed, moved, withAttempt } from './edit.ts';
import type { Act, Step } from './machine.ts';
import type { Rules } from './rules.ts';
import { windowEnd } from './schedule.ts';
import { type Chunk, DUE, type Scope, type State } from './state.ts';

type Answer = Extract<Act, { do: 'answer' }>;
const ROADS = [
  { road: 'link', channel: null },
  { road: 'push_action', channel: 'push' },
  { road: 'sms_reply', channel: 'sms' },
] as const;

/** What people and providers do of themselves, at any time and as often as they like, and what happens to Redis. */
export function outsideSteps(scope: Scope, rules: Rules, state: State): Step[] {
  const steps = receiptSteps(scope, rules, state);
  if (state.attempts.some(({ chunks }) => chunks.some(({ job }) => job))) {
    const attempts = state.attempts.map((each) => ({ ...each, chunks: each.chunks.map(withoutJob) }));
    steps.push({ act: { do: 'Redis is flushed' }, by: 'fault', to: { ...state, attempts } });
  }
  if (!scope.people) return steps;
  return [...steps, ...cancelSteps(scope, rules, state), ...answerSteps(scope, rules, state)];
}

const withoutJob = (chunk: Chunk): Chunk => ({ ...chunk, job: false });

/** Any answer by any road that is open: the patient has the message it belongs to, or a link. */
function answerSteps(scope: Scope, rules: Rules, state: State): Step[] {
  const open = ROADS.filter(
    ({ channel }) => channel === null || state.attempts.some((each) => each.channel === channel && each.taken > 0),
  );
  return open.flatMap(({ road }) =>
    (['taken', 'skipped'] as const).flatMap((answer): Step[] => {
      const act: Answer = { do: 'answer', answer, road, told: true };
      const step: Step = { act, by: 'outside', to: answered(scope, rules, state, act) };
      if (rules.answersAfterCommit) return [step];
      return [step, { act: { ...act, told: false }, by: 'fault', to: { ...state, told: answer } }];
    }),
  );
}

/** cancelFuture() ends what is not due yet; excludeUnanswered() ends all that is open. */
function cancelSteps(scope: Scope, rules: Rules, state: State): Step[] {
  const ended = (to: 'cancelled' | 'excluded', act: Act): Step[] =>
    rules.statesBefore(to).includes(state.dose.state)
      ? [{ act, by: 'outside', to: { ...state, dose: { ...state.dose, state: to, next: null } } }]
      : [];
  const isFuture = (scope.instants[state.now] as number) < DUE;
  return [
    ...(isFuture ? ended('cancelled', { do: 'prescription stopped' }) : []),
    ...ended('excluded', { do: 'patient dies' }),
  ];
}

/** applyReceipts(): of what an SMS provider took it tells anything, at any time, again, in any order. */
function receiptSteps(scope: Scope, rules: Rules, state: State): Step[] {
  return state.attempts.flatMap(({ channel, taken }, attempt): Step[] => {
    if (channel !== 'sms' || taken === 0) return [];
    return (['accepted', 'delivered', 'failed'] as const).flatMap((told): Step[] => {
      const to = told === 'failed' ? failed(scope, rules, state, attempt) : moved(rules, state, attempt, told);
      return to === null || to === state ? [] : [{ act: { do: 'receipt', attempt, state: told }, by: 'outside', to }];
    });
  });
}

/** recordAck(): one transaction; the real decision. */
function answered(scope: Scope, rules: Rules, state: State, { answer, road }: Answer): State {
  const dose = {
    id: 'd',
    localDate: '2026-11-23',
    tenantId: 't',
    patientId: 'p',
    dueAt: new Date(DUE),
    windowEndsAt: new Date(windowEnd(scope)),
    state: state.dose.state,
    late: false,
    snoozes: 0,
    takenAt: null,
    zone: 'America/Lima',
    locale: 'es-PE',
  } satisfies AnsweredDose;
  const at = new Date(scope.instants[state.now] as number);
  const ack = { doseId: 'd', answer, road, at, reason: null };
  const decided = rules.decide([ack], { doses: new Map([['d', dose]]), sources: new Set() }, 600);
  let to = state;
  for (const { channel } of decided.arrivals) to = arrived(to, channel);
  const write = decided.answers[0];
  if (write !== undefined) to = { ...to, dose: { ...to.dose, state: write.state, next: null } };
  const effect = decided.results[0]?.effect;
  return effect === 'applied' || effect === 'repeated' ? { ...to, told: answer } : to;
}

/** writeArrivals(): the answer proves that the channel's only message arrived. */
function arrived(state: State, channel: string): State {
  const own = [...state.attempts.entries()].filter(([, each]) => each.channel === channel && each.state !== 'failed');
  const [index, attempt] = own[0] ?? [];
  if (own.length !== 1 || index === undefined) return state;
  if (attempt?.state !== 'accepted' && attempt?.state !== 'unknown') return state;
  return withAttempt(state, index, { state: 'delivered', check: false });
}
