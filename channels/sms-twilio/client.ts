import http from 'node:http';
import https from 'node:https';
import { stringify } from 'node:querystring';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type Response from 'twilio/lib/http/response.js';
import { retryAfterMs } from '#channels/outcome.ts';
import { exchange, TransportError } from '#channels/transport.ts';

/** Twilio answered, and refused: its own error code if it gave one (twilio.com/docs/api/errors). */
export class TwilioRefusal extends Error {
  readonly status: number;
  readonly code: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: number | undefined, retryAfterMs: number | undefined) {
    super(`Twilio answered ${status}, code ${code ?? 'none'}`);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

interface ClientSettings {
  baseUrl: string;
  timeoutMs: number;
  maxSockets: number;
}

/**
 * The HTTP client given to the twilio library (its `httpClient` option): keep-alive connections, a configurable origin,
 * and errors that say whether the request left and how long to wait, which the library's own drop.
 * Rate of `messages.create` against a local server, 50 at once, on 2 cores: node:http 3,700/s, the library's axios with a
 * keep-alive agent 2,050/s, built-in fetch 2,000/s.
 */
export class TwilioHttpClient extends RequestClient {
  readonly #settings: ClientSettings;
  readonly #agent: http.Agent;
  #last: { uri: string; url: URL } | undefined;

  constructor(settings: ClientSettings) {
    super();
    this.#settings = settings;
    const { Agent } = settings.baseUrl.startsWith('https:') ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: settings.maxSockets });
  }

  /** Rejects with `TwilioRefusal` on any status but 2xx, with `TransportError` when no whole answer came. */
  override async request<TData>(options: RequestClient.RequestOptions<TData>): Promise<Response.default<TData>> {
    const { timeoutMs } = this.#settings;
    const { method, uri, username, password, headers, data, params } = options;
    const credentials = Buffer.from(`${username}:${password}`).toString('base64');

    const answer = await exchange(this.#addressOf(uri, params), {
      method: method.toUpperCase(),
      headers: { ...(headers as Record<string, string>), authorization: `Basic ${credentials}` },
      // WHATWG's URLSearchParams takes five times as long, for the same form.
      body: data && stringify(data as Record<string, string>),
      agent: this.#agent,
      timeoutMs,
    });
    const body = parse(answer.text);
    if (answer.status < 200 || answer.status > 299) {
      throw new TwilioRefusal(answer.status, body?.code, retryAfterMs(answer.headers['retry-after']));
    }
    if (body === undefined) throw new TransportError('unreadable_answer', true);
    return { statusCode: answer.status, body: body as TData, headers: answer.headers };
  }

  /** The URL the library names, at our base. The same for every message, which is read once. */
  #addressOf(uri: string, params: object | undefined): URL {
    if (params === undefined && uri === this.#last?.uri) return this.#last.url;
    const { pathname, searchParams } = new URL(uri);
    for (const [name, value] of Object.entries(params ?? {})) searchParams.set(name, String(value));
    const query = searchParams.size > 0 ? `?${searchParams}` : '';
    const url = new URL(`${this.#settings.baseUrl}${pathname}${query}`);
    if (params === undefined) this.#last = { uri, url };
    return url;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parse(text: string): { code?: number } | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
