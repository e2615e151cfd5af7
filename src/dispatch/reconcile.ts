import { accountOf } from '#channels/channel.ts';
import { plusSeconds } from '../clock.ts';
import type { Outcome } from '../domain/attempt.ts';
import { type AttemptToSend, readToSend } from '../store/attempts.ts';
import { leaveUnknown, takeUnknown } from '../store/unknown.ts';
import { reasonNotToSend } from './deliver.ts';
import type { Dispatcher } from './dispatcher.ts';
import { render } from './messages/render.ts';
import { type Settled, settle } from './settle.ts';

const BATCH = 100;
/** Certainly not sent: goes through the retry path at once. */
const ABSENT: Outcome = { kind: 'retry', code: 'proven_absent', retryAfterMs: 0 };

/**
 * Finds out what became of messages whose answer never came. A channel whose repeats show one message sends again; one
 * that can be asked is asked, and sends again only what is proven absent. A message nobody wants any more, or that has
 * expired, keeps its honest end: `unknown`. Returns how many it looked at.
 */
export async function reconcile(app: Dispatcher): Promise<number> {
  const now = app.clock.now();
  const next = plusSeconds(now, app.config.schedule.settleSeconds);
  const ids = await takeUnknown(app.sql, { now, next, limit: BATCH });
  if (ids.length === 0) return 0;
  const attempts = await readToSend(app.sql, { ids }, 'unknown');
  const settled: Settled[] = [];
  const ended: string[] = [];
  for (const attempt of attempts) {
    const outcome = await findOut(app, attempt, now);
    if (outcome === null) ended.push(attempt.id);
    else if (outcome.kind !== 'unknown') settled.push({ attempt, outcome });
  }
  if (settled.length > 0) await settle(app, null, settled);
  await leaveUnknown(app.sql, ended);
  return ids.length;
}

/** The provider's word, or a repeat where that is safe; null: it stays unknown for good. */
async function findOut(app: Dispatcher, attempt: AttemptToSend, now: Date): Promise<Outcome | null> {
  const senders = app.channels.get(attempt.channel) ?? [];
  // Only the one that was asked to send it knows; a repeat that is safe may take any road.
  const channel = senders.find((sender) => accountOf(sender) === attempt.account);
  if (channel === undefined) return null;
  const unwanted = reasonNotToSend(attempt, now) !== null;
  if (channel.lookup === undefined) return channel.idempotent && !unwanted ? ABSENT : null;
  const message = render(app, attempt);
  if (message === null) return null;
  const found = await channel.lookup(message);
  if (found !== null) return found;
  return unwanted ? { kind: 'message_failed', code: 'proven_absent' } : ABSENT;
}
