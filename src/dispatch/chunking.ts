import type { Channel } from '#channels/channel.ts';
import type { ChannelName } from '../domain/attempt.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { NewAttempt } from '../store/attempts.ts';
import type { Chunk } from '../store/chunks.ts';

/** Ids in one job: large enough that a job costs little per message, small enough that a crash leaves few unknown. */
export const CHUNK_SIZE = 100;

/** A message that needs a chunk. `turn` is its place among routine messages that are ready (`Turns`); critical ones have 1. */
export interface Unchunked {
  attempt: Pick<NewAttempt, 'channel' | 'chunkId' | 'expiresAt'>;
  critical: boolean;
  readyAt: Date;
  turn: number;
}

/**
 * Groups messages by channel, priority and moment into chunks, in the order of their turns, and writes each
 * message's `chunkId`. A chunk is at most `CHUNK_SIZE`, what its channel's narrowest sender has on the wire at once, and
 * what its slowest one may send in a second: no sender has more in hand than keeps it busy, in front of the next tenant's
 * first message.
 */
export function intoChunks(messages: Unchunked[], channels: Map<ChannelName, Channel[]>, now: Date): Chunk[] {
  const groups = Map.groupBy(
    messages,
    ({ attempt, critical, readyAt }) => `${attempt.channel}|${critical}|${readyAt.getTime()}`,
  );
  return [...groups.values()].flatMap((group) => {
    const size = chunkSize(channels.get((group[0] as Unchunked).attempt.channel));
    return inTurns(group, size).map((members) => chunkOf(members, now));
  });
}

/** Cuts messages in the order of their turns; one whose turn comes much later does not hold up, nor follow, the first. */
function inTurns(messages: Unchunked[], size: number): Unchunked[][] {
  const cut: Unchunked[][] = [];
  let current: Unchunked[] = [];
  for (const message of messages.toSorted((a, b) => a.turn - b.turn)) {
    const first = current[0];
    if (first === undefined || current.length === size || message.turn >= first.turn + CHUNK_SIZE) {
      current = [];
      cut.push(current);
    }
    current.push(message);
  }
  return cut;
}

function chunkOf(members: Unchunked[], now: Date): Chunk {
  const [{ attempt, critical, readyAt }] = members as [Unchunked];
  const id = uuidv7(now);
  for (const member of members) member.attempt.chunkId = id;
  return {
    id,
    channel: attempt.channel,
    critical,
    size: members.length,
    readyAt,
    expiresAt: new Date(Math.max(...members.map((member) => member.attempt.expiresAt.getTime()))),
    turn: Math.max(...members.map((member) => member.turn)),
  };
}

function chunkSize(senders: Channel[] = []): number {
  return Math.max(1, Math.min(CHUNK_SIZE, ...senders.map(({ perSecond, width }) => Math.min(perSecond, width))));
}
