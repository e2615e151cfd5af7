import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import type { Outcome } from '#src/domain/attempt.ts';
import { failure } from './outcome.ts';

/** No answer came. `left` says whether the request may have reached the provider: then nobody knows what it did. */
export class TransportError extends Error {
  readonly code: string;
  readonly left: boolean;

  constructor(code: string, left: boolean) {
    super(`${code} ${left ? 'after' : 'before'} the request left`);
    this.code = code;
    this.left = left;
  }
}

/** What a missing answer means: certainly not sent, or `unknown`. Any other error is ours, met at an unknown point. */
export function lost(error: unknown): Outcome {
  if (error instanceof TransportError) return failure(error.left ? 'unknown' : 'retry', error.code);
  return failure('unknown', error instanceof Error ? error.name : 'error');
}

/** The system's authorities and those of a PEM file; undefined where no file is named. Throws on an unreadable file. */
export function authoritiesWith(caFile: string | undefined): string[] | undefined {
  return caFile === undefined ? undefined : [...getCACertificates('default'), readFileSync(caFile, 'utf8')];
}

/** Kept-open HTTP/1.1 connections, at most so many to an origin. `ca`: every certificate to trust; the system's when absent. */
export function httpConnections(most: number, ca?: string[]): Dispatcher {
  return new Agent({ connections: most, allowH2: false, headersTimeout: 0, bodyTimeout: 0, connect: ca ? { ca } : {} });
}

/** For the few requests that need no connections of their own; idle ones close by themselves. */
const shared = httpConnections(1);

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface HttpRequest {
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body?: string | Buffer | undefined;
  connections?: Dispatcher | undefined;
  /** For the whole exchange, connecting included. */
  timeoutMs: number;
}

/** undici's names for what the sockets call otherwise. */
const SOCKET_CODES: Record<string, string> = { UND_ERR_SOCKET: 'ECONNRESET', UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT' };

/** One HTTP/1.1 exchange. Rejects with `TransportError` when no whole answer came; every status is an answer. */
export function exchange(
  to: URL | { origin: string; path: string },
  { method, headers, body, connections = shared, timeoutMs }: HttpRequest,
): Promise<HttpAnswer> {
  const { origin } = to;
  const path = to instanceof URL ? to.pathname + to.search : to.path;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let answer: Omit<HttpAnswer, 'text'>;
    let isOver = false;
    const pieces: Buffer[] = [];
    const end = () => {
      isOver = true;
      clearTimeout(timer);
    };
    const fail = (code: string) => {
      end();
      reject(new TransportError(code, controller !== undefined));
    };
    const timer = setTimeout(() => {
      fail('ETIMEDOUT');
      controller?.abort(new Error('no answer in time'));
    }, timeoutMs);
    connections.dispatch(
      { origin, path, method, headers: { ...credentialsOf(to), ...headers }, body: body ?? null },
      {
        /** A connection is there, and the first byte leaves next: not if the caller was told that it never will. */
        onRequestStart(started) {
          if (isOver) return started.abort(new Error('too late'));
          controller = started;
        },
        onResponseStart(_, status, headers) {
          answer = { status, headers };
        },
        onResponseData(_, piece) {
          pieces.push(piece);
        },
        onResponseEnd() {
          end();
          resolve({ ...answer, text: textOf(pieces) });
        },
        onResponseError(_, error: NodeJS.ErrnoException) {
          const code = error.code ?? error.name;
          fail(SOCKET_CODES[code] ?? code);
        },
      },
    );
  });
}

/** What a URL such as https://name:password@host asks for. */
function credentialsOf(to: URL | object): Record<string, string> {
  if (!(to instanceof URL) || to.username === '') return {};
  const pair = [to.username, to.password].map(decodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function textOf(pieces: Buffer[]): string {
  return (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)).toString();
}
