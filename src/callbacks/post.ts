import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { FORBIDDEN, guardedLookup, hostOf, isForbidden } from './addresses.ts';
import type { Answer } from './retry.ts';

/** A try takes this long at most, name look-up and handshakes included. */
const TIMEOUT_MS = 10_000;
/** Of an answer's body, which nobody needs; a longer one costs its sender the connection. */
const MOST_BODY = 1024;
/** Connections are kept for the next callback, for this long. */
const AGENT = { keepAlive: true, timeout: 15_000, maxFreeSockets: 4 };

/** The road to tenants' endpoints. */
export interface Poster {
  /** Posts a body of JSON. Redirects are answers like any other. Throws when no answer came, with its `code`. */
  post(url: string, headers: Record<string, string>, body: string): Promise<Answer>;
  close(): void;
}

/** Opens the road; `allowPrivate`: whether it leads to private networks and this machine. */
export function openPoster(allowPrivate: boolean): Poster {
  const lookup = guardedLookup(allowPrivate);
  const roads = {
    'http:': { request: http.request, agent: new http.Agent(AGENT) },
    'https:': { request: https.request, agent: new https.Agent(AGENT) },
  };

  function once(
    url: URL,
    headers: Record<string, string | number>,
    body: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { request, agent } = roads[url.protocol as keyof typeof roads];
      const sent = request(url, { method: 'POST', headers, agent, lookup, signal });
      sent.on('response', (response) => {
        resolve({ status: response.statusCode ?? null, retryAfter: response.headers['retry-after'] ?? null });
        discard(response);
      });
      sent.on('error', (error) => reject(Object.assign(error, { reused: sent.reusedSocket })));
      sent.end(body);
    });
  }

  return {
    async post(text, given, body) {
      const url = new URL(text);
      if (isForbidden(hostOf(url), allowPrivate)) throw Object.assign(new Error(FORBIDDEN), { code: FORBIDDEN });
      const headers = {
        ...given,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'dosebell',
      };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      try {
        return await once(url, headers, body, signal);
      } catch (error) {
        // A kept connection that the other side closed just then: that is no failure of the endpoint.
        const { code, reused } = error as { code?: string; reused?: boolean };
        if (reused !== true || code !== 'ECONNRESET') throw error;
        return once(url, headers, body, signal);
      }
    },
    close() {
      for (const { agent } of Object.values(roads)) agent.destroy();
    },
  };
}

function discard(response: IncomingMessage): void {
  let seen = 0;
  response.on('error', () => {});
  response.on('data', (piece: Buffer) => {
    seen += piece.length;
    if (seen > MOST_BODY) response.destroy();
  });
}
