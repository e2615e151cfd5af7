import { readFileSync } from 'node:fs';
import http from 'node:http';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cert } from 'firebase-admin/app';
import twilio from 'twilio';
import type { Simulator } from './simulator.ts';

/** Waits until `probe` finds something, for at most five seconds. */
export async function until<T>(probe: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`nothing in 5 s: ${probe}`);
    await sleep(5);
  }
}

export interface SeenRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  form: Record<string, string>;
}

/** A stand-in for the service: it records every request and answers as `answer` says. */
export async function startService() {
  const seen: SeenRequest[] = [];
  const service = {
    seen,
    url: '',
    answer: (_request: SeenRequest): { status: number; type?: string } => ({ status: 200 }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = Object.fromEntries(new URLSearchParams(body));
    const { method = '', url = '', headers } = request;
    const told = { method, path: url, headers, body, form };
    seen.push(told);
    const { status, type = 'text/html' } = service.answer(told);
    response.writeHead(status, { 'content-type': type }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return service;
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** Sends JSON to the simulator's control port. */
export function order(simulator: Simulator, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(simulator.http + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

/** Reads JSON from the simulator's control port. */
export async function read<T>(simulator: Simulator, path: string): Promise<T> {
  return (await order(simulator, 'GET', path)).json() as Promise<T>;
}

/**
 * A token as firebase-admin's own service account credential gets it, its agent leading Google's host here. The account
 * is given as a file: given as an object, the library ignores the agent and asks Google itself.
 */
export async function firebaseToken(simulator: Simulator): Promise<string> {
  const { hostname, port } = new URL(simulator.fcm);
  const agent = new https.Agent({ host: hostname, port: Number(port), ca: readFileSync(simulator.caFile) });
  const { access_token } = await cert(simulator.serviceAccount, agent).getAccessToken();
  agent.destroy();
  return access_token;
}

export interface FcmAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Opens one HTTP/2 connection to the simulated FCM, trusting only its certificate. */
export function connectFcm(simulator: Simulator): ClientHttp2Session {
  const session = connect(simulator.fcm, { ca: readFileSync(simulator.caFile) });
  session.on('error', () => {});
  return session;
}

/** POSTs to FCM; rejects when the stream ends without an answer. */
export function postFcm(
  session: ClientHttp2Session,
  { token, body, project = 'dosebell-sim' }: { token: string; body: unknown; project?: string },
): Promise<FcmAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/v1/projects/${project}/messages:send`,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    });
    let answer: FcmAnswer | undefined;
    stream.on('response', (headers) => {
      answer = { status: Number(headers[':status']), headers, body: '' };
    });
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      if (answer) answer.body += chunk;
    });
    stream.on('error', reject);
    stream.on('close', () => (answer ? resolve(answer) : reject(new Error('no answer'))));
    stream.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** The real Twilio client, its base URL led to the simulator. */
export function twilioClient(simulator: Simulator, authToken = simulator.twilio.authToken) {
  const client = twilio(simulator.twilio.accountSid, authToken);
  client.api.baseUrl = simulator.http;
  return client;
}
