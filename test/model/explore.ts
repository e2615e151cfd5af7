import { type Act, isQuiescent, type Step, type World } from './machine.ts';
import { DUE, type State } from './state.ts';

interface Found {
  states: number;
  steps: number;
  /** What is wrong and a shortest history that leads there, one line a step; null when nothing is. */
  counterexample: string | null;
  /** The same history. */
  acts: Act[];
}

/**
 * Walks every history of a world, breadth first, so that the first counterexample is a shortest one. `wrong` judges every
 * step. Then every state must still have a way to a quiescent one by what the service does of itself.
 */
export function explore(world: World, wrong: (from: State, step: Step) => string | null): Found {
  const known = new Map([[keyOf(world.first), 0]]);
  const reached: { state: State | null; parent: number; act: Act | null }[] = [
    { state: world.first, parent: -1, act: null },
  ];
  const quiescent: number[] = [];
  /** By state, those from which the service alone comes to it. */
  const before: number[][] = [[]];
  let steps = 0;
  const actsTo = (index: number): Act[] => {
    const { parent, act } = reached[index] as (typeof reached)[number];
    return act === null ? [] : [...actsTo(parent), act];
  };
  const found = (reason: string | null, acts: Act[]): Found => ({
    states: reached.length,
    steps,
    counterexample: reason === null ? null : [reason, ...history(world, acts)].join('\n'),
    acts,
  });

  for (let i = 0; i < reached.length; i++) {
    const here = reached[i] as (typeof reached)[number];
    const state = here.state as State;
    if (isQuiescent(state)) quiescent.push(i);
    for (const step of world.steps(state)) {
      steps += 1;
      const reason = wrong(state, step);
      if (reason !== null) return found(reason, [...actsTo(i), step.act]);
      const key = keyOf(step.to);
      let to = known.get(key);
      if (to === undefined) {
        to = reached.push({ state: step.to, parent: i, act: step.act }) - 1;
        known.set(key, to);
        before.push([]);
      }
      if (step.by === 'service') (before[to] as number[]).push(i);
    }
    here.state = null; // millions of them would not fit
  }
  const stuck = firstWithout(quiescent, before);
  return stuck === null ? found(null, []) : found('no way to an accounted end', actsTo(stuck));
}

/** The first state from which no way leads to a `goal`. */
function firstWithout(goals: number[], before: number[][]): number | null {
  const good = new Uint8Array(before.length);
  for (const goal of goals) good[goal] = 1;
  const open = [...goals];
  for (let goal = open.pop(); goal !== undefined; goal = open.pop()) {
    for (const i of before[goal] as number[]) {
      if (good[i] === 1) continue;
      good[i] = 1;
      open.push(i);
    }
  }
  const stuck = good.indexOf(0);
  return stuck === -1 ? null : stuck;
}

/** Tells states apart; values only, since JSON is three times as slow. */
function keyOf({ now, dose, attempts, workers, lookers, refused, faults, told }: State): string {
  let key = `${now}${dose.state}${dose.rung}${dose.next}${told}${faults}${refused}`;
  for (const { state, notAsked, expires, chunks, check, lost, taken } of attempts) {
    key += `|${state}${notAsked ? 1 : 0}${check ? 1 : 0}${lost}${taken}${expires}`;
    for (const { state, asked, job } of chunks) key += `${state[0]}${asked ? 1 : 0}${job ? 1 : 0}`;
  }
  for (const { attempt, chunk, at, outcome, wanted } of workers)
    key += `/${attempt}${chunk}${at[0]}${outcome}${wanted ? 1 : 0}`;
  for (const { attempt, chunk, wanted, notAsked, lost, found } of lookers)
    key += `?${attempt}${chunk}${wanted ? 1 : 0}${notAsked ? 1 : 0}${lost}${found}`;
  return key;
}

/** A line for each step: when, what, and what it made of the dose and its messages. */
function history(world: World, acts: Act[]): string[] {
  let state = world.first;
  return acts.map((act, i) => {
    const text = JSON.stringify(act);
    state = (world.steps(state).find((step) => JSON.stringify(step.act) === text) as Step).to;
    const minutes = ((world.scope.instants[state.now] as number) - DUE) / 60_000;
    const { do: what, ...of } = act;
    const messages = state.attempts.map(
      (each) =>
        `${each.channel} ${each.state}, with the provider ${each.taken}×, chunks ${each.chunks.map((c) => c.state)}`,
    );
    const made = [`dose ${state.dose.state}`, ...messages].join('; ');
    return `${String(i + 1).padStart(3)}. ${minutes.toFixed(1).padStart(5)} min  ${what} ${JSON.stringify(of)}  ⇒ ${made}`;
  });
}
