import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Books } from './books.ts';
import { type Fault, type FaultKind, faultOf } from './faults.ts';
import { isVapid } from './vapid.ts';
import { browserAt, decrypted } from './webpush-browser.ts';

interface WebPushOptions {
  books: Books;
  cert: string;
  key: string;
  /** The origin that clients are told. */
  origin: () => string;
}

interface Refusal {
  status: number;
  code: string;
}

/** What every push service takes (RFC 8030 §7.2). */
const MAX_BODY_BYTES = 4096;
const TOPIC = /^[\w-]{1,32}$/;

const FAULT_REFUSALS: Partial<Record<FaultKind, (fault: Fault) => Refusal>> = {
  rate_limited: () => ({ status: 429, code: 'rate_limited' }),
  server_error: ({ status = 503 }) => ({ status, code: 'server_error' }),
  unauthenticated: () => ({ status: 403, code: 'unauthenticated' }),
  unregistered: () => ({ status: 410, code: 'unregistered' }),
};

/**
 * A push service (RFC 8030) with the browsers behind it: it checks VAPID and the rules that real ones enforce, and decrypts as
 * the browser would, so that what is shown and answered is what really arrived.
 */
export class WebPushService {
  readonly server: https.Server;
  readonly #options: WebPushOptions;
  readonly #browsers = new Map<string, (payload: string) => void>();

  constructor(options: WebPushOptions) {
    this.#options = options;
    const { cert, key } = options;
    this.server = https.createServer({ cert, key }, (request, response) => {
      this.#route(request, response).catch(() => request.socket.destroy());
    });
    // A client that vanishes is not a failure of the simulator.
    this.server.on('tlsClientError', () => {});
  }

  /** A real browser stands behind the subscription `id`: it is given the payloads as they arrive. */
  deliverTo(id: string, browser: (payload: string) => void): void {
    this.#browsers.set(id, browser);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { books, origin } = this.#options;
    const body = await readBody(request);
    const id = browserAt(request.url ?? '');
    if (request.method !== 'POST' || id === null)
      return this.#refuse(response, null, { status: 404, code: 'no_browser' });
    const payload = payloadOf(id, body);
    const attemptId = payload?.attemptId ?? null;
    const refusal = broken(request, body, origin()) ?? (payload === null ? UNDECRYPTABLE : null);
    if (refusal !== null) return this.#refuse(response, attemptId, refusal);

    const to = `${origin()}${request.url}`;
    const verdict = books.faults.decide('webpush', to);
    const { latencyMs, answer } = verdict;
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
    const fault = answer && FAULT_REFUSALS[answer.kind]?.(answer);
    if (fault) return this.#refuse(response, attemptId, fault, answer.retryAfterSeconds);
    if (answer?.kind === 'reset_mid_request') {
      books.refuse('webpush', attemptId, answer.kind);
      return void request.socket.destroy();
    }

    const ref = `${origin()}/message/${randomUUID()}`;
    const { title, body: text, purpose, token } = payload as Payload;
    books.accept({
      provider: 'webpush',
      to,
      text: [title, text].filter(Boolean).join('\n'),
      actionToken: purpose === 'reminder' ? token : undefined,
      attemptId,
      ref,
      identity: request.headers.topic === undefined ? null : String(request.headers.topic),
      verdict,
    });
    if (!faultOf(verdict, 'never_delivered')) this.#browsers.get(id)?.(decrypted(id, body));
    if (answer?.kind === 'timeout_after_accept') return void request.socket.destroy();
    if (answer?.kind === 'reset_mid_answer') return void request.socket.end('HTTP/1.1 201 Created\r\nLoca');
    response.writeHead(201, { location: ref, 'content-length': 0 }).end();
  }

  #refuse(response: ServerResponse, attemptId: string | null, { status, code }: Refusal, retryAfterSeconds = 1): void {
    this.#options.books.refuse('webpush', attemptId, code);
    if (status === 429) response.setHeader('retry-after', String(retryAfterSeconds));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ reason: code }));
  }
}

/** What this project sends to a browser. */
interface Payload {
  attemptId: string | null;
  purpose: string;
  title?: string;
  body?: string;
  token?: string;
}

const UNDECRYPTABLE: Refusal = { status: 400, code: 'undecryptable' };

function payloadOf(id: string, body: Buffer): Payload | null {
  try {
    return JSON.parse(decrypted(id, body));
  } catch {
    return null;
  }
}

/** The rule that a request breaks; null when a real push service would take it. */
function broken({ headers }: IncomingMessage, body: Buffer, origin: string): Refusal | null {
  if (!isVapid(headers.authorization, origin)) return { status: 403, code: 'bad_vapid' };
  if (!/^\d{1,7}$/.test(String(headers.ttl))) return { status: 400, code: 'no_ttl' };
  if (headers['content-encoding'] !== 'aes128gcm') return { status: 400, code: 'bad_encoding' };
  if (!['very-low', 'low', 'normal', 'high'].includes(String(headers.urgency)))
    return { status: 400, code: 'bad_urgency' };
  if (headers.topic !== undefined && !TOPIC.test(String(headers.topic))) return { status: 400, code: 'bad_topic' };
  return body.length > MAX_BODY_BYTES ? { status: 413, code: 'too_long' } : null;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
