import { randomUUID, timingSafeEqual } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Books } from './books.ts';
import type { Caller } from './caller.ts';
import { resetInAnswer } from './cut.ts';
import { copiesOf, delayOf, type Fault, type FaultKind, faultOf, type Verdict } from './faults.ts';
import { Timers } from './timers.ts';

/** The bearer token that the gateway takes: of no value anywhere else. */
export const GATEWAY_TOKEN = 'simulator-gateway-token';

interface Submission {
  recipient: string;
  originator: string;
  content: string;
  reference: string | null;
  validitySeconds: number;
  notifyUrl: string | null;
}

interface Kept {
  id: string;
  reference: string | null;
  state: 'QUEUED' | 'DELIVERED' | 'FAILED';
  /** From when a look-up shows it, in epoch milliseconds. */
  shownAt: number;
}

interface Refusal {
  status: number;
  code: string;
}

const MAX_BODY_BYTES = 64 * 1024;
const DELIVERY_MS = 5;
const AUTHORIZATION = Buffer.from(`Bearer ${GATEWAY_TOKEN}`);
const BAD_NUMBER: Refusal = { status: 400, code: 'BAD_NUMBER' };
const ABSENT = 'ABSENT_SUBSCRIBER';
const UNAUTHORIZED: Refusal = { status: 401, code: 'UNAUTHORIZED' };

/** The answer of each fault that refuses a message. */
const FAULT_REFUSALS: Partial<Record<FaultKind, (fault: Fault) => Refusal>> = {
  rate_limited: () => ({ status: 429, code: 'RATE_LIMITED' }),
  server_error: ({ status = 500 }) => ({ status, code: 'INTERNAL' }),
  unauthenticated: () => UNAUTHORIZED,
  invalid_number: () => BAD_NUMBER,
  opted_out: () => ({ status: 403, code: 'OPTED_OUT' }),
};

/**
 * A made-up HTTP SMS gateway in the style of real ones: JSON with a bearer token, `POST /v1/sms`, look-up by the caller's
 * reference, one callback with the final state. Plain node:http: it must not be what a bench measures.
 */
export class SmsGateway {
  readonly server = http.createServer((request, response) => {
    this.#route(request, response).catch(() => request.socket.destroy());
  });
  readonly #books: Books;
  readonly #caller: Caller;
  readonly #timers = new Timers();
  readonly #byReference = new Map<string, Kept>();
  #lastId = '';

  constructor({ books, caller }: { books: Books; caller: Caller }) {
    this.#books = books;
    this.#caller = caller;
  }

  clear(): void {
    this.#timers.clear();
    this.#byReference.clear();
    this.#lastId = '';
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway');
    const given = Buffer.from(request.headers.authorization ?? '');
    const isOurs = given.length === AUTHORIZATION.length && timingSafeEqual(given, AUTHORIZATION);
    if (pathname !== '/v1/sms') return refuse(response, { status: 404, code: 'NOT_FOUND' });
    if (!isOurs) return this.#refuse(response, null, UNAUTHORIZED);
    if (request.method === 'GET') {
      const found = this.#byReference.get(searchParams.get('reference') ?? '');
      return sendJson(response, 200, { messages: found && found.shownAt <= Date.now() ? [shown(found)] : [] });
    }
    if (request.method !== 'POST') return refuse(response, { status: 405, code: 'METHOD' });
    const submission = read(body);
    if (submission === null) return this.#refuse(response, null, { status: 422, code: 'INVALID' });
    return this.#take(request, response, submission);
  }

  async #take(request: IncomingMessage, response: ServerResponse, submission: Submission): Promise<void> {
    const { recipient: to, content: text, reference } = submission;
    const verdict = this.#books.faults.decide('sms_http', to);
    const { latencyMs, answer } = verdict;
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
    const refusal = (answer && FAULT_REFUSALS[answer.kind]?.(answer)) ?? (isNumber(to) ? null : BAD_NUMBER);
    if (refusal) return this.#refuse(response, reference, refusal, answer?.retryAfterSeconds);

    if (answer?.kind === 'reset_mid_request') {
      this.#books.refuse('sms_http', reference, answer.kind);
      return void request.socket.resetAndDestroy();
    }

    if (this.#lastId === '' || !faultOf(verdict, 'ref_reused')) this.#lastId = `gw-${randomUUID()}`;
    const shownAt = Date.now() + delayOf(verdict, 'late_lookup');
    const kept: Kept = { id: this.#lastId, reference, state: 'QUEUED', shownAt };
    if (reference !== null) this.#byReference.set(reference, kept);
    this.#books.accept({ provider: 'sms_http', to, text, attemptId: reference, ref: kept.id, verdict });
    this.#deliver(kept, submission, verdict);
    const told = { message: { id: kept.id, state: kept.state } };
    if (answer?.kind === 'timeout_after_accept') request.socket.destroy();
    else if (answer?.kind === 'reset_mid_answer') resetInAnswer(response, 202, told);
    else sendJson(response, 202, told);
  }

  #deliver(kept: Kept, { notifyUrl }: Submission, verdict: Verdict): void {
    if (faultOf(verdict, 'never_delivered')) return;
    const fails = faultOf(verdict, 'undeliverable') !== undefined;
    const copies = copiesOf(verdict);
    this.#timers.later(DELIVERY_MS + delayOf(verdict, 'delayed_callbacks'), async () => {
      kept.state = fails ? 'FAILED' : 'DELIVERED';
      if (notifyUrl === null) return;
      const tell = (told: object) =>
        this.#caller.post(notifyUrl, { contentType: 'application/json', text: JSON.stringify(told) });
      if (faultOf(verdict, 'stray_callbacks')) {
        await tell({ ...shown(kept), id: `gw-${randomUUID()}`, state: 'FAILED', reason: ABSENT });
      }
      for (let copy = 0; copy < copies; copy += 1) await tell({ ...shown(kept), ...(fails && { reason: ABSENT }) });
    });
  }

  #refuse(response: ServerResponse, attemptId: string | null, refusal: Refusal, retryAfterSeconds = 1): void {
    this.#books.refuse('sms_http', attemptId, refusal.code);
    if (refusal.status === 429) response.setHeader('retry-after', String(retryAfterSeconds));
    refuse(response, refusal);
  }
}

/** A message as callbacks and look-ups tell it. */
function shown({ id, reference, state }: Kept) {
  return { id, reference, state };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const piece of request as AsyncIterable<string>) if (body.length <= MAX_BODY_BYTES) body += piece;
  return body;
}

/** The submission in a body; null when it is none. */
function read(body: string): Submission | null {
  let fields: Partial<Record<keyof Submission, unknown>>;
  try {
    fields = JSON.parse(body);
  } catch {
    return null;
  }
  const { recipient, originator, content, reference = null, validitySeconds, notifyUrl = null } = fields ?? {};
  const isWhole =
    typeof recipient === 'string' &&
    typeof originator === 'string' &&
    typeof content === 'string' &&
    content !== '' &&
    Number.isInteger(validitySeconds) &&
    (reference === null || typeof reference === 'string') &&
    (notifyUrl === null || (typeof notifyUrl === 'string' && URL.canParse(notifyUrl)));
  return isWhole ? ({ recipient, originator, content, reference, validitySeconds, notifyUrl } as Submission) : null;
}

function isNumber(to: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(to);
}

function refuse(response: ServerResponse, { status, code }: Refusal): void {
  sendJson(response, status, { error: { code } });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
