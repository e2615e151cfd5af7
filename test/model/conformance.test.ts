import { expect, test } from 'vitest';
import type { ChannelName } from '#src/domain/attempt.ts';
import { testDispatcher } from '#test/helpers/dispatcher.ts';
import { explore } from './explore.ts';
import { type Act, isQuiescent, type Step, worldOf } from './machine.ts';
import { only } from './promises.ts';
import { Replay, seenInModel } from './replay.ts';
import type { Rules } from './rules.ts';
import { DUE, type State, scopeOf } from './state.ts';

const app = await testDispatcher();
const TRACES = 120;
const PATIENCE_MS = 180_000; // some five seconds on an idle machine
const LONGEST = 60;

/** A seeded random number in [0, 1): mulberry32. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Mostly the service at work, so that a dose gets somewhere. */
function choose(steps: Step[], random: () => number): Step {
  const roll = random();
  const by = roll < 0.1 ? 'outside' : roll < 0.35 ? 'fault' : 'service';
  const some = steps.filter((step) => step.by === by);
  const busy = some.filter(({ act }) => act.do !== 'time passes' || random() < 0.3);
  const from = busy.length > 0 ? busy : steps;
  return from[Math.floor(random() * from.length)] as Step;
}

const done = new Set<Act['do']>();

/** Takes a step in the model and in the service, and compares them. */
async function both(replay: Replay, { act, to }: Step, told: string[]): Promise<State> {
  told.push(JSON.stringify(act));
  done.add(act.do);
  await replay.act(act, to).catch((cause: Error) => {
    throw new Error([cause.message, ...told].join('\n'), { cause });
  });
  expect(await replay.seen(), told.join('\n')).toEqual(seenInModel(to));
  return to;
}

/** One random history. */
async function walk(seed: number, channels: ChannelName[]): Promise<void> {
  const random = seeded(seed);
  const world = worldOf(scopeOf(channels, { faults: 4 }));
  const replay = await Replay.begin(app, world.scope);
  const told = [`seed ${seed}`];
  let state = world.first;
  for (let i = 0; i < LONGEST && !(isQuiescent(state) && random() < 0.5); i++)
    state = await both(replay, choose(world.steps(state), random), told);
  await replay.end();
}

test.each<[string, ChannelName[]]>([
  ['an SMS', ['sms']],
  ['a push, then an SMS', ['push', 'sms']],
])(
  '%s: what the model does the service does',
  async (_, channels) => {
    for (let seed = 1; seed <= TRACES; seed++) await walk(seed, channels);
  },
  PATIENCE_MS,
);

test.each<[string, Partial<Rules>]>([
  ['believes a worker that lost its chunk', { isWorkersOwn: () => true }],
  ['believes an old look-up', { isFindersOwn: () => true }],
])('the history that makes a service send twice which %s does no harm', async (_, broken) => {
  const scope = scopeOf(['sms'], { people: false, faults: 3, instants: [DUE, DUE + 60_000] });
  const { acts } = explore(worldOf(scope, broken), only('accepted twice'));
  expect(acts).not.toEqual([]);
  const world = worldOf(scope);
  const replay = await Replay.begin(app, scope);
  const told: string[] = [];
  let state = world.first;
  for (const act of acts.map((each) => JSON.stringify(each))) {
    const step = world.steps(state).find((each) => JSON.stringify(each.act) === act);
    if (step === undefined) break; // the guard has held
    state = await both(replay, step, told);
  }
  await replay.end();
});

test('every kind of step was replayed', () => {
  const kinds: Record<Act['do'], true> = {
    'time passes': true,
    'claim and commit': true,
    'Redis is flushed': true,
    'prescription stopped': true,
    'patient dies': true,
    enqueue: true,
    hold: true,
    'read the truth': true,
    send: true,
    settle: true,
    'worker dies': true,
    abandon: true,
    'take unknown': true,
    'look up': true,
    'settle look-up': true,
    'finder dies': true,
    receipt: true,
    answer: true,
  };
  expect([...done].sort()).toEqual(Object.keys(kinds).sort());
});
