import { randomUUID } from 'node:crypto';
import { type Credential, deleteApp, getApps, initializeApp } from 'firebase-admin/app';
import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { authoritiesWith, lost } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { AccessTokens } from './access-tokens.ts';
import { type ServiceAccount, serviceAccountCredential } from './credential.ts';
import { fcmOutcome, tokenRefused } from './errors.ts';
import { Http2Client } from './http2-client.ts';
import { fcmMessage } from './message.ts';

export interface FcmSettings {
  /** https://fcm.googleapis.com, or what stands in for it. */
  baseUrl: string;
  serviceAccount: ServiceAccount;
  /** A PEM file trusted besides the system's authorities. */
  caFile: string | undefined;
  /** The project's quota, in messages a second. */
  perSecond: number;
  /** How long one message may take before it counts as unknown; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

/** FCM's servers allow about this many streams on one connection. */
const MAX_STREAMS = 100;

/**
 * Push by FCM HTTP v1 (firebase.google.com/docs/cloud-messaging/send/v1-api). firebase-admin holds the app and its
 * credential; the sending is ours, because the SDK's address is fixed, its `sendEach` opens a connection per call and it
 * retries on its own. No delivery receipts; a repeat replaces the notification shown. Throws on an unusable account or CA.
 */
export function createFcmChannel(settings: FcmSettings): Channel {
  const { baseUrl, serviceAccount, caFile, perSecond, timeoutMs = 10_000, now = () => new Date() } = settings;
  const projectId = serviceAccount.project_id;
  const client = new Http2Client({ origin: new URL(baseUrl).origin, ca: authoritiesWith(caFile), timeoutMs });
  const credential = serviceAccountCredential(serviceAccount, timeoutMs, now);
  const app = initializeApp({ credential, projectId }, `dosebell-${randomUUID()}`);
  const tokens = new AccessTokens(app.options.credential as Credential);
  const eachInTurn = batches(MAX_STREAMS);
  const path = `/v1/projects/${encodeURIComponent(projectId)}/messages:send`;

  const sendOne = async (message: OutboundMessage, token: string): Promise<Outcome> => {
    try {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await client.post(path, headers, JSON.stringify(fcmMessage(message, now())));
      if (tokenRefused(answer)) tokens.drop(token);
      return fcmOutcome(answer);
    } catch (error) {
      return lost(error);
    }
  };

  return {
    name: 'push',
    provider: 'fcm',
    sender: projectId,
    weight: 1,
    perSecond,
    width: MAX_STREAMS,
    units: () => 1,
    idempotent: true,
    receipts: false,
    async send(batch, mayStart) {
      const token = await tokens.get().catch(() => undefined);
      if (token === undefined) return batch.map(() => failure('retry', 'no_access_token'));
      return eachInTurn(batch, (message) => sendOne(message, token), mayStart);
    },
    async close() {
      await client.close();
      if (getApps().includes(app)) await deleteApp(app);
    },
  };
}
