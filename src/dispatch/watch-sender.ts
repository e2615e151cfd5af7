import type { OutboundMessage } from '#channels/channel.ts';
import { NOT_STARTED } from '#channels/outcome.ts';
import type { Outcome } from '../domain/attempt.ts';
import type { Admitted } from './admit.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Report } from './health.ts';

/** A chunk takes well under a second; one that takes this long says that its provider is slow, before any timeout does. */
const SLOW_MS = 3000;

/** Reports a sender as slow for as long as messages wait too long for its answer, so that others take over before it comes. */
export function watchSlowness(app: Dispatcher, { sender, most }: Admitted, waiting: () => number): { stop(): void } {
  const tell = () => void app.health.report(sender, { well: 0, failed: 0, slow: waiting(), probe: most !== undefined });
  const watching = setInterval(tell, SLOW_MS);
  return { stop: () => clearInterval(watching) };
}

/** Tells the limits and the health of a sender what its answers say about it. */
export async function reportOutcomes(
  app: Dispatcher,
  { sender, taken, most }: Admitted,
  messages: OutboundMessage[],
  outcomes: Outcome[],
): Promise<void> {
  const probe = most !== undefined;
  const report: Report = { well: 0, failed: 0, slow: 0, probe };
  const asked = outcomes.filter((outcome) => outcome !== NOT_STARTED);
  for (const outcome of asked) report[isFailure(outcome) ? 'failed' : 'well'] += 1;
  // A probe is reported whatever became of it: only then may the next one go.
  if (probe || asked.length > 0) await app.health.report(sender, report);
  const throttled = outcomes.flatMap((o) => (o.kind === 'retry' && o.throttled ? [o.retryAfterMs ?? 0] : []));
  if (throttled.length > 0) await app.limits.slowDown(sender, Math.max(...throttled) || undefined);
  const used = messages.reduce((sum, message, i) => sum + (outcomes[i] === NOT_STARTED ? 0 : sender.units(message)), 0);
  if (used !== taken) await app.limits.charge(sender, used - taken);
}

/** Whether the provider itself failed; "too many" is our doing, and a refused number is the contact's. */
function isFailure(outcome: Outcome): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'retry' && !outcome.throttled);
}
