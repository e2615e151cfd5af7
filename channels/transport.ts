import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
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

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface HttpRequest {
  method: string;
  headers: http.OutgoingHttpHeaders;
  body?: string | Buffer | undefined;
  agent?: http.Agent | undefined;
  /** For the whole exchange, connecting included. */
  timeoutMs: number;
}

/** One HTTP/1.1 exchange. Rejects with `TransportError` when no whole answer came; every status is an answer. */
export function exchange(
  to: URL | http.RequestOptions,
  { method, headers, body, agent, timeoutMs }: HttpRequest,
): Promise<HttpAnswer> {
  const secure = to.protocol === 'https:';
  const target = to instanceof URL ? urlToHttpOptions(to) : to;
  return new Promise((resolve, reject) => {
    let left = false;
    const request = (secure ? https : http).request({ ...target, method, headers, agent: agent ?? false });
    const fail = (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new TransportError(error.code ?? error.name, left));
    };
    const timer = setTimeout(() => request.destroy(new TransportError('ETIMEDOUT', left)), timeoutMs);
    request.on('error', fail);
    request.on('socket', (socket) => {
      left = !socket.connecting;
      // A kept-alive socket is connected already: listening again would pile up on it.
      if (left) return;
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        left = true;
      });
    });
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}
