import type { OutboundMessage } from '#channels/channel.ts';
import type { AttemptPurpose, Outcome } from '../domain/attempt.ts';
import { uuidv7 } from '../domain/ids.ts';
import { failpoint } from '../failpoints.ts';
import { labelsOf } from '../metrics.ts';
import { type Chunk, renewChunk, splitChunk } from '../store/chunks.ts';
import { type Admitted, admit } from './admit.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type Held, hold } from './hold.ts';
import { channelUp } from './incidents.ts';
import { leaseFrom } from './lease.ts';
import { whyNoConsent, whyNoFreeText } from './message.ts';
import { type MessageToSend, readMessages } from './messages/read.ts';
import { render } from './messages/render.ts';
import { passOn } from './pass-on.ts';
import { enqueueChunks } from './queues.ts';
import { type Settled, settle } from './settle.ts';
import { reportOutcomes, watchSlowness } from './watch-sender.ts';

/**
 * Sends one chunk: waits for a sender that is well and has rate left, holds the chunk (fenced), re-reads the truth, sends
 * what is still wanted, writes every outcome. The provider call is outside any transaction. If the process dies before the
 * call nothing left; if it dies after, the lease runs out and the rescue marks the rest `unknown`. Returns whether this
 * call was the one that sent it. `stopping` ends the wait; a chunk that is held is sent to its end. `mostlyAnswered` is called
 * once the provider has answered all but a few: the slowest of a hundred need not hold up the chunks behind.
 */
export async function deliverChunk(
  app: Dispatcher,
  chunk: Chunk,
  { stopping, mostlyAnswered = () => {} }: Partial<Told> = {},
): Promise<boolean> {
  const admitted = await admit(app, chunk, stopping);
  if (admitted === 'stopped') return false;
  if (admitted === 'down') return passOn(app, chunk);
  if (admitted === 'expired') return sendHeld(app, await hold(app, chunk, null), null);
  if (admitted.most === undefined) await channelUp(app, chunk.channel);
  if (admitted.taken < chunk.size) await leaveRest(app, chunk, admitted.taken);
  failpoint('admit');
  return sendHeld(app, await hold(app, chunk, admitted.sender), { ...admitted, mostlyAnswered });
}

/** What the caller of a delivery tells it, and is told by it. */
export interface Told {
  stopping: AbortSignal;
  mostlyAnswered: () => void;
}

/** Who sends a chunk, and who is told once few of its answers are missing. */
type Via = Admitted & Pick<Told, 'mostlyAnswered'>;

/** The share of a chunk's messages that may still be unanswered when it is mostly answered. */
const STRAGGLERS = 0.1;

/** Only so many messages go to a sender that was not well, or was slowed: the others get a chunk of their own. */
async function leaveRest(app: Dispatcher, chunk: Chunk, most: number): Promise<void> {
  const now = app.clock.now();
  const rest = uuidv7(now);
  const size = await splitChunk(app.sql, chunk.id, { most, rest, now });
  if (size > 0) await enqueueChunks(app, [{ ...chunk, id: rest, size }]);
}

/** `via` null: the chunk has become worthless, and each of its messages says why it did not leave. */
async function sendHeld(app: Dispatcher, held: Held | null, via: Via | null): Promise<boolean> {
  if (held === null) {
    if (via !== null) await reportOutcomes(app, via, [], []);
    return false;
  }
  failpoint('held');
  const now = app.clock.now();
  const settled: Settled[] = [];
  const sendable: MessageToSend[] = [];
  const messages: OutboundMessage[] = [];
  for (const attempt of await readMessages(app, { chunkId: held.id }, 'intent')) {
    const made = prepare(app, attempt, now);
    if ('kind' in made) settled.push({ attempt, outcome: made });
    else {
      sendable.push(attempt);
      messages.push(made);
    }
  }
  if (via === null) {
    for (const attempt of sendable) settled.push({ attempt, outcome: { kind: 'dropped', code: 'expired' } });
  } else {
    const outcomes = messages.length === 0 ? [] : await send(app, via, held, messages);
    failpoint('answered');
    await reportOutcomes(app, via, messages, outcomes);
    for (const [i, attempt] of sendable.entries()) {
      const outcome = outcomes[i] as Outcome;
      settled.push({ attempt, outcome: via.most === undefined ? outcome : afterProbe(outcome) });
    }
  }
  await settle(app, held, settled);
  return true;
}

