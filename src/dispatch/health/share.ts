import { type Breaker, type BreakerSettings, totals } from './breaker.ts';

/** After an outage a sender begins with this share, and gets twice as much each time so many milliseconds have passed. */
const FIRST_SHARE = 0.1;
const DOUBLING_MS = 2000;

/**
 * How much of its configured weight a sender deserves, 0 to 1: the share of messages that did not fail, less half of the
 * share that was slow. 0 only while the breaker is not closed. A few messages weigh little: `minimum` more are taken to
 * have gone well.
 */
export function shareOf(breaker: Breaker, now: number, settings: BreakerSettings): number {
  if (breaker.phase !== 'closed') return 0;
  const { well, failed, slow } = totals(breaker, now, settings);
  const ended = well + failed;
  const didNotFail = (well + settings.minimum) / (ended + settings.minimum);
  const slowShare = slow / (Math.max(slow, ended) + settings.minimum); // a message is reported slow before it has ended
  const back = breaker.openings === 0 ? 1 : FIRST_SHARE * 2 ** Math.floor((now - breaker.at) / DOUBLING_MS);
  return didNotFail * (1 - slowShare / 2) * Math.min(1, back);
}
