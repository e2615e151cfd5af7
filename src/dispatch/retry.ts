const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * When a message goes out again: the provider's Retry-After where it gave one, else 1 s doubled with each try up to a
 * minute; a tenth of jitter on top, so that a chunk's retries do not come back in step. The dose's window is the caller's
 * bound.
 */
export function retryAt(tries: number, retryAfterMs: number | undefined, now: Date): Date {
  const wait = retryAfterMs ?? Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
  return new Date(now.getTime() + wait + Math.round(wait * 0.1 * Math.random()));
}
