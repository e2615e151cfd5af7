import type { ChannelName } from '../domain/attempt.ts';

/** A message that waits for its place among all tenants' messages. */
interface Waiting {
  tenantId: string;
  /** The tenant's share when there is not enough for all: 2 is twice 1. */
  weight: number;
  channel: ChannelName;
  readyAt: Date;
}

/** BullMQ's lowest priority (docs.bullmq.io, prioritized jobs). */
const LAST_TURN = 2 ** 21 - 1;

/**
 * Weighted round-robin between tenants, by self-clocked fair queueing (Golestani, INFOCOM 1994): a tenant's nth waiting
 * message has turn n / weight, counted from the turn that is being sent now. Whoever has much waiting queues behind itself,
 * not in front of the others. Kept in the process: schedulers that share the shards count each their own part.
 */
export class Turns {
  readonly #last = new Map<string, { turn: number; readyAt: Date }>();
  #now = new Date(0);
  #serving = new Map<ChannelName, number>();

  /** Before a pass: the turns that are being sent by channel; a channel without one has nothing waiting. */
  begin(now: Date, serving: Map<ChannelName, number>): void {
    this.#now = now;
    // Never back while something waits: a repeated message has the turn it had before.
    const forward = (channel: ChannelName, turn: number) => Math.max(turn, this.#serving.get(channel) ?? 0);
    this.#serving = new Map([...serving].map(([channel, turn]) => [channel, forward(channel, turn)]));
    for (const [key, { readyAt }] of this.#last) if (readyAt < now && serving.size === 0) this.#last.delete(key);
  }

  /** The next turn of this message's tenant: at least 1. */
  next({ tenantId, weight, channel, readyAt }: Waiting): number {
    const key = `${channel}|${tenantId}`;
    const serving = this.#serving.get(channel);
    const last = this.#last.get(key);
    // What was ready before now has been sent, unless something waits still.
    const behind = last !== undefined && (serving !== undefined || last.readyAt >= this.#now) ? last.turn : 0;
    const turn = Math.max(serving ?? 0, behind) + 1 / weight;
    this.#last.set(key, { turn, readyAt });
    return Math.min(Math.ceil(turn), LAST_TURN);
  }
}
