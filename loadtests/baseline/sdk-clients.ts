import http from 'node:http';
import https from 'node:https';
import { type ConnectionOptions, connect } from 'node:tls';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Message } from 'firebase-admin/messaging';
import { createTransport } from 'nodemailer';
import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import { actionsOf } from '#channels/actions.ts';
import type { OutboundMessage } from '#channels/channel.ts';
import { mailOf } from '#channels/email-smtp/message.ts';
import { senderOf } from '#channels/email-smtp/mime.ts';
import { serviceAccountCredential } from '#channels/push-fcm/credential.ts';
import { authoritiesWith } from '#channels/transport.ts';
import type { MixChannel } from '#loadtests/bench/mix.ts';
import type { Config } from '#src/config.ts';

/** Sends one message and returns the provider's id; rejects unless the provider takes it. */
export interface SdkClient {
  send(message: OutboundMessage): Promise<string>;
  /** As many at once as the client has connections. */
  width: number;
  close(): void;
}

const TIMEOUT_MS = 10_000;
/** As many as dosebell's adapters have on the wire at once. */
const FCM_CONNECTIONS = 100;
const TWILIO_CONNECTIONS = 50;
const SMTP_CONNECTIONS = 40;

/**
 * The providers' own libraries as their documentation uses them, on kept-open connections. They are led to the simulator where
 * they would go to their provider, and no further changed.
 */
export function sdkClients(config: Config): Record<MixChannel, SdkClient> {
  return { push: fcmClient(config), sms: twilioClient(config), email: smtpClient(config) };
}

/** `messaging().send()`: one HTTP/1.1 request a message. (`sendEach` opens a connection a call.) */
function fcmClient({ push: { baseUrl, serviceAccount, caFile } }: Config): SdkClient {
  const { hostname: host, port } = new URL(baseUrl);
  const ca = authoritiesWith(caFile);
  const httpAgent = new https.Agent({ keepAlive: true, maxSockets: FCM_CONNECTIONS });
  const toSimulator: ConnectionOptions = { host, port: Number(port), ...(ca && { ca }) };
  httpAgent.createConnection = () => connect(toSimulator);
  const credential = serviceAccountCredential(serviceAccount, TIMEOUT_MS, () => new Date());
  const app = initializeApp({ credential, httpAgent, projectId: serviceAccount.project_id }, 'naive');
  const messaging = getMessaging(app);
  return {
    send: (message) => messaging.send(sdkMessage(message)),
    width: FCM_CONNECTIONS,
    close() {
      httpAgent.destroy();
      void deleteApp(app);
    },
  };
}

/** What dosebell sends (`fcmMessage`), in the SDK's words. */
function sdkMessage(message: OutboundMessage): Message {
  const { attemptId, doseId, purpose, to, token = '', link = '', expiresAt } = message;
  const category = 'DOSE_REMINDER';
  return {
    token: to,
    notification: { title: message.subject, body: message.text },
    data: {
      attemptId,
      doseId: doseId ?? '',
      purpose,
      token,
      link,
      category,
      actions: JSON.stringify(actionsOf(message)),
    },
    android: {
      priority: 'high',
      ttl: Math.max(0, expiresAt.getTime() - Date.now()),
      notification: { tag: doseId ?? '' },
    },
    apns: {
      headers: {
        'apns-collapse-id': doseId ?? '',
        'apns-expiration': String(Math.floor(expiresAt.getTime() / 1000)),
        'apns-priority': '10',
      },
      payload: { aps: { sound: 'default', category, mutableContent: true } },
    },
  };
}

/** `messages.create()`. */
function twilioClient({ sms, http: { publicUrl } }: Config): SdkClient {
  if (sms.twilio === undefined) throw new Error('the naive service needs a Twilio account');
  const { baseUrl, accountSid, authToken, from } = sms.twilio;
  const httpClient = new SimulatorClient(baseUrl);
  const client = twilio(accountSid, authToken, { httpClient });
  return {
    async send({ to, text, attemptId }) {
      const statusCallback = `${publicUrl}/webhooks/twilio/status?attempt=${attemptId}`;
      const { sid } = await client.messages.create({
        to,
        from: from[0] as string,
        body: text,
        statusCallback,
        validityPeriod: 3600,
      });
      return sid;
    },
    width: TWILIO_CONNECTIONS,
    close: () => httpClient.close(),
  };
}

/** The library's own client, another host. */
class SimulatorClient extends RequestClient {
  readonly #baseUrl: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: TWILIO_CONNECTIONS });

  constructor(baseUrl: string) {
    super();
    this.#baseUrl = baseUrl;
    this.axios.defaults.httpAgent = this.#agent;
  }

  override request<TData>(options: RequestClient.RequestOptions<TData>) {
    return super.request<TData>({ ...options, uri: options.uri.replace('https://api.twilio.com', this.#baseUrl) });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** `sendMail()` of a pooled transport. */
function smtpClient({ email: { url, from } }: Config): SdkClient {
  const { hostname: host, port } = new URL(url);
  const pool = { pool: true, maxConnections: SMTP_CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY } as const;
  const transport = createTransport({ host, port: Number(port), ...pool });
  const { domain } = senderOf(from);
  return {
    send: async (message) => (await transport.sendMail(mailOf(message, from, domain))).messageId,
    width: SMTP_CONNECTIONS,
    close: () => transport.close(),
  };
}
