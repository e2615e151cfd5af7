import type { Outcome } from '#src/domain/attempt.ts';

export type FailureKind = Exclude<Outcome['kind'], 'accepted'>;

/** The outcome of a message that was not accepted, from an adapter's table. `retryAfterMs` counts for `retry` only. */
export function failure(kind: FailureKind, code: string, retryAfterMs?: number): Outcome {
  if (kind === 'contact_failed') return { kind, code, optedOut: false };
  if (kind === 'retry' && retryAfterMs !== undefined) return { kind, code, retryAfterMs };
  return { kind, code };
}

/** Milliseconds that a Retry-After header asks for: seconds or an HTTP-date (RFC 9110 §10.2.3); undefined if unreadable. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
