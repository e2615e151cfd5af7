import type { Outcome } from '#src/domain/attempt.ts';
import { bounded } from './bounded.ts';
import type { Channel, OutboundMessage } from './channel.ts';
import { NOT_STARTED } from './outcome.ts';

/**
 * A channel's `send` by its `sendOne`: at most `limit` messages at once over all batches. Whether one may still start is asked
 * when its turn comes: a process that was stopped in between has lost its lease, and another one has the rest.
 */
export function batches(limit: number, sendOne: (message: OutboundMessage) => Promise<Outcome>): Channel['send'] {
  const inTurn = bounded(limit);
  return (batch, ...told) =>
    Promise.all(batch.map((message) => inTurn(() => sendTelling(() => sendOne(message), ...told))));
}

/** Sends one message as `Channel.send` owes it: not once it may not start any more, and its outcome is told of. */
export async function sendTelling(
  sendOne: () => Promise<Outcome>,
  mayStart: () => boolean = () => true,
  answered: () => void = () => {},
): Promise<Outcome> {
  const outcome = mayStart() ? await sendOne() : NOT_STARTED;
  answered();
  return outcome;
}
