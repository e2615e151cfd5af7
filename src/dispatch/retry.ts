const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** Retries of one moment share a chunk: without steps every message would become a job of its own. */
const STEP_MS = 250;

/**
 * When a message goes out again: the provider's Retry-After where it gave one, else 1 s doubled with each try up to a
 * minute; a tenth of jitter on top, so that a chunk's retries do not come back in step, rounded up to `STEP_MS`. The dose's
 * window is the caller's bound.
 */
export function retryAt(tries: number, retryAfterMs: number | undefined, now: Date): Date {
  const wait = retryAfterMs ?? Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
  const at = now.getTime() + wait * (1 + 0.1 * Math.random());
  return new Date(Math.ceil(at / STEP_MS) * STEP_MS);
}
