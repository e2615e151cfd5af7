import type { Policy } from '../domain/policy.ts';

/** Of a dose whose reminder is about to be planned. */
interface Spreadable {
  id: string;
  state: 'planned' | 'open';
  critical: boolean;
  policy: Policy;
  /** The tenant's setting: first reminders of routine doses leave within so many seconds after the due time. */
  spreadSeconds: number;
}

/**
 * How many seconds after its due time a dose's first reminder leaves: always the same for a dose, evenly spread over the
 * tenant's seconds. Critical doses are never spread, and none beyond what is useful, the window, or the next rung.
 */
export function spreadOf({ id, state, critical, policy, spreadSeconds }: Spreadable): number {
  if (critical || state !== 'planned') return 0;
  const [first, second] = policy.ladder;
  const untilNext = (second?.afterSeconds ?? policy.windowSeconds) - (first?.afterSeconds ?? 0);
  const most = Math.min(spreadSeconds, policy.usefulSeconds - 1, policy.windowSeconds - 1, untilNext - 1);
  // The last bits of a UUIDv7 are random.
  return most <= 0 ? 0 : Number.parseInt(id.slice(-8), 16) % (most + 1);
}
