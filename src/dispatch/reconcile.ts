import { bounded } from '#channels/bounded.ts';
import { accountOf } from '#channels/channel.ts';
import { plusSeconds } from '../clock.ts';
import type { Outcome } from '../domain/attempt.ts';
import { isPoison, reasonOf } from '../store/poison.ts';
import { leaveUnknown, takeUnknown } from '../store/unknown.ts';
import { reasonNotToSend } from './deliver.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type MessageToSend, readMessages } from './messages/read.ts';
import { render } from './messages/render.ts';
import { type Settled, settle } from './settle.ts';

const BATCH = 100;
/** A provider that cannot say is asked again until this long after the message became worthless. */
const ASKED_SECONDS = 24 * 3600;
/** Asked at once. */
const LOOK_UPS = 10;

/** What a look makes of a message. */
type Found = Omit<Settled, 'attempt'>;
/** Certainly not sent: goes through the retry path at once. */
const ABSENT: Found = { outcome: { kind: 'retry', code: 'proven_absent', retryAfterMs: 0 } };
const NEVER_SENT: Found = { outcome: { kind: 'message_failed', code: 'proven_absent' } };
/** It may have left, and a repeat shows once. */
const REPEATED: Found = { outcome: { kind: 'retry', code: 'repeated', retryAfterMs: 0 }, mayHaveLeft: true };
/** So many workers died with this message in hand, the last time with no other in its chunk: it is not tried again. */
const MOST_LOST = 3;
const KILLS_WORKERS: Outcome = { kind: 'message_failed', code: 'worker_lost' };

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
  const attempts = await readMessages(app, { ids }, 'unknown');
  const settled: Settled[] = [];
  const ended: string[] = [];
  const inTurn = bounded(LOOK_UPS);
  const founds = await Promise.all(attempts.map((attempt) => inTurn(() => lookAt(app, attempt, now))));
  for (const [i, attempt] of attempts.entries()) {
    const found = founds[i] as Found | null;
    const isOver =
      found === null || (found.outcome.kind === 'unknown' && now > plusSeconds(attempt.expiresAt, ASKED_SECONDS));
    if (isOver) ended.push(attempt.id);
    else if (found.outcome.kind !== 'unknown') settled.push({ attempt, ...found });
  }
  if (settled.length > 0) await settle(app, null, settled);
  await leaveUnknown(app.sql, ended);
  return ids.length;
}

/** A row that cannot be read keeps nothing from being found out about the others. */
async function lookAt(app: Dispatcher, attempt: MessageToSend, now: Date): Promise<Found | null> {
  try {
    return await findOut(app, attempt, now);
  } catch (error) {
    if (!isPoison(error)) throw error;
    app.log.error({ attempt: attempt.id, reason: reasonOf(error) }, 'an unknown message cannot be found out about');
    return null;
  }
}

/** The provider's word, or a repeat where that is safe; null: it stays unknown for good. */
async function findOut(app: Dispatcher, attempt: MessageToSend, now: Date): Promise<Found | null> {
  const senders = app.channels.get(attempt.channel) ?? [];
  const unwanted = reasonNotToSend(attempt, now) !== null;
  const again = (found: Found) => (attempt.lost >= MOST_LOST ? { ...found, outcome: KILLS_WORKERS } : found);
  const absent = unwanted ? NEVER_SENT : again(ABSENT);
  if (attempt.code === 'not_asked') return absent;
  // Only the one that was asked to send it knows; a repeat that is safe may take any road.
  const channel = senders.find((sender) => accountOf(sender) === attempt.account);
  if (channel?.lookup === undefined) {
    const isSafe = channel?.idempotent ?? senders.some((sender) => sender.idempotent);
    return isSafe && !unwanted ? again(REPEATED) : null;
  }
  const message = render(app, attempt);
  if (message === null) return null;
  const outcome = await channel.lookup(message);
  return outcome === null ? absent : { outcome };
}
