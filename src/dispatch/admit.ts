import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel } from '#channels/channel.ts';
import type { Chunk } from '../store/chunks.ts';
import { chooseSender } from './choose.ts';
import type { Dispatcher } from './dispatcher.ts';

/** Who sends a chunk now. */
export interface Admitted {
  sender: Channel;
  /** Units of the sender's rate that were taken: one a message, since the texts are not known yet. */
  taken: number;
  /** There when the sender was down and is tried again: no more messages than this may be risked on it. */
  most?: number;
}

/** Asked again at least this often: a sender may have recovered, or a rate. */
const LONGEST_WAIT_MS = 1000;

/** Gives a sender's probe back: it had no rate left for it. */
const NOTHING_PROBED = { well: 0, failed: 0, slow: 0, probe: true };

/**
 * Waits until one of the channel's senders is well and has rate left for the chunk, and takes that rate. `down`: none is
 * well. Nothing is held while it waits: a chunk that
 * waits is a queued row.
 */
export async function admit(
  app: Dispatcher,
  { channel, size, critical, expiresAt }: Chunk,
  stopping?: AbortSignal,
): Promise<Admitted | 'down' | 'expired' | 'stopped'> {
  const senders = app.channels.get(channel) ?? [];
  for (;;) {
    if (stopping?.aborted) return 'stopped';
    if (app.clock.now() >= expiresAt) return 'expired';
    let waitMs = LONGEST_WAIT_MS;
    const busy = new Set<Channel>();
    for (;;) {
      const choice = await chooseSender(app, senders, busy);
      if (choice === null) break;
      const taken = Math.min(size, choice.most ?? app.limits.atOnce(choice.sender));
      const wait = await app.limits.take(choice.sender, taken, critical);
      if (wait === 0) return { ...choice, taken };
      if (choice.most !== undefined) await app.health.report(choice.sender, NOTHING_PROBED);
      waitMs = Math.min(waitMs, wait);
      busy.add(choice.sender);
    }
    if (busy.size === 0) return 'down';
    await sleep(waitMs, undefined, stopping && { signal: stopping }).catch(() => {});
  }
}
