import { accountOf, type Channel } from '#channels/channel.ts';
import { type Chunk, claimChunk, type HeldChunk } from '../store/chunks.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type Lease, leaseFrom } from './lease.ts';

/** A chunk in hand, and for how long. */
export type Held = HeldChunk & { lease: Lease };

/** Holds a chunk for a lease, to be sent by `sender`. Null: somebody else has it, or it is done. */
export async function hold(app: Dispatcher, { id }: Chunk, sender: Channel | null): Promise<Held | null> {
  const lease = leaseFrom(app);
  const held = await claimChunk(app.sql, id, { leaseUntil: lease.until, account: sender && accountOf(sender) });
  return held && { ...held, lease };
}
