import { accountOf, type Channel } from '#channels/channel.ts';
import { plusSeconds } from '../clock.ts';
import { type Chunk, claimChunk, type HeldChunk } from '../store/chunks.ts';
import type { Dispatcher } from './dispatcher.ts';

/** Holds a chunk for a lease, to be sent by `sender`. Null: somebody else has it, or it is done. */
export async function hold(app: Dispatcher, { id }: Chunk, sender: Channel | null): Promise<HeldChunk | null> {
  const leaseUntil = plusSeconds(app.clock.now(), app.config.schedule.leaseSeconds);
  return claimChunk(app.sql, id, { leaseUntil, account: sender && accountOf(sender) });
}
