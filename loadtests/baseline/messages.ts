import type { OutboundMessage } from '#channels/channel.ts';
import { channelOf, MIX, type MixChannel } from '#loadtests/bench/mix.ts';
import { contactOf, ZONE } from '#loadtests/bench/seed.ts';
import type { App } from '#src/app.ts';
import { sampleMessage } from '#src/dispatch/messages/sample.ts';
import { CONTACT_KIND } from '#src/domain/attempt.ts';

/** What the bare loop and the naive service send: a rendered message and its channel. */
export interface Reminder {
  channel: MixChannel;
  message: OutboundMessage;
}

/** The id that the nth reminder's attempt has: known without asking whoever sends it. */
export function attemptId(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/**
 * The reminders number `from` to `from + count - 1` as dosebell would render them for the patients of the same numbers. One
 * message per channel is rendered, the rest differ from it in their ids and their contact only.
 */
export function reminders(app: App, from: number, count: number): Reminder[] {
  const first = new Map(
    MIX.map((channel) => [channel, sampleMessage(app, { channel, purpose: 'reminder', locale: 'es-PE', zone: ZONE })]),
  );
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const channel = channelOf(n);
    const id = attemptId(n);
    const message = first.get(channel) as OutboundMessage;
    return { channel, message: { ...message, attemptId: id, doseId: id, to: contactOf(n, CONTACT_KIND[channel]) } };
  });
}
