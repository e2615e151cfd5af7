import type { Receipt } from '#channels/channel.ts';
import { failure, retryAfterMs, statusMeaning } from '#channels/outcome.ts';
import type { HttpAnswer } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { type HttpGateway, textAt } from './gateway.ts';

type Meaning = HttpGateway['outcomes'][string];

/** What the gateway's answer means for its message: its code by the table, else its status by the table, else the default. */
export function outcomeOf(gateway: HttpGateway, { status, headers, text }: HttpAnswer): Outcome {
  const document = readJson(text);
  const code = textAt(document, gateway.code);
  const meaning = told(gateway.outcomes, code) ?? told(gateway.outcomes, String(status)) ?? byDefault(status);
  const name = code ?? `http_${status}`;
  if (meaning === 'opted_out') return { kind: 'contact_failed', code: name, optedOut: true };
  if (meaning !== 'accepted') return failure(meaning, name, retryAfterMs(headers['retry-after']));
  const ref = textAt(document, gateway.id);
  return ref === undefined ? failure('unknown', 'no_message_id') : { kind: 'accepted', ref };
}

function byDefault(status: number): Meaning {
  return status >= 200 && status < 300 ? 'accepted' : statusMeaning(status);
}

/** What a look-up found: the message, that it was given up, or null when the gateway has none. Else nobody knows. */
export function foundBy(gateway: HttpGateway, { status, text }: HttpAnswer): Outcome | null {
  const { id, status: state } = gateway.lookup as NonNullable<HttpGateway['lookup']>;
  if (status === 404) return null;
  const document = status >= 200 && status < 300 ? readJson(text) : undefined;
  if (document === undefined) return failure('unknown', 'lookup_failed');
  const ref = textAt(document, id);
  if (ref === undefined) return null;
  const word = textAt(document, state);
  return told(gateway.states, word) === 'failed'
    ? failure('message_failed', word as string)
    : { kind: 'accepted', ref };
}

/** The receipt in a delivery callback about an attempt; null when it has no id or says nothing we know. */
export function receiptIn(gateway: HttpGateway, attemptId: string, body: unknown): Receipt | null {
  const ref = textAt(body, gateway.callback?.id);
  const word = textAt(body, gateway.callback?.status);
  const state = told(gateway.states, word);
  if (ref === undefined || state === undefined) return null;
  if (state !== 'failed') return { attemptId, state, ref };
  const code = textAt(body, gateway.callback?.code) ?? (word as string);
  return { attemptId, state, ref, code, optedOut: told(gateway.outcomes, code) === 'opted_out' };
}

function told<T>(table: Record<string, T>, word: string | undefined): T | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
