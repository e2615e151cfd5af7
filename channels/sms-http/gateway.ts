import { Liquid, type Template } from 'liquidjs';
import type { OutboundMessage, Receipt } from '#channels/channel.ts';
import { secondsLeft } from '#channels/lifetime.ts';
import type { FailureKind } from '#channels/outcome.ts';

/** An HTTP SMS gateway, described: what `SMS_HTTP` holds, its defaults filled in. Pointers are JSON pointers (RFC 6901). */
export interface HttpGateway {
  url: string;
  /** GET puts the fields into the query. */
  method: 'POST' | 'PUT' | 'GET';
  /** The number or name messages leave from. */
  from: string;
  /** By name in lower case; `content-type` decides between JSON and a form. */
  headers: Record<string, string>;
  /** The fields. Each text in it is a Liquid template. */
  body: Record<string, unknown>;
  /** The message's id in the answer. */
  id: string;
  /** The gateway's own code in the answer. */
  code?: string;
  /** What codes and HTTP statuses mean where they deviate from the default. */
  outcomes: Record<string, 'accepted' | 'opted_out' | FailureKind>;
  /** What the gateway's words for a message's status mean, in callbacks and look-ups. */
  states: Record<string, Receipt['state']>;
  /** Where a delivery callback holds id, status and reason; the secret signs its URL. */
  callback?: { secret: string; id: string; status: string; code?: string };
  /** How to ask for a message by what we know of it. `url` is a template, each value escaped for a URL. */
  lookup?: { url: string; id: string; status?: string };
}

/** What a template may name. */
interface Words {
  to: string;
  from: string;
  text: string;
  attempt: string;
  /** The signed URL for delivery callbacks; empty without `callback`. */
  callback: string;
  expiresAt: string;
  validSeconds: number;
}

type Render = (words: Words) => unknown;

const strict = { strictVariables: true, strictFilters: true };
/** A text that is one output alone keeps the type of its value: validSeconds stays a number. */
const fields = new Liquid({ ...strict, keepOutputType: true });
const urls = new Liquid({ ...strict, outputEscape: (value) => encodeURIComponent(String(value)) });

export function wordsOf(
  { to, text, attemptId, expiresAt }: OutboundMessage,
  { from, callback, now }: { from: string; callback: string; now: Date },
): Words {
  const validSeconds = secondsLeft(expiresAt, now, { least: 1, most: Number.POSITIVE_INFINITY });
  return { to, from, text, attempt: attemptId, callback, expiresAt: expiresAt.toISOString(), validSeconds };
}

const SAMPLE: Words = {
  to: '+51900000000',
  from: '+51900000001',
  text: 'text',
  attempt: 'attempt',
  callback: 'https://example.org/',
  expiresAt: '2026-01-01T00:00:00.000Z',
  validSeconds: 1,
};

interface GatewayRequest {
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

/**
 * The request of a message. Values are put into the fields before these are encoded as a whole (JSON, form or query), so
 * that none can break out of its field. Throws on a template that cannot be rendered, in words that name `SMS_HTTP`.
 */
export function requestOf({ url, method, headers, body }: HttpGateway): (words: Words) => GatewayRequest {
  const render = compile(body, 'body') as (words: Words) => Record<string, unknown>;
  const type = headers['content-type'] ?? 'application/json';
  const isForm = method === 'GET' || type.startsWith('application/x-www-form-urlencoded');
  if (isForm && Object.values(body).some((value) => typeof value === 'object')) {
    throw new Error('SMS_HTTP body: a form or a query holds no object');
  }
  render(SAMPLE);
  return (words) => {
    const filled = render(words);
    if (!isForm)
      return { url: new URL(url), headers: { ...headers, 'content-type': type }, body: JSON.stringify(filled) };
    const form = Object.entries(filled).map(([name, value]): [string, string] => [name, String(value)]);
    if (method !== 'GET') return { url: new URL(url), headers, body: new URLSearchParams(form).toString() };
    const target = new URL(url);
    for (const [name, value] of form) target.searchParams.append(name, value);
    return { url: target, headers };
  };
}

/** The URL of a look-up. Throws like `requestOf`. */
export function lookupUrlOf(url: string): (words: Words) => URL {
  const template = parse(urls, url, 'lookup.url');
  const render = (words: Words) => new URL(draw(urls, template, words, 'lookup.url') as string);
  render(SAMPLE);
  return render;
}

function compile(value: unknown, place: string): Render {
  if (typeof value === 'string') {
    const template = parse(fields, value, place);
    return (words) => draw(fields, template, words, place);
  }
  if (Array.isArray(value)) {
    const items = value.map((item, at) => compile(item, `${place}.${at}`));
    return (words) => items.map((render) => render(words));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [name, compile(item, `${place}.${name}`)] as const);
    return (words) => Object.fromEntries(entries.map(([name, render]) => [name, render(words)]));
  }
  return () => value;
}

function parse(liquid: Liquid, text: string, place: string): Template[] {
  try {
    return liquid.parse(text);
  } catch (error) {
    throw unusable(place, error);
  }
}

function draw(liquid: Liquid, template: Template[], words: Words, place: string): unknown {
  try {
    return liquid.renderSync(template, words);
  } catch (error) {
    throw unusable(place, error);
  }
}

/** The message of a Liquid error is one line; its stack holds the template, with whatever secret is in it. */
function unusable(place: string, error: unknown): Error {
  return new Error(`SMS_HTTP ${place} is no usable template: ${(error as Error).message}`);
}

/** The value at a JSON pointer (RFC 6901); undefined where there is none. */
export function valueAt(document: unknown, pointer: string): unknown {
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((value, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
  }, document);
}

/** A text or a number at a pointer, as text; undefined where there is none, or an empty one. */
export function textAt(document: unknown, pointer: string | undefined): string | undefined {
  const value = pointer === undefined ? undefined : valueAt(document, pointer);
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}
