import { accountOf, providerOf } from '#channels/channel.ts';
import { plusSeconds } from '../clock.ts';
import type { Outcome } from '../domain/attempt.ts';
import { failpoint } from '../failpoints.ts';
import {
  type AttemptToSend,
  type AttemptUpdate,
  acceptChunk,
  remindedDose,
  updateAttempts,
} from '../store/attempts.ts';
import { type Chunk, finishChunk, type HeldChunk, insertChunks } from '../store/chunks.ts';
import { type RetiredContact, retireContacts } from '../store/contacts.ts';
import { hastenDoses } from '../store/doses.ts';
import { isPoison } from '../store/poison.ts';
import { keepRefs } from '../store/provider-refs.ts';
import { statement, transaction } from '../store/transaction.ts';
import { intoChunks } from './chunking.ts';
import type { Dispatcher } from './dispatcher.ts';
import { inHalves, keepRefused } from './quarantine.ts';
import { enqueueChunks } from './queues.ts';
import { retryAt } from './retry.ts';

/** What became of one attempt: the provider's answer, or the reason it was not sent. */
export interface Settled {
  attempt: AttemptToSend;
  outcome: Outcome | { kind: 'dropped'; code: string };
  /** The outcome proves nothing about an earlier try, which may have left. */
  mayHaveLeft?: true;
}

/**
 * Writes all outcomes of a chunk in one transaction: attempts forward, retries into a chunk of their own moment, refused
 * contact points retired, and the next rung hastened where this one failed for good. `held` is null for reconciled
 * messages, which no chunk holds. An outcome that cannot be written becomes `unknown`; its chunk is held until all are
 * written, so that what a crash leaves is found when the lease is over.
 */
export async function settle(app: Dispatcher, held: HeldChunk | null, settled: Settled[]): Promise<void> {
  if (held !== null && (await acceptAll(app, held, settled))) return;
  let finished = false;
  const poison = await inHalves(settled, async (some) => {
    const finishes = some.length === settled.length;
    await write(app, held, some, { finishes });
    finished ||= finishes;
  });
  if (finished) return;
  const unknown = poison.map(({ row: { attempt }, reason }) => ({
    attempt,
    outcome: { kind: 'unknown' as const, code: reason },
  }));
  await write(app, held, unknown, { finishes: true });
}

async function write(
  app: Dispatcher,
  held: HeldChunk | null,
  settled: Settled[],
  { finishes }: { finishes: boolean },
): Promise<void> {
  const now = app.clock.now();
  const retries = retryChunks(app, settled, { now, turn: held?.turn ?? 1 });
  const updates = settled.map((one) => updateOf(one, retries.chunkOf.get(one.attempt.id) ?? null));
  await transaction(app.sql, async (tx) => {
    if (held !== null && finishes && !(await finishChunk(tx, held))) tellLost(app, held);
    await insertChunks(tx, retries.chunks, now);
    const checkAt = plusSeconds(now, app.config.schedule.settleSeconds);
    const changed = await updateAttempts(tx, updates, { now, checkAt, held });
    if (held !== null && keepsRefs(app, held)) await keepRefs(tx, held.account, acceptedOf(settled), now);
    const ended = settled.filter(
      ({ attempt, outcome }) => changed.has(attempt.id) && hasFailed(outcome, retries.chunkOf.has(attempt.id)),
    );
    await keepRefused(app, tx, ended.flatMap(refusedMessage), now);
    await retireContacts(tx, settled.flatMap(refusedContact), now);
    await hastenDoses(
      tx,
      ended.flatMap(({ attempt }) => remindedDose(attempt)),
      now,
    );
    failpoint('outcome');
  });
  failpoint('settled');
  observe(app, settled, { now, held });
  await enqueueChunks(app, retries.chunks);
}

/**
 * Writes a chunk of which every message was accepted, as it is as a rule, in one statement: a transaction would take four
 * turns with PostgreSQL. False: it is none, or cannot be written so.
 */
async function acceptAll(app: Dispatcher, held: HeldChunk, settled: Settled[]): Promise<boolean> {
  if (acceptedOf(settled).length < settled.length || keepsRefs(app, held)) return false;
  const now = app.clock.now();
  const accepted = settled.map((one) => updateOf(one, null));
  failpoint('outcome');
  try {
    if (!(await statement(() => acceptChunk(app.sql, held, accepted, now)))) tellLost(app, held);
  } catch (error) {
    if (isPoison(error)) return false;
    throw error;
  }
  failpoint('settled');
  observe(app, settled, { now, held });
  return true;
}

function acceptedOf(settled: Settled[]): { attemptId: string; ref: string }[] {
  return settled.flatMap(({ attempt, outcome }) =>
    outcome.kind === 'accepted' ? [{ attemptId: attempt.id, ref: outcome.ref }] : [],
  );
}

