import type { Channel } from '#channels/channel.ts';
import type { ChannelName } from '../domain/attempt.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { NewAttempt } from '../store/attempts.ts';
import type { Chunk } from '../store/chunks.ts';

/** Ids in one job: large enough that a job costs little per message, small enough that a crash leaves few unknown. */
export const CHUNK_SIZE = 100;

/** A message that needs a chunk. */
export interface Unchunked {
  attempt: Pick<NewAttempt, 'tenantId' | 'channel' | 'chunkId'>;
  critical: boolean;
  readyAt: Date;
}

/**
 * Groups messages by channel, priority and moment into chunks of at most `CHUNK_SIZE`, tenants interleaved, and writes
 * each message's `chunkId`.
 */
export function intoChunks(messages: Unchunked[], channels: Map<ChannelName, Channel>, now: Date): Chunk[] {
  const groups = Map.groupBy(messages, (m) => `${m.attempt.channel}|${m.critical}|${m.readyAt.getTime()}`);
  return [...groups.values()].flatMap((group) => {
    const fair = interleave(group);
    const chunks: Chunk[] = [];
    for (let i = 0; i < fair.length; i += CHUNK_SIZE) {
      const members = fair.slice(i, i + CHUNK_SIZE);
      const [{ attempt, critical, readyAt }] = members as [Unchunked];
      const sender = channels.get(attempt.channel)?.sender ?? attempt.channel;
      const id = uuidv7(now);
      chunks.push({ id, channel: attempt.channel, sender, critical, size: members.length, readyAt });
      for (const member of members) member.attempt.chunkId = id;
    }
    return chunks;
  });
}

/** Round-robin between tenants, so that a large one does not fill the first chunks alone. */
function interleave(messages: Unchunked[]): Unchunked[] {
  const lanes = [...Map.groupBy(messages, (m) => m.attempt.tenantId).values()];
  const longest = Math.max(...lanes.map((lane) => lane.length));
  return Array.from({ length: longest }, (_, i) => lanes.flatMap((lane) => lane[i] ?? [])).flat();
}
