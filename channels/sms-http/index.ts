import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { segmentsOf } from '#channels/sms-segments.ts';
import { exchange, httpConnections, lost } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { foundBy, outcomeOf } from './answers.ts';
import { callbackUrl } from './callbacks.ts';
import { type HttpGateway, lookupUrlOf, requestOf, wordsOf } from './gateway.ts';

export interface SmsHttpSettings extends HttpGateway {
  /** Of this sender among the channel's senders. */
  weight: number;
  /** Segments a second that this sender may send. */
  perSecond: number;
  /** Our own address as the gateway reaches it, for delivery callbacks. */
  publicUrl: string;
  /** How long one message may take before it counts as unknown; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

const MAX_SOCKETS = 50;

/**
 * SMS by any gateway that takes a message in one HTTP request and answers JSON. A repeat may show the message twice, so an
 * unknown one is looked up where the gateway can be asked by our own reference, and stays unknown where it cannot. Throws
 * on templates that cannot be rendered.
 */
export function createSmsHttpChannel(settings: SmsHttpSettings): Channel {
  const { method, from, headers, callback, lookup, weight, perSecond, publicUrl } = settings;
  const { timeoutMs = 10_000, now = () => new Date() } = settings;
  const connections = httpConnections(MAX_SOCKETS);
  const fill = requestOf(settings);
  const lookupUrl = lookup && lookupUrlOf(lookup.url);

  const words = (message: OutboundMessage) => {
    const told = callback === undefined ? '' : callbackUrl(publicUrl, callback.secret, message.attemptId);
    return wordsOf(message, { from, callback: told, now: now() });
  };
  const sendOne = async (message: OutboundMessage): Promise<Outcome> => {
    try {
      const request = fill(words(message));
      return outcomeOf(settings, await exchange(request.url, { method, ...request, connections, timeoutMs }));
    } catch (error) {
      return lost(error);
    }
  };

  return {
    name: 'sms',
    provider: 'sms_http',
    sender: from,
    weight,
    perSecond,
    width: MAX_SOCKETS,
    units: ({ text }) => segmentsOf(text),
    idempotent: false,
    receipts: callback !== undefined,
    send: batches(MAX_SOCKETS, sendOne),
    ...(lookupUrl && {
      async lookup(message: OutboundMessage) {
        try {
          const target = lookupUrl(words(message));
          return foundBy(settings, await exchange(target, { method: 'GET', headers, connections, timeoutMs }));
        } catch {
          return failure('unknown', 'lookup_failed');
        }
      },
    }),
    async close() {
      await connections.destroy();
    },
  };
}