/** The message of one attempt, or why none leaves. Whatever cannot be read in its row is its own failure, not its chunk's. */
function prepare(app: Dispatcher, attempt: MessageToSend, now: Date): OutboundMessage | Settled['outcome'] {
  try {
    const code = reasonNotToSend(attempt, now);
    if (code !== null) return { kind: 'dropped', code };
  } catch {
    return UNREADABLE;
  }
  return render(app, attempt) ?? UNREADABLE;
}

const UNREADABLE = { kind: 'message_failed', code: 'unreadable' } as const;

/** Messages that were risked go on with the others at once: by the usual wait they would be the next probe, time and again. */
function afterProbe(outcome: Outcome): Outcome {
  return outcome.kind === 'retry' && !outcome.throttled ? { ...outcome, retryAfterMs: 0 } : outcome;
}

/**
 * The provider call, timed, with the chunk's lease kept alive while it lasts: a slow provider is no dead worker. A worker that
 * was stopped for longer than its lease starts nothing more when it wakes.
 */
async function send(app: Dispatcher, via: Via, held: Held, messages: OutboundMessage[]): Promise<Outcome[]> {
  const { leaseSeconds } = app.config.schedule;
  let { lease } = held;
  const renew = async () => {
    const next = leaseFrom(app);
    if (await renewChunk(app.sql, held, next.until)) lease = next;
  };
  const tryToRenew = () =>
    renew().catch((error: Error) =>
      app.log.warn({ chunk: held.id, reason: error.message }, 'the lease could not be renewed'),
    );
  const renewing = setInterval(tryToRenew, (leaseSeconds * 1000) / 3);
  let waiting = messages.length;
  const answered = () => {
    waiting -= 1;
    if (waiting <= messages.length * STRAGGLERS) via.mostlyAnswered();
  };
  const watching = watchSlowness(app, via, () => waiting);
  const { sender } = via;
  const timed = app.metrics.sendSeconds.startTimer(labelsOf(sender));
  try {
    const answers = sender.send(messages, () => !lease.isOver(), answered);
    setImmediate(failpoint, 'sending'); // once the sockets have what was written
    return await answers;
  } finally {
    timed();
    clearInterval(renewing);
    watching.stop();
  }
}

const DOSE_WANTS_REMINDER = new Set<string | null>(['planned', 'open']);

/** Why nobody wants a message of each purpose any more; null when somebody does. */
const UNWANTED: Record<AttemptPurpose, (attempt: MessageToSend, now: Date) => string | null> = {
  reminder: whyNoReminder,
  caregiver: whyNoReminder,
  escalation: ({ escalationState }) => (escalationState === 'open' ? null : 'case_taken'),
  message: whyNoFreeText,
};

function whyNoReminder({ doseState, consent, channel }: MessageToSend): string | null {
  return DOSE_WANTS_REMINDER.has(doseState) ? whyNoConsent(consent, channel) : `dose_${doseState}`;
}

/** Why a message must not leave any more, at the last moment before it would; null when it should. */
export function reasonNotToSend(attempt: MessageToSend, now: Date): string | null {
  const unwanted = UNWANTED[attempt.purpose](attempt, now);
  if (unwanted !== null) return unwanted;
  if (attempt.contactState !== 'active') return `contact_${attempt.contactState}`;
  if (now >= attempt.expiresAt) return 'expired';
  return null;
}
