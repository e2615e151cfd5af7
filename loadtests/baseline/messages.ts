import type { OutboundMessage } from '#channels/channel.ts';
import { channelOf } from '#loadtests/bench/mix.ts';
import { contactOf, ZONE } from '#loadtests/bench/seed.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { render } from '#src/dispatch/messages/render.ts';
import { CHANNELS, type ChannelName } from '#src/domain/attempt.ts';

/** What the bare loop and the naive service send: a rendered message and its channel. */
export interface Reminder {
  channel: ChannelName;
  message: OutboundMessage;
}

const KIND = { push: 'push', sms: 'phone', email: 'email' } as const;

/** The id that the nth reminder's attempt has: known without asking whoever sends it. */
export function attemptId(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/**
 * The reminders number `from` to `from + count - 1` as dosebell would render them for the patients of the same numbers. One
 * message per channel is rendered, the rest differ from it in their ids and their contact only.
 */
export function reminders(app: App, from: number, count: number): Reminder[] {
  const first = new Map(CHANNELS.map((channel) => [channel, rendered(app, channel)]));
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const channel = channelOf(n);
    const id = attemptId(n);
    const message = first.get(channel) as OutboundMessage;
    return { channel, message: { ...message, attemptId: id, doseId: id, to: contactOf(n, KIND[channel]) } };
  });
}

function rendered(app: App, channel: ChannelName): OutboundMessage {
  const now = app.clock.now();
  const id = attemptId(0);
  const message = render(app, {
    id,
    doseId: id,
    localDate: now.toISOString().slice(0, 10),
    escalationId: null,
    purpose: 'reminder',
    rung: 0,
    channel,
    contactPointId: id,
    dueAt: now,
    expiresAt: plusSeconds(now, 3600),
    createdAt: now,
    tries: 0,
    account: null,
    code: null,
    critical: false,
    doseState: 'open',
    doseDueAt: now,
    contact: app.cipher.seal(contactOf(0, KIND[channel])),
    contactState: 'active',
    locale: 'es-PE',
    zone: ZONE,
    consent: { reminders: true },
    escalationState: null,
  });
  if (message === null) throw new Error('the reminder cannot be rendered');
  return message;
}
