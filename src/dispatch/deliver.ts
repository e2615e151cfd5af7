import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { plusSeconds } from '../clock.ts';
import type { Outcome } from '../domain/attempt.ts';
import { type AttemptToSend, readToSend } from '../store/attempts.ts';
import { claimChunk, type HeldChunk, renewChunk } from '../store/chunks.ts';
import type { Dispatcher } from './dispatcher.ts';
import { render } from './messages/render.ts';
import { type Settled, settle } from './settle.ts';

/**
 * Sends one chunk: holds it (fenced), re-reads the truth, sends what is still wanted, writes every outcome. The provider
 * call is outside any transaction. If the process dies before the call nothing left; if it dies after, the lease runs out
 * and the rescue marks the rest `unknown`. Returns whether this call was the one that sent it.
 */
export async function deliverChunk(app: Dispatcher, chunkId: string): Promise<boolean> {
  const now = app.clock.now();
  const held = await claimChunk(app.sql, chunkId, plusSeconds(now, app.config.schedule.leaseSeconds));
  if (held === null) return false;
  const channel = app.channels.get(held.channel);
  if (channel === undefined) throw new Error(`no adapter for channel ${held.channel}`);
  const attempts = await readToSend(app.sql, { chunkId }, 'intent');
  const dropped: Settled[] = [];
  const wanted: AttemptToSend[] = [];
  for (const attempt of attempts) {
    const code = reasonNotToSend(attempt, now);
    if (code === null) wanted.push(attempt);
    else dropped.push({ attempt, outcome: { kind: 'dropped', code } });
  }
  const messages: OutboundMessage[] = [];
  const sendable: AttemptToSend[] = [];
  for (const attempt of wanted) {
    const message = render(app, attempt);
    if (message === null) {
      dropped.push({ attempt, outcome: { kind: 'message_failed', code: 'unreadable' } });
      continue;
    }
    messages.push(message);
    sendable.push(attempt);
  }
  const outcomes = messages.length > 0 ? await send(app, channel, held, messages) : [];
  const sent = sendable.map((attempt, i) => ({ attempt, outcome: outcomes[i] as Outcome }));
  await settle(app, held, [...sent, ...dropped]);
  return true;
}

/** The provider call, timed, with the chunk's lease kept alive while it lasts: a slow provider is no dead worker. */
async function send(
  app: Dispatcher,
  channel: Channel,
  held: HeldChunk,
  messages: OutboundMessage[],
): Promise<Outcome[]> {
  const { leaseSeconds } = app.config.schedule;
  const renew = () =>
    renewChunk(app.sql, held, plusSeconds(app.clock.now(), leaseSeconds)).catch((error: Error) =>
      app.log.warn({ chunk: held.id, reason: error.message }, 'the lease could not be renewed'),
    );
  const renewing = setInterval(renew, (leaseSeconds * 1000) / 3);
  const timed = app.metrics.sendSeconds.startTimer({ channel: channel.name, provider: channel.provider });
  try {
    return await channel.send(messages);
  } finally {
    timed();
    clearInterval(renewing);
  }
}

const DOSE_WANTS_REMINDER = new Set(['planned', 'open']);

/** Why a message must not leave any more, at the last moment before it would; null when it should. */
export function reasonNotToSend(attempt: AttemptToSend, now: Date): string | null {
  if (attempt.purpose === 'escalation') {
    if (attempt.escalationState !== 'open') return 'case_taken';
  } else if (!DOSE_WANTS_REMINDER.has(attempt.doseState)) {
    return `dose_${attempt.doseState}`;
  } else if (!attempt.consent.reminders) {
    return 'no_consent';
  }
  if (attempt.contactState !== 'active') return `contact_${attempt.contactState}`;
  if (now >= attempt.expiresAt) return 'expired';
  return null;
}
