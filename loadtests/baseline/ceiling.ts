import { MIX, type MixChannel } from '#loadtests/bench/mix.ts';
import { closeApp, openApp } from '#src/app.ts';
import type { Config } from '#src/config.ts';
import { type BareClient, bareClients, type Lane, type Prepared } from './bare-clients.ts';
import { type Reminder, reminders } from './messages.ts';

/** How many messages of each channel are under way at once. */
export type Widths = Record<MixChannel, number>;

/** Around what dosebell's adapters have: the fastest of them is the ceiling. */
const WIDTHS: readonly Widths[] = [
  { push: 100, sms: 25, email: 10 },
  { push: 100, sms: 50, email: 10 },
  { push: 200, sms: 100, email: 20 },
  { push: 50, sms: 25, email: 5 },
  { push: 25, sms: 12, email: 3 },
];

/** How many messages there are in all: `warmUp`, then `probe` for each of the widths, then those that count. */
export interface Sizes {
  warmUp: number;
  probe: number;
  count: number;
}

export function messagesInAll({ warmUp, probe, count }: Sizes): number {
  return warmUp + WIDTHS.length * probe + count;
}

/**
 * The ceiling: bare client loops, the three channels side by side, with nothing around them: bodies made beforehand, no
 * database, no queue. Each of the widths is tried on `probe` messages, and the best gets the `count`. Returns when these
 * began. All messages have the attempt ids of their numbers, from 0.
 */
export async function sendBare(config: Config, sizes: Sizes): Promise<{ startedAt: number; widths: Widths }> {
  const clients = bareClients(config);
  const all = await prepared(config, clients, messagesInAll(sizes));
  let next = 0;
  const some = (count: number) => {
    next += count;
    return all.slice(next - count, next);
  };
  await sendAll(clients, some(sizes.warmUp), WIDTHS[0] as Widths);
  let best = { widths: WIDTHS[0] as Widths, ms: Number.POSITIVE_INFINITY };
  for (const widths of WIDTHS) {
    const startedAt = await sendAll(clients, some(sizes.probe), widths);
    const ms = Date.now() - startedAt;
    if (ms < best.ms) best = { widths, ms };
  }
  const startedAt = await sendAll(clients, some(sizes.count), best.widths);
  return { startedAt, widths: best.widths };
}

interface Job {
  channel: MixChannel;
  message: Prepared;
}

async function prepared(config: Config, clients: Record<MixChannel, BareClient>, count: number): Promise<Job[]> {
  const app = await openApp('ceiling', config);
  const prepare = async ({ channel, message }: Reminder) => ({
    channel,
    message: await clients[channel].prepare(message),
  });
  try {
    return await Promise.all(reminders(app, 0, count).map(prepare));
  } finally {
    await closeApp(app);
  }
}

/** Sends all, every channel in its own lanes; connections are open before the first leaves. Returns when it left. */
async function sendAll(clients: Record<MixChannel, BareClient>, jobs: Job[], widths: Widths): Promise<number> {
  const lanes = await Promise.all(
    MIX.map(async (channel) => ({
      ...(await clients[channel].open(widths[channel])),
      messages: jobs.filter((job) => job.channel === channel).map(({ message }) => message),
    })),
  );
  const startedAt = Date.now();
  await Promise.all(lanes.map(({ lanes, messages }) => sendOver(lanes, messages)));
  for (const { close } of lanes) close();
  return startedAt;
}

/** Each lane takes the next message when it is free. */
async function sendOver(lanes: Lane[], messages: Prepared[]): Promise<void> {
  let next = 0;
  const run = async (lane: Lane) => {
    for (let message = messages[next++]; message !== undefined; message = messages[next++]) await lane(message);
  };
  await Promise.all(lanes.map(run));
}
