import type { FaultOrder } from '#loadtests/provider-simulator/faults.ts';
import type { Fault, World } from './fault.ts';
import { untilDue } from './moments.ts';

type Lie = Omit<FaultOrder, 'provider'>;
/** The providers of the load. */
const THREE = ['fcm', 'twilio', 'smtp'] as const;
/** In a storm that is not total, so much of what is asked for fails. */
const OFTEN = 0.3;
const STORM_MS = 5000;
/** What a provider may take before it answers at all, in milliseconds; adapters wait for 10 s. */
const SLOW_MS = 30_000;
/** Longer than it takes a slow message to be there once its adapter has given up, as with the settings unless set (45 s). */
const SETTLE_SECONDS = 25;
const LAG_MS = 1000;
const DELAY_MS = 3000;
const RESETS = 8;
const RESET_EVERY_MS = 150;
const HALF_OPEN_MS = 4000;

function lies(
  name: string,
  orders: FaultOrder[],
  { forMs = STORM_MS, ...more }: Partial<Fault> & { forMs?: number } = {},
): Fault {
  return {
    name,
    part: 'provider',
    doses: 500,
    recoversWithin: 30,
    async inject(world) {
      for (const order of orders) await world.simulator.order(order);
      await untilDue(world, forMs);
      await world.simulator.clear();
    },
    ...more,
  };
}

/** Every provider of the load tells this lie. */
const ofAll = (lie: Lie): FaultOrder[] => THREE.map((provider) => ({ provider, ...lie }));
const ofTwilio = (...told: Lie[]): FaultOrder[] => told.map((lie) => ({ provider: 'twilio', ...lie }));

/** How many SMS of the load are in each state. */
async function smsStates(world: World): Promise<Record<string, number>> {
  const rows = await world.sql<{ state: string; count: number }[]>`
    SELECT state, count(*)::int AS count FROM attempts WHERE channel = 'sms' GROUP BY state`;
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** Every SMS arrived, each by its own receipt. */
async function allDelivered(world: World): Promise<void> {
  const isSo = async () => Object.keys(await smsStates(world)).every((state) => state === 'delivered');
  await world.until('every SMS is delivered', isSo, 10).catch(async (error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await smsStates(world))}`);
  });
}

/** No SMS is called delivered of which no receipt came, and each can be seen to have had none. */
async function noneDelivered(world: World): Promise<void> {
  const states = await smsStates(world);
  if (Object.keys(states).join() !== 'accepted')
    throw new Error(`SMS that never arrived are ${JSON.stringify(states)}`);
}

/** Connections to the providers are cut, again and again, while the rush is on the wire. */
async function resetAgainAndAgain(world: World): Promise<void> {
  const { proxies, sleep, random } = world;
  await untilDue(world);
  for (let i = 0; i < RESETS; i++) {
    for (const proxy of [proxies.fcm, proxies.sms, proxies.smtp]) proxy.reset();
    await sleep(random() * 2 * RESET_EVERY_MS);
  }
}

/** The requests of the rush go nowhere for a while, on connections that look alive. */
async function fallSilent(world: World): Promise<void> {
  const { proxies, sleep, random } = world;
  const silent = [proxies.fcm, proxies.sms, proxies.smtp];
  await untilDue(world, random() * RESET_EVERY_MS);
  for (const proxy of silent) proxy.halfOpen();
  await sleep(HALF_OPEN_MS);
  for (const proxy of silent) proxy.heal();
}

/** What providers do that nobody promised they would not. */
export const providerFaults: Fault[] = [
  lies('timeout after accepting', ofAll({ kind: 'timeout_after_accept', probability: OFTEN }), { inTests: true }),
  lies('2xx never delivered', ofAll({ kind: 'never_delivered' }), { recoversWithin: 5, check: noneDelivered }),
  lies('storm of 5xx', [
    { provider: 'fcm', kind: 'server_error', status: 503 },
    { provider: 'twilio', kind: 'server_error', status: 500 },
    { provider: 'smtp', kind: 'smtp_4xx' },
  ]),
  lies('every third answer is a 5xx', [
    { provider: 'fcm', kind: 'server_error', status: 500, probability: OFTEN },
    { provider: 'twilio', kind: 'server_error', status: 503, probability: OFTEN },
    { provider: 'smtp', kind: 'smtp_4xx', probability: OFTEN },
  ]),
  lies('answers take 30 s', ofAll({ kind: 'latency', latencyMs: SLOW_MS, probability: 0.1 }), {
    env: { SETTLE_SECONDS: String(SETTLE_SECONDS) },
    recoversWithin: 75,
  }),
  lies(
    'duplicated and reordered callbacks',
    ofTwilio({ kind: 'duplicate_callbacks' }, { kind: 'reordered_callbacks' }),
    {
      recoversWithin: 5,
      check: allDelivered,
    },
  ),
  lies(
    'late callbacks, and callbacks of nobody',
    ofTwilio({ kind: 'delayed_callbacks', delayMs: DELAY_MS }, { kind: 'stray_callbacks' }),
    {
      recoversWithin: 5,
      check: allDelivered,
    },
  ),
  lies('a SID given to two messages', ofTwilio({ kind: 'ref_reused', probability: OFTEN }), {
    recoversWithin: 5,
    check: allDelivered,
  }),
  lies('connection reset in mid-body of the answer', ofAll({ kind: 'reset_mid_answer', probability: OFTEN })),
  lies('connection reset in mid-request', ofAll({ kind: 'reset_mid_request', probability: OFTEN })),
  lies(
    'accepted without an answer, without a callback, and shown late',
    ofTwilio(
      { kind: 'timeout_after_accept', probability: OFTEN },
      { kind: 'never_delivered' },
      { kind: 'late_lookup', delayMs: LAG_MS },
    ),
    { check: noneDelivered },
  ),
  lies('providers down and back', ofAll({ kind: 'down' })),
  {
    name: 'connections to the providers reset in mid-rush',
    part: 'provider',
    doses: 2000,
    recoversWithin: 30,
    inject: resetAgainAndAgain,
  },
  {
    name: 'connections to the providers half-open',
    part: 'provider',
    doses: 500,
    recoversWithin: 45,
    inject: fallSilent,
  },
];
