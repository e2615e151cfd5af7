import type { CallbackState } from '../domain/callback.ts';

/** What came back of a try. `status`: null when no answer came; `retryAfter`: the header as it is. */
export interface Answer {
  status: number | null;
  retryAfter: string | null;
}

/** What is to be done about it. */
interface Next {
  state: CallbackState;
  nextAt: Date | null;
  /** Until then the endpoint wants nothing at all. */
  heldUntil: Date | null;
  /** The endpoint says that it is gone for good. */
  gone: boolean;
}

/** The pauses after each failed try, in seconds (Standard Webhooks 1.0.0, "Example retry schedule"); after the last it has failed. */
const PAUSES = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** A pause is this much longer, at most. */
const JITTER = 0.2;
/** Nobody is left alone for longer, in seconds. */
const LONGEST_HOLD = 86_400;

const GONE = 410;
/** Too many requests, and unavailable: what `Retry-After` belongs to (RFC 6585 §4, RFC 9110 §15.6.4). */
const HELD = [429, 503];

/** Decides after the try number `tries` (from 1). `random`: from 0 to 1. */
export function afterTry(answer: Answer, { tries, now, random }: { tries: number; now: Date; random: number }): Next {
  const { status, retryAfter } = answer;
  const end = { nextAt: null, heldUntil: null, gone: status === GONE };
  if (status !== null && status >= 200 && status < 300) return { ...end, state: 'delivered' };
  const heldUntil = status !== null && HELD.includes(status) ? holdUntil(retryAfter, now) : null;
  const pause = PAUSES[tries - 1];
  if (status === GONE || pause === undefined) return { ...end, state: 'failed', heldUntil };
  const nextAt = new Date(now.getTime() + Math.round(pause * (1 + JITTER * random) * 1000));
  return { ...end, state: 'pending', heldUntil, nextAt: heldUntil !== null && heldUntil > nextAt ? heldUntil : nextAt };
}

/** `Retry-After` as seconds or as a date (RFC 9110 §10.2.3), a day ahead at most; null when it says nothing. */
function holdUntil(header: string | null, now: Date): Date | null {
  if (header === null) return null;
  const at = /^\d{1,9}$/.test(header) ? now.getTime() + Number(header) * 1000 : Date.parse(header);
  if (Number.isNaN(at) || at <= now.getTime()) return null;
  return new Date(Math.min(at, now.getTime() + LONGEST_HOLD * 1000));
}
