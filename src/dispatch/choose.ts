import type { Channel } from '#channels/channel.ts';
import type { Health } from './health.ts';

/** Who is to send, and how many messages may be risked on it; `most` is there when they are a probe. */
interface Choice {
  sender: Channel;
  most?: number;
}

/**
 * Chooses one of a channel's senders at random, by the weight each deserves now. One that may be tried again after an outage
 * comes first, or nobody would learn that it is back. Null when none of those not excluded may be given anything.
 */
export async function chooseSender(
  { health }: { health: Health },
  senders: Channel[],
  excluded: ReadonlySet<Channel> = new Set(),
  random: () => number = Math.random,
): Promise<Choice | null> {
  const well: { sender: Channel; weight: number }[] = [];
  for (const sender of senders) {
    if (excluded.has(sender)) continue;
    const { weight, most } = await health.of(sender); // one by one: asking takes the probe, and only one can be sent
    if (most !== undefined) return { sender, most };
    if (weight > 0) well.push({ sender, weight });
  }
  let left = random() * well.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = well.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return chosen === undefined ? null : { sender: chosen.sender };
}
