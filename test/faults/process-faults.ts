import type { Failpoint } from '#src/failpoints.ts';
import type { Fault, ServiceName, World } from './fault.ts';
import { slowAnswers, untilDue } from './moments.ts';

/** `told` is passed only where a tenant listens: test/journeys/callbacks.test.ts dies there. */
type Death = Exclude<Failpoint, 'told'>;

/** Which process passes a failpoint, and at which passing it dies: not the first where there are many. */
const DEATHS: Record<Death, { of: ServiceName; nth: number }> = {
  claim: { of: 'scheduler', nth: 2 },
  intent: { of: 'scheduler', nth: 2 },
  enqueue: { of: 'scheduler', nth: 2 },
  enqueued: { of: 'scheduler', nth: 2 },
  admit: { of: 'worker', nth: 3 },
  held: { of: 'worker', nth: 3 },
  sending: { of: 'worker', nth: 3 },
  answered: { of: 'worker', nth: 3 },
  outcome: { of: 'worker', nth: 3 },
  settled: { of: 'worker', nth: 3 },
  complete: { of: 'worker', nth: 3 },
  callback: { of: 'api', nth: 20 },
  callback_written: { of: 'api', nth: 20 },
  ack: { of: 'api', nth: 3 },
  ack_written: { of: 'api', nth: 20 },
};

const RECOVERS_WITHIN = 15;
const DEATH_SECONDS = 30;
/** Doses that patients answer while the API dies. */
const ANSWERED = 60;
/** Well below the SETTLE_SECONDS after which a provider is asked about a message. */
const SLOW_MS = 300;
const TAP_AGAIN_MS = 100;

function atFailpoint(name: Death): Fault {
  const { of, nth } = DEATHS[name];
  return {
    name: `kill -9 of the ${of}: ${name}`,
    part: 'process',
    doses: 500,
    env: { FAILPOINT: `${name}:${nth}` },
    recoversWithin: RECOVERS_WITHIN,
    async inject(world) {
      if (of === 'worker') await slowBesidePushes(world);
      const answering = name.startsWith('ack') ? answerMany(world) : undefined;
      await diesAndComesBack(world, of);
      await answering;
    },
  };
}

/** SMS and mails are under way while a push chunk passes the failpoint: they are accepted, and nobody hears of it. */
const slowBesidePushes = (world: World) => slowAnswers(world, SLOW_MS, ['twilio', 'smtp']);

/** Waits until the armed process is dead, and starts it again without its failpoint. */
async function diesAndComesBack(world: World, of: ServiceName): Promise<void> {
  const [armed] = world.services(of);
  const how = await Promise.race([armed?.ended, world.sleep(DEATH_SECONDS * 1000)]);
  if (how !== 'SIGKILL') throw new Error(`the ${of} did not die at its failpoint`);
  await world.start(of, { FAILPOINT: '' });
}

/** Patients answer as soon as they are reminded, and tap again until they read that it was taken. */
async function answerMany(world: World): Promise<void> {
  await world.accepted(ANSWERED);
  const doses = await world.sql<{ id: string }[]>`SELECT id FROM doses ORDER BY id LIMIT ${ANSWERED}`;
  await Promise.all(doses.map(({ id }) => answerOne(world, id)));
}

async function answerOne(world: World, doseId: string): Promise<void> {
  let status = 0;
  await world.until(`the answer of dose ${doseId} is taken (last: ${status})`, async () => {
    status = await world.answer(doseId);
    if (status !== 200) await world.sleep(TAP_AGAIN_MS);
    return status === 200;
  });
}

/** The rush lasts about so long from `due` on: in it the seeded moments lie. */
const RUSH_MS = 1500;

/** Killed at a moment of the rush, and started again at once. */
async function killAtRandom(world: World, names: ServiceName[]): Promise<void> {
  await untilDue(world, -500 + world.random() * (RUSH_MS + 500));
  const victims = names.flatMap((name) => world.services(name).slice(-1));
  for (const victim of victims) victim.kill('SIGKILL');
  await Promise.all(victims.map(({ ended }) => ended));
  await Promise.all(names.map((name) => world.start(name)));
}

/** The worker dies with SMS under way, and the API with it: no callback tells of them, only the provider's list does. */
const unheard: Fault = {
  ...atFailpoint('answered'),
  name: 'kill -9 of the worker and the API: answered',
  inTests: true,
  async inject(world) {
    await slowBesidePushes(world);
    const [api] = world.services('api');
    const [worker] = world.services('worker');
    void worker?.ended.then(() => api?.kill('SIGKILL'));
    await diesAndComesBack(world, 'worker');
    await world.start('api', { FAILPOINT: '' });
  },
};

const KILLED: { name: string; of: ServiceName[]; times: number }[] = [
  { name: 'kill -9 of the worker at any moment', of: ['worker'], times: 1 },
  { name: 'kill -9 of the scheduler at any moment', of: ['scheduler'], times: 1 },
  { name: 'kill -9 of the API at any moment', of: ['api'], times: 1 },
  { name: 'kill -9 of all processes at once', of: ['worker', 'scheduler', 'api'], times: 1 },
  { name: 'kill -9 of the worker, three times', of: ['worker'], times: 3 },
];

/** kill -9 at every boundary between two effects, and at any moment. */
export const processFaults: Fault[] = [
  ...(Object.keys(DEATHS) as Death[]).map(atFailpoint),
  unheard,
  ...KILLED.map(
    ({ name, of, times }): Fault => ({
      name,
      part: 'process',
      doses: 2000,
      recoversWithin: RECOVERS_WITHIN,
      async inject(world) {
        await slowBesidePushes(world);
        for (let i = 0; i < times; i++) await killAtRandom(world, of);
      },
    }),
  ),
];
