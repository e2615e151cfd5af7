import { randomUUID } from 'node:crypto';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Books } from './books.ts';
import { half } from './cut.ts';
import type { Verdict } from './faults.ts';
import { FAULT_ERRORS, type FcmError, invalidArgument, permissionDenied, unauthenticated } from './fcm-errors.ts';
import { attemptOf, type FcmMessage, readFcmMessage } from './fcm-message.ts';
import type { TokenService } from './oauth.ts';

interface FcmOptions {
  books: Books;
  tokens: TokenService;
  projectId: string;
  cert: string;
  key: string;
}

const SEND_PATH = /^\/v1\/projects\/([^/]+)\/messages:send$/;
const MAX_BODY_BYTES = 64 * 1024;
const JSON_TYPE = 'application/json; charset=UTF-8';

/**
 * FCM HTTP v1 over HTTP/2 TLS. The token endpoint answers here too, over HTTP/1.1: google-auth-library asks for it at
 * a fixed Google address, which only an agent can lead to another server.
 */
export class FcmServer {
  readonly #server: Http2SecureServer;
  readonly #options: FcmOptions;

  constructor(options: FcmOptions) {
    this.#options = options;
    const { cert, key } = options;
    const settings = { maxConcurrentStreams: 1_000 };
    this.#server = createSecureServer({ cert, key, allowHTTP1: true, settings }, (request, response) => {
      this.#route(request, response).catch(() => drop(request, response));
    });
    // A client that vanishes is not a failure of the simulator.
    this.#server.on('sessionError', () => {});
  }

  get server(): Server {
    return this.#server;
  }

  async #route(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const body = await readBody(request);
    const project = SEND_PATH.exec(request.url)?.[1];
    if (request.method === 'POST' && request.url === '/token') {
      const answer = this.#options.tokens.grant(body ?? '');
      return sendJson(response, answer.status, answer.body);
    }
    if (request.method !== 'POST' || project === undefined) {
      return sendJson(response, 404, { error: { code: 404, message: 'Not Found', status: 'NOT_FOUND' } });
    }
    await this.#send(request, response, project, body);
  }

  async #send(request: Http2ServerRequest, response: Http2ServerResponse, project: string, body: string | null) {
    const { books, tokens, projectId } = this.#options;
    const message = body === null ? tooLarge() : readFcmMessage(body);
    if (!tokens.isValid(request.headers.authorization)) return this.#refuse(response, message, unauthenticated());
    if (project !== projectId) return this.#refuse(response, message, permissionDenied(project));
    if ('error' in message) return this.#refuse(response, message, message.error);

    const verdict = books.faults.decide('fcm', message.to);
    const { latencyMs, answer } = verdict;
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
    const error = answer && FAULT_ERRORS[answer.kind]?.(answer);
    if (error) return this.#refuse(response, message, error, answer.retryAfterSeconds);

    if (answer?.kind === 'reset_mid_request') {
      books.refuse('fcm', attemptOf(message.data), answer.kind);
      return drop(request, response);
    }

    const name = `projects/${project}/messages/0:${Date.now()}%${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    this.#accept(message, name, verdict);
    if (answer?.kind === 'timeout_after_accept') return drop(request, response);
    if (answer?.kind !== 'reset_mid_answer') return sendJson(response, 200, { name });
    response.writeHead(200, { 'content-type': JSON_TYPE });
    response.write(half(JSON.stringify({ name })), () => drop(request, response));
  }

  #accept({ to, data, notification, collapseId }: FcmMessage, ref: string, verdict: Verdict): void {
    this.#options.books.accept({
      provider: 'fcm',
      to,
      text: [notification.title, notification.body].filter(Boolean).join('\n'),
      actionToken: data.purpose === 'reminder' ? data.token : undefined,
      attemptId: attemptOf(data),
      ref,
      identity: collapseId,
      verdict,
    });
  }

  #refuse(
    response: Http2ServerResponse,
    message: ReturnType<typeof readFcmMessage>,
    { errorCode, httpStatus, body }: FcmError,
    retryAfterSeconds?: number,
  ): void {
    const attemptId = 'error' in message ? message.attemptId : attemptOf(message.data);
    this.#options.books.refuse('fcm', attemptId, errorCode);
    const retryAfter = retryAfterSeconds ?? (httpStatus === 429 ? 1 : undefined);
    if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
    sendJson(response, httpStatus, body);
  }
}

function tooLarge() {
  return { error: invalidArgument('message', `The request is over ${MAX_BODY_BYTES} bytes.`), attemptId: null };
}

/** The body as text; null when it is too large to be a message. */
async function readBody(request: Http2ServerRequest): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(chunks).toString();
}

function sendJson(response: Http2ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': JSON_TYPE });
  response.end(JSON.stringify(body));
}

/** Only this request is cut (RST_STREAM): the other sends of the shared connection are not part of the fault. */
function drop(request: Http2ServerRequest, response: Http2ServerResponse): void {
  if (response.stream) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else request.socket.destroy();
}