/** Whether the provider tells of its messages by its own ids, so that it is kept which attempts they are. */
function keepsRefs({ channels }: Dispatcher, held: HeldChunk): held is HeldChunk & { account: string } {
  const sender = channels.get(held.channel)?.find((each) => accountOf(each) === held.account);
  return sender?.receive !== undefined;
}

function tellLost({ log }: Dispatcher, { id }: HeldChunk): void {
  log.warn({ chunk: id }, 'lease was lost before the outcomes came');
}

/** A message in whose hands so many workers died goes out alone: the next one tells which message it is. */
const SUSPECT = 2;

/**
 * Chunks for what certainly was not sent and is worth another try while the message is useful, by their moment. Suspects go
 * one a second, so that none is in hand when another's worker dies.
 */
function retryChunks(
  app: Dispatcher,
  settled: Settled[],
  { now, turn }: { now: Date; turn: number },
): { chunks: Chunk[]; chunkOf: Map<string, string> } {
  const again = settled.flatMap(({ attempt, outcome }) => {
    if (outcome.kind !== 'retry') return [];
    const readyAt = retryAt(attempt.tries, outcome.retryAfterMs, now);
    if (readyAt >= attempt.expiresAt) return [];
    const { id, channel, critical, expiresAt } = attempt;
    const alone = attempt.lost >= SUSPECT;
    return [{ attempt: { id, channel, expiresAt, chunkId: null as string | null }, critical, readyAt, turn, alone }];
  });
  const { suspects = [], others = [] } = Object.groupBy(again, ({ alone }) => (alone ? 'suspects' : 'others'));
  const apart = suspects.map((one, i) => ({ ...one, readyAt: plusSeconds(one.readyAt, i) }));
  const chunks = [others, ...apart.map((one) => [one])].flatMap((some) => intoChunks(some, app.channels, now));
  return { chunks, chunkOf: new Map(again.map(({ attempt }) => [attempt.id, attempt.chunkId as string])) };
}

function updateOf({ attempt, outcome, mayHaveLeft }: Settled, retryChunk: string | null): AttemptUpdate {
  const base = { id: attempt.id, tries: attempt.tries, mayHaveLeft: mayHaveLeft === true, ref: null, chunkId: null };
  switch (outcome.kind) {
    case 'accepted':
      return { ...base, state: 'accepted', code: null, ref: outcome.ref };
    case 'retry':
      if (retryChunk === null) return { ...base, state: 'failed', code: outcome.code };
      return { ...base, state: 'intent', code: outcome.code, chunkId: retryChunk };
    case 'contact_failed':
    case 'message_failed':
      return { ...base, state: 'failed', code: outcome.code };
    case 'unknown':
      return { ...base, state: 'unknown', code: outcome.code };
    case 'dropped':
      return { ...base, state: 'cancelled', code: outcome.code };
  }
}

/** Why one road was closed at the last moment, which says nothing of the others. */
const ROAD_CLOSED = /^(contact_.*|channel_not_consented|expired)$/;

/** Whether this road is closed for good, so that the next rung should not wait for its time. */
function hasFailed(outcome: Settled['outcome'], retried: boolean): boolean {
  if (outcome.kind === 'retry') return !retried;
  if (outcome.kind === 'dropped') return ROAD_CLOSED.test(outcome.code);
  return outcome.kind === 'contact_failed' || outcome.kind === 'message_failed';
}

function refusedMessage({ attempt, outcome }: Settled): { attemptId: string; code: string }[] {
  return outcome.kind === 'message_failed' ? [{ attemptId: attempt.id, code: outcome.code }] : [];
}

function refusedContact({ attempt, outcome }: Settled): RetiredContact[] {
  if (outcome.kind !== 'contact_failed') return [];
  const { id: attemptId, contactPointId } = attempt;
  return [{ attemptId, contactPointId, optedOut: outcome.optedOut, code: outcome.code }];
}

/** As counted: what waited until it was worthless is told from what nobody wanted any more. */
function kindOf(outcome: Settled['outcome']): string {
  return outcome.kind === 'dropped' && outcome.code === 'expired' ? 'expired' : outcome.kind;
}

function observe(app: Dispatcher, settled: Settled[], { now, held }: { now: Date; held: HeldChunk | null }): void {
  for (const { attempt, outcome } of settled) {
    const { channel } = attempt;
    const provider = providerOf(held?.account ?? attempt.account);
    // What a look-up proved is no answer to a message.
    if (held !== null) app.metrics.outcomes.inc({ channel, provider, outcome: kindOf(outcome) });
    if (outcome.kind === 'accepted') {
      app.metrics.lateness.observe({ channel }, Math.max(0, now.getTime() - attempt.dueAt.getTime()) / 1000);
    }
  }
}
