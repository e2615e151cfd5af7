import type { Outcome } from '#src/domain/attempt.ts';

/** `throttled` is a `retry` because of our rate. */
export type FailureKind = Exclude<Outcome['kind'], 'accepted'> | 'throttled';

/** The outcome of a message that was not accepted, from an adapter's table. `retryAfterMs` counts for retries only. */
export function failure(kind: FailureKind, code: string, retryAfterMs?: number): Outcome {
  if (kind === 'contact_failed') return { kind, code, optedOut: false };
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (kind === 'throttled') return { kind: 'retry', code, throttled: true, ...after };
  if (kind === 'retry') return { kind, code, ...after };
  return { kind, code };
}

/** What asks for more is a mistake; no message is useful for so long. */
const LONGEST_MS = 86_400_000;

/** Milliseconds that a Retry-After header asks for: seconds or an HTTP-date (RFC 9110 §10.2.3); undefined if unreadable. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_MS);
}
