import type { Outcome } from '#src/domain/attempt.ts';

/** `throttled` is a `retry` because of our rate. */
export type FailureKind = Exclude<Outcome['kind'], 'accepted'> | 'throttled';

/** The outcome of a message that was not accepted. */
export type Failure = Exclude<Outcome, { kind: 'accepted' }>;

/** A failure as an adapter's table names it. `retryAfterMs` counts for retries only. */
export function failure(kind: FailureKind, code: string, retryAfterMs?: number): Failure {
  if (kind === 'contact_failed') return { kind, code, optedOut: false };
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (kind === 'throttled') return { kind: 'retry', code, throttled: true, ...after };
  if (kind === 'retry') return { kind, code, ...after };
  return { kind, code };
}

/** A message of a batch whose turn came when its sender held the chunk no longer: nothing was tried. */
export const NOT_STARTED: Outcome = { kind: 'retry', code: 'not_started', retryAfterMs: 0 };

const BY_STATUS: Record<number, FailureKind> = { 401: 'retry', 403: 'retry', 404: 'retry', 429: 'throttled' };

/**
 * What an HTTP status says where the provider's own code says nothing: credentials and addresses are an operator's to mend, a
 * 404 from a proxy says nothing about a contact, and after a 5xx nobody knows.
 */
export function statusMeaning(status: number): FailureKind {
  return BY_STATUS[status] ?? classMeaning(status);
}

/** As `statusMeaning`, for an answer that is certainly the provider's own: then every 4xx is about the message. */
export function classMeaning(status: number): FailureKind {
  return status >= 400 && status < 500 ? 'message_failed' : 'unknown';
}

/** What asks for more is a mistake; no message is useful for so long. */
const LONGEST_MS = 86_400_000;

/** Milliseconds that a Retry-After header asks for: seconds or an HTTP-date (RFC 9110 §10.2.3); undefined if unreadable. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_MS);
}
