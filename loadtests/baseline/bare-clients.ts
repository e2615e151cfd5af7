import { readFileSync } from 'node:fs';
import http from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { OutboundMessage } from '#channels/channel.ts';
import { mailOf } from '#channels/email-smtp/message.ts';
import { fromHeader, rawMail, senderOf } from '#channels/email-smtp/mime.ts';
import { serviceAccountCredential } from '#channels/push-fcm/credential.ts';
import { fcmMessage } from '#channels/push-fcm/message.ts';
import type { MixChannel } from '#loadtests/bench/mix.ts';
import type { Config } from '#src/config.ts';

/** A message as it goes over the wire, made before anything is timed. */
export interface Prepared {
  to: string;
  body: Buffer;
}

/** What sends prepared messages one after another; rejects unless the provider takes one. */
export type Lane = (message: Prepared) => Promise<void>;

/** The plainest client of a provider: `open` gives so many lanes, which send side by side over kept-open connections. */
export interface BareClient {
  prepare(message: OutboundMessage): Promise<Prepared>;
  open(width: number): Promise<{ lanes: Lane[]; close(): void }>;
}

const TIMEOUT_MS = 10_000;

/** A client for every channel, sending what dosebell's own adapters send. */
export function bareClients(config: Config): Record<MixChannel, BareClient> {
  return { push: fcmClient(config), sms: twilioClient(config), email: smtpClient(config) };
}

/** One HTTP/2 session; a lane is a stream at a time. */
function fcmClient({ push }: Config): BareClient {
  const path = `/v1/projects/${push.serviceAccount.project_id}/messages:send`;
  return {
    prepare: async (message) => ({
      to: message.to,
      body: Buffer.from(JSON.stringify(fcmMessage(message, new Date()))),
    }),
    async open(width) {
      const { access_token: token } = await serviceAccountCredential(
        push.serviceAccount,
        TIMEOUT_MS,
        () => new Date(),
      ).getAccessToken();
      const session = connect(push.baseUrl, push.caFile === undefined ? {} : { ca: readFileSync(push.caFile) });
      await new Promise<void>((resolve, reject) => {
        session.once('remoteSettings', () => resolve());
        session.once('error', reject);
      });
      const headers = {
        ':method': 'POST',
        ':path': path,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      };
      const lane: Lane = ({ body }) => postStream(session, headers, body);
      return { lanes: Array.from({ length: width }, () => lane), close: () => session.close() };
    },
  };
}

function postStream(session: ClientHttp2Session, headers: Record<string, string>, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let status = 0;
    stream.on('response', (answer) => {
      status = answer[':status'] ?? 0;
    });
    stream.on('error', reject);
    stream.on('end', () => (status === 200 ? resolve() : reject(new Error(`FCM answered ${status}`))));
    stream.resume();
    stream.end(body);
  });
}

/** HTTP/1.1, one kept-alive connection per lane. */
function twilioClient({ sms, http: { publicUrl } }: Config): BareClient {
  if (sms.twilio === undefined) throw new Error('the bare client loop needs a Twilio account');
  const { baseUrl, accountSid, authToken, from } = sms.twilio;
  const url = new URL(`${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`);
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return {
    async prepare({ to, text, attemptId }) {
      const fields = {
        To: to,
        From: from[0] as string,
        Body: text,
        StatusCallback: `${publicUrl}/webhooks/twilio/status?attempt=${attemptId}`,
        ValidityPeriod: '3600',
      };
      return { to, body: Buffer.from(new URLSearchParams(fields).toString()) };
    },
    async open(width) {
      const agent = new http.Agent({ keepAlive: true, maxSockets: width });
      const { hostname, port, pathname: path } = url;
      const options = { hostname, port, path, method: 'POST', agent };
      const lane: Lane = ({ body }) =>
        post({ ...options, headers: { ...headers, 'content-length': body.length } }, body);
      return { lanes: Array.from({ length: width }, () => lane), close: () => agent.destroy() };
    },
  };
}

function post(options: http.RequestOptions, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 201) resolve();
        else reject(new Error(`Twilio answered ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** SMTP, one connection per lane. */
function smtpClient({ email: { url, from } }: Config): BareClient {
  const { hostname: host, port } = new URL(url);
  const { address: sender, domain } = senderOf(from);
  const header = fromHeader(from, sender);
  return {
    prepare: async (message) => ({ to: message.to, body: rawMail(mailOf(message, header, domain), new Date()) }),
    async open(width) {
      const connections = Array.from({ length: width }, () => new SMTPConnection({ host, port: Number(port) }));
      await Promise.all(
        connections.map(
          (connection) =>
            new Promise<void>((resolve, reject) => {
              connection.once('error', reject);
              connection.connect((error) => (error ? reject(error) : resolve()));
            }),
        ),
      );
      const lanes = connections.map(
        (connection): Lane =>
          ({ to, body }) =>
            new Promise((resolve, reject) => {
              connection.send({ from: sender, to: [to] }, body, (error) => (error ? reject(error) : resolve()));
            }),
      );
      return { lanes, close: () => connections.forEach((connection) => void connection.quit()) };
    },
  };
}
