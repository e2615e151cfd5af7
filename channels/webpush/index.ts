import webPush from 'web-push';
import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { authoritiesWith, exchange, httpConnections, lost } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { pushOutcome } from './errors.ts';
import { pushOptions, pushPayload } from './message.ts';
import { allowedOrigins } from './origins.ts';
import { readSubscription } from './subscription.ts';
import { vapidSigner } from './vapid.ts';

export interface WebPushSettings {
  /** VAPID keys (RFC 8292): base64url of the raw P-256 point and scalar. */
  publicKey: string;
  privateKey: string;
  /** Whom a push service can write to: `mailto:` or `https:`. */
  subject: string;
  /** Where subscriptions may point to: `https://host[:port]`, a `*` for one or more leading labels. */
  origins: string[];
  /** A PEM file trusted besides the system's authorities. */
  caFile: string | undefined;
  perSecond: number;
  /** How long one message may take before it counts as unknown; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

const MAX_SOCKETS = 100;

/**
 * Web push (RFC 8030) with VAPID, encrypted for the browser by `web-push` and sent by our own transport, which knows whether a
 * request left. No receipts; a repeat replaces the notification shown, by its topic on the way and its tag in the browser.
 * Throws on an unusable CA file.
 */
export function createWebPushChannel(settings: WebPushSettings): Channel {
  const { subject, origins, caFile, perSecond, timeoutMs = 10_000, now = () => new Date() } = settings;
  const ca = authoritiesWith(caFile);
  const connections = httpConnections(MAX_SOCKETS, ca);
  const isAllowed = allowedOrigins(origins);
  const authorization = vapidSigner(settings, now);

  const sendOne = async (message: OutboundMessage): Promise<Outcome> => {
    const subscription = readSubscription(message.to);
    if (subscription === null) return failure('contact_failed', 'not_a_subscription');
    if (!isAllowed(subscription.endpoint)) return failure('contact_failed', 'endpoint_not_allowed');
    const request = encrypted(subscription, message);
    if (request === null) return failure('contact_failed', 'bad_keys');
    const target = new URL(subscription.endpoint);
    const headers = { ...request.headers, authorization: authorization(target.origin) };
    try {
      const answer = await exchange(target, { method: 'POST', headers, body: request.body, connections, timeoutMs });
      return pushOutcome(answer, message.attemptId);
    } catch (error) {
      return lost(error);
    }
  };

  /** Null: the browser's keys are no point of the curve or no secret. */
  const encrypted = (subscription: webPush.PushSubscription, message: OutboundMessage) => {
    try {
      return webPush.generateRequestDetails(subscription, pushPayload(message), pushOptions(message, now()));
    } catch {
      return null;
    }
  };

  return {
    name: 'webpush',
    provider: 'webpush',
    sender: subject,
    weight: 1,
    perSecond,
    width: MAX_SOCKETS,
    units: () => 1,
    idempotent: true,
    receipts: false,
    send: batches(MAX_SOCKETS, sendOne),
    async close() {
      await connections.destroy();
    },
  };
}
