/** One account's limit. Instants are whole microseconds since the epoch; the past says nothing. */
export interface Bucket {
  /** When all that was taken is earned: the theoretical arrival time of GCRA (ITU-T I.371). */
  tat: number;
  /** The same, of what critical messages took beyond the burst. */
  loan: number;
  /** The provider wants nothing before. */
  pause: number;
  /** When the account was last slowed down, and to which part of its rate. */
  slowed: number;
  factor: number;
}

/** What is asked of an account. */
export interface Ask {
  /** `routine` and `critical` take units, `charge` counts units that were not taken, `slow` slows the account down. */
  kind: 'routine' | 'critical' | 'charge' | 'slow';
  /** The units a second of an account that is not slowed. */
  perSecond: number;
  /** How many units; for `slow` for how many microseconds nothing may be sent. */
  amount: number;
}

const SECOND = 1_000_000;
/** What may be taken at once, in microseconds of the rate: more only when nothing is owed. */
const BURST = SECOND;
/** How much critical messages may borrow beyond it. */
const LOAN = 2 * SECOND;
/** From nothing to the whole rate. */
const RECOVERY = 60 * SECOND;

/** Nothing taken, nothing slowed: an account nobody has used for a while. */
export const UNUSED: Bucket = { tat: 0, loan: 0, pause: 0, slowed: 0, factor: 1 };

/** The part of its rate an account has at `now`: it recovers by a sixtieth a second. */
export function factorAt({ factor, slowed }: Bucket, now: number): number {
  return Math.min(1, factor + Math.max(0, now - slowed) / RECOVERY);
}

/**
 * The generic cell rate algorithm with loans; scripts/rate.lua does the same in Redis. `wait` is 0 when it is done; else
 * nothing has changed, and so many microseconds must pass. In any stretch of time the units taken are at most the rate
 * times the time, plus one second's worth (or the largest call), plus the two seconds that critical calls may owe.
 */
export function apply(bucket: Bucket, { kind, perSecond, amount }: Ask, now: number): { bucket: Bucket; wait: number } {
  if (kind === 'slow') return { bucket: slowed(bucket, perSecond, now, amount), wait: 0 };
  const cost = Math.ceil((amount * SECOND) / (perSecond * factorAt(bucket, now)));
  const debt = Math.max(0, bucket.tat - now);
  const borrowed = Math.max(0, bucket.loan - now);
  const paid: Bucket = { ...bucket, tat: now + debt + cost };
  if (kind === 'charge') return { bucket: paid, wait: 0 };
  const own = debt - Math.max(0, BURST - cost);
  const borrows = kind === 'critical' && own > 0;
  const rest = borrows ? Math.min(own, borrowed - Math.max(0, LOAN - cost)) : own;
  const wait = Math.max(rest, bucket.pause - now);
  if (wait > 0) return { bucket, wait };
  return { bucket: borrows ? { ...paid, loan: now + borrowed + cost } : paid, wait: 0 };
}

/**
 * Half the rate, once a second at most (a chunk's refusals are one refusal), but never below a hundredth or one unit a
 * second. Nothing leaves during the pause, and it ends without a burst.
 */
function slowed(bucket: Bucket, perSecond: number, now: number, pauseFor: number): Bucket {
  const pause = Math.max(bucket.pause, now + pauseFor);
  const paused = { ...bucket, pause, tat: Math.max(bucket.tat, pause + BURST) };
  if (now - bucket.slowed < SECOND) return paused;
  const least = Math.max(Math.min(1, 1 / perSecond), 0.01);
  return { ...paused, slowed: now, factor: Math.max(least, factorAt(bucket, now) / 2) };
}
