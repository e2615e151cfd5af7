import { describe, expect, test } from 'vitest';
import type { AttemptState } from '#src/domain/attempt.ts';
import { DOSE_STATES } from '#src/domain/dose.ts';
import { nextAction } from '#src/escalation/next.ts';
import { explore } from './explore.ts';
import { worldOf } from './machine.ts';
import { brokenPromise, only } from './promises.ts';
import { RULES, type Rules } from './rules.ts';
import { DUE, type Scope, scopeOf } from './state.ts';

const MINUTE = 60_000;
const at = (...minutes: number[]) => minutes.map((minute) => DUE + minute * MINUTE);
const ATTEMPT_STATES: AttemptState[] = ['intent', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled'];

/** Due, too late for the SMS, and after everything: enough where only machines act. */
const MACHINES = { people: false, instants: at(0, 15, 63) };

describe('every history of one dose keeps every promise', () => {
  test.each<[string, Scope]>([
    ['an SMS, three things go wrong', scopeOf(['sms'], { ...MACHINES, faults: 3 })],
    ['an SMS, two go wrong while people act', scopeOf(['sms'], { faults: 2, lookers: 1, instants: at(0, 15, 63) })],
    ['an SMS, one goes wrong at every instant', scopeOf(['sms'], { faults: 1 })],
    ['an SMS of a provider that cannot be asked', scopeOf(['sms'], { people: false, lookup: false, faults: 2 })],
    ['a push, then an SMS, people act', scopeOf(['push', 'sms'], { faults: 0 })],
    [
      'a push, then an SMS, one goes wrong',
      scopeOf(['push', 'sms'], { people: false, faults: 1, instants: at(0, 10, 63) }),
    ],
  ])('%s', (_, scope) => {
    const found = explore(worldOf(scope), brokenPromise);
    expect(found.counterexample).toBeNull();
    expect(found.states).toBeGreaterThan(5000); // what is not reached is not checked
  });
});

describe('the checker finds what a service without one of its guards does', () => {
  const one = scopeOf(['sms'], { faults: 1 });
  const sms = scopeOf(['sms'], { faults: 2 });
  const machines = scopeOf(['sms'], { ...MACHINES, faults: 3 });
  const both = scopeOf(['push', 'sms'], { faults: 0 });
  const repeated = scopeOf(['push', 'sms'], { people: false, faults: 1, instants: at(0, 10, 63) });
  test.each<[string, Partial<Rules>, Scope, string]>([
    ['a chunk is held by whoever asks', { mayHold: () => true }, sms, 'accepted twice'],
    ['what a dead worker left is sent again', { abandoned: 'intent' }, sms, 'accepted twice'],
    ['an unknown SMS is sent again unasked', { looksUp: false }, sms, 'accepted twice'],
    ['a worker that lost its chunk is believed', { isWorkersOwn: () => true }, machines, 'accepted twice'],
    ['an old look-up is believed', { isFindersOwn: () => true }, machines, 'accepted twice'],
    ['a worker that was stopped goes on', { asksLease: false }, sms, 'accepted twice'],
    ['the truth is not read again', { rereads: false }, sms, 'said no'],
    ['nobody asks whether it is still wanted', { reasonNotToSend: () => null }, sms, 'said no'],
    ['a lost job stays lost', { rescuesJobs: false }, one, 'no way to an accounted end'],
    ['a dead worker keeps its chunk', { rescuesChunks: false }, sms, 'no way to an accounted end'],
    ['an answer is confirmed before it is stored', { answersAfterCommit: false }, sms, 'confirmed is lost'],
    ['a late answer is refused', { decide: refuseLate }, sms, 'late answer did not count'],
    ['a death undoes an answer', { statesBefore: () => DOSE_STATES }, sms, 'a dose went back'],
    ['callbacks count in any order', { attemptStatesBefore: () => ATTEMPT_STATES }, sms, 'an attempt went back'],
    ['every window ends as missed', { nextAction: alwaysMissed }, sms, 'blamed'],
    ['a repeat that fails is believed', { doubts: false }, repeated, 'told as one that did not'],
    ['a repeat that fails outweighs an acceptance', { keepsAccepted: false }, repeated, 'an attempt went back'],
    ['a rung is not counted', { nextAction: sameRung }, both, 'two ids'],
  ])('%s', (_, broken, scope, reason) => {
    expect(explore(worldOf(scope, broken), only(reason)).counterexample).toContain(reason);
  });

  test('not promised: a worker stopped between its last look at its lease and the socket', () => {
    const { counterexample } = explore(worldOf({ ...sms, pauseBeforeWrite: true }), only('accepted twice'));
    expect(counterexample).toContain('accepted twice');
    expect(counterexample?.split('\n').filter((line) => line.includes('abandon'))).toHaveLength(1);
  });
});

const refuseLate: Rules['decide'] = (acks, found, snooze) => {
  const decided = RULES.decide(acks, found, snooze);
  const isLate = [...found.doses.values()].some(({ state }) => state === 'missed');
  return isLate ? { ...decided, results: [null], answers: [] } : decided;
};

const alwaysMissed: Rules['nextAction'] = (dose, now) => {
  const action = nextAction(dose, now);
  return action.do === 'end' ? { ...action, state: 'missed' } : action;
};

const sameRung: Rules['nextAction'] = (dose, now) => nextAction({ ...dose, rung: 0 }, now);
