import type { Outcome } from '#src/domain/attempt.ts';
import { bounded } from './bounded.ts';
import type { OutboundMessage } from './channel.ts';
import { NOT_STARTED } from './outcome.ts';

/**
 * Sends the messages of a batch, at most `limit` at once over all batches. Whether one may still start is asked when its
 * turn comes: a process that was stopped in between has lost its lease, and another one has the rest.
 */
export function batches(
  limit: number,
): (
  batch: OutboundMessage[],
  sendOne: (message: OutboundMessage) => Promise<Outcome>,
  mayStart?: () => boolean,
) => Promise<Outcome[]> {
  const inTurn = bounded(limit);
  return (batch, sendOne, mayStart = () => true) =>
    Promise.all(batch.map((message) => inTurn(async () => (mayStart() ? sendOne(message) : NOT_STARTED))));
}
