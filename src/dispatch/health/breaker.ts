/** How breakers behave. Times are milliseconds. */
export interface BreakerSettings {
  /** The window is this many slots of so many milliseconds. */
  slots: number;
  slotMs: number;
  /** Fewer messages than this in the window prove nothing. */
  minimum: number;
  /** How long it is open at first; each time it opens again doubles that, up to `longestOpenMs`. */
  openMs: number;
  longestOpenMs: number;
  /** A probe not heard of for this long is lost, and another may be sent: above the time between reports that it is slow. */
  probeMs: number;
}

/** What became of some messages at a provider, as far as its health goes. */
export interface Report {
  /** The provider did its work: it accepted, or refused for a reason that is the message's or the contact's. */
  well: number;
  /** No answer, 5xx, connection refused. */
  failed: number;
  /** The call takes or took longer than a healthy one. Besides `well` or `failed`, which follow when it has ended. */
  slow: number;
  /** Whether these messages were let through as a probe (`of` bounded them by `most`). */
  probe: boolean;
}

interface Slot {
  /** The slots since the epoch until this one. */
  n: number;
  well: number;
  failed: number;
  slow: number;
}

/** One account's breaker. The same JSON is kept in Redis, where health.lua makes the same transitions. */
export interface Breaker {
  phase: 'closed' | 'open' | 'probing';
  /** closed: since when. open: when a probe may be sent. probing: when the probe counts as lost. */
  at: number;
  /** How many times it opened without staying well in between. */
  openings: number;
  /** A ring: slot `n` is at `n % slots`. */
  window: Slot[];
}

export function newBreaker({ slots }: BreakerSettings): Breaker {
  return { phase: 'closed', at: 0, openings: 0, window: emptyWindow(slots) };
}

const emptyWindow = (slots: number): Slot[] =>
  Array.from({ length: slots }, () => ({ n: 0, well: 0, failed: 0, slow: 0 }));

/**
 * The breaker after a report. Closed, it opens when more than half of the window's messages failed. Open, it hears nothing:
 * answers to messages of before say nothing of now. Probing, it hears the probe only: a slow one is not lost yet, and one
 * that sent nothing gives its turn back. `jitter` stretches the time it stays open.
 */
export function afterReport(
  breaker: Breaker,
  report: Report,
  { now, jitter }: { now: number; jitter: number },
  settings: BreakerSettings,
): Breaker {
  const ended = report.well + report.failed;
  if (breaker.phase === 'closed') {
    const counted = { ...breaker, window: counting(breaker.window, report, now, settings) };
    const { well, failed } = totals(counted, now, settings);
    const isDown = well + failed >= settings.minimum && failed > well;
    return isDown ? opened(counted, now, jitter, settings) : counted;
  }
  if (breaker.phase === 'open' || !report.probe) return breaker;
  if (ended === 0 && report.slow === 0) return { ...breaker, phase: 'open', at: now };
  if (ended === 0) return { ...breaker, phase: 'probing', at: now + settings.probeMs };
  if (report.failed > report.well) return opened(breaker, now, jitter, settings);
  return { ...breaker, phase: 'closed', at: now };
}

/** The breaker with its probe taken by who asks; null when none is to be sent now. */
export function withProbe(breaker: Breaker, now: number, { probeMs }: BreakerSettings): Breaker | null {
  return breaker.phase === 'closed' || now < breaker.at ? null : { ...breaker, phase: 'probing', at: now + probeMs };
}

/** What the window counts at `now`. */
export function totals(breaker: Breaker, now: number, { slots, slotMs }: BreakerSettings): Omit<Report, 'probe'> {
  const current = Math.floor(now / slotMs);
  const sum = { well: 0, failed: 0, slow: 0 };
  for (const slot of breaker.window) {
    if (slot.n <= current - slots) continue;
    sum.well += slot.well;
    sum.failed += slot.failed;
    sum.slow += slot.slow;
  }
  return sum;
}

function counting(window: Slot[], report: Report, now: number, { slots, slotMs }: BreakerSettings): Slot[] {
  const n = Math.floor(now / slotMs);
  const old = window[n % slots];
  const base = old?.n === n ? old : { well: 0, failed: 0, slow: 0 };
  const { well, failed, slow } = report;
  return window.with(n % slots, { n, well: base.well + well, failed: base.failed + failed, slow: base.slow + slow });
}

function opened({ phase, at, openings }: Breaker, now: number, jitter: number, settings: BreakerSettings): Breaker {
  const stayedWell = phase === 'closed' && now - at >= settings.longestOpenMs;
  const times = stayedWell ? 1 : openings + 1;
  const openMs = Math.min(settings.openMs * 2 ** (times - 1), settings.longestOpenMs);
  return {
    phase: 'open',
    at: now + Math.floor(openMs * jitter),
    openings: times,
    window: emptyWindow(settings.slots),
  };
}
