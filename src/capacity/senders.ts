import type { ChannelName } from '../domain/attempt.ts';
import type { Rung } from '../domain/policy.ts';

/** What of a sender decides how much it passes. */
export interface SenderRate {
  channel: ChannelName;
  provider: string;
  sender: string;
  /** Its share among its channel's senders. */
  weight: number;
  /** Units a second: messages, of SMS segments. */
  perSecond: number;
}

/** The senders there are, and what a message of each channel counts for. */
export interface Capacity {
  senders: SenderRate[];
  /** Units of a message by channel and addressee. */
  units: Record<ChannelName, Record<Rung['to'], number>>;
}

/** This sender's part of its channel's messages, 0 to 1. */
export function shareOf(sender: SenderRate, senders: SenderRate[]): number {
  const weights = onChannel(senders, sender.channel).reduce((sum, { weight }) => sum + weight, 0);
  return sender.weight / weights;
}

/**
 * Units a second that a channel passes while its messages are shared by weight: the sender that is full first decides.
 * 0 without a sender.
 */
export function channelRate(senders: SenderRate[], channel: ChannelName): number {
  const rates = onChannel(senders, channel).map((sender) => sender.perSecond / shareOf(sender, senders));
  return rates.length === 0 ? 0 : Math.min(...rates);
}

export function onChannel(senders: SenderRate[], channel: ChannelName): SenderRate[] {
  return senders.filter((sender) => sender.channel === channel);
}
