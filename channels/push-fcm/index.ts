import { randomUUID } from 'node:crypto';
import { type Credential, deleteApp, getApps, initializeApp } from 'firebase-admin/app';
import { sendTelling } from '#channels/batch.ts';
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
 * Connections, each for one batch at a time: its messages leave in one go, and their answers come back in few pieces. Sent one
 * by one as streams of a single connection became free, a message cost 8 % more of the worker (bench:rush).
 */
function sessions(open: () => Http2Client) {
  const all: Http2Client[] = [];
  const idle: Http2Client[] = [];
  const opened = () => {
    const session = open();
    all.push(session);
    return session;
  };
  return {
    async with<T>(work: (session: Http2Client) => Promise<T>): Promise<T> {
      const session = idle.pop() ?? opened();
      try {
        return await work(session);
      } finally {
        idle.push(session);
      }
    },
    close: () => Promise.all(all.map((session) => session.close())),
  };
}

/**
 * Push by FCM HTTP v1 (firebase.google.com/docs/cloud-messaging/send/v1-api). firebase-admin holds the app and its
 * credential; the sending is ours, because the SDK's address is fixed, its `sendEach` opens a connection per call and it
 * retries on its own. No delivery receipts; a repeat replaces the notification shown. Throws on an unusable account or CA.
 */
export function createFcmChannel(settings: FcmSettings): Channel {
  const { baseUrl, serviceAccount, caFile, perSecond, timeoutMs = 10_000, now = () => new Date() } = settings;
  const projectId = serviceAccount.project_id;
  const { origin } = new URL(baseUrl);
  const ca = authoritiesWith(caFile);
  const connections = sessions(() => new Http2Client({ origin, ca, timeoutMs }));
  const credential = serviceAccountCredential(serviceAccount, timeoutMs, now);
  const app = initializeApp({ credential, projectId }, `dosebell-${randomUUID()}`);
  const tokens = new AccessTokens(app.options.credential as Credential);
  const path = `/v1/projects/${encodeURIComponent(projectId)}/messages:send`;

  const sendOne = async (session: Http2Client, message: OutboundMessage, token: string): Promise<Outcome> => {
    try {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await session.post(path, headers, JSON.stringify(fcmMessage(message, now())));
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
    async send(batch, ...told) {
      const token = await tokens.get().catch(() => undefined);
      if (token === undefined) return batch.map(() => failure('retry', 'no_access_token'));
      return connections.with((session) =>
        Promise.all(batch.map((message) => sendTelling(() => sendOne(session, message, token), ...told))),
      );
    },
    async close() {
      await connections.close();
      if (getApps().includes(app)) await deleteApp(app);
    },
  };
}
