import type { ChannelName } from '../domain/attempt.ts';
import { channelRate, onChannel, type SenderRate } from './senders.ts';

/** What a channel's messages and units are called, and which single sender passes more. */
const WORDS: Record<ChannelName, { messages: string; unit: string; faster: string }> = {
  push: { messages: 'pushes', unit: 'message', faster: 'a larger quota' },
  sms: { messages: 'SMS', unit: 'segment', faster: 'a short code' },
  webpush: { messages: 'web pushes', unit: 'message', faster: 'a larger quota' },
  whatsapp: { messages: 'WhatsApp messages', unit: 'message', faster: 'a higher messaging tier' },
  voice: { messages: 'calls', unit: 'call', faster: 'more calls a second' },
  email: { messages: 'e-mails', unit: 'message', faster: 'a larger quota' },
};

/** The sum in one sentence, and when it comes out too long, what would be enough. */
export function arithmetic(
  load: { channel: ChannelName; messages: number; units: number; usefulSeconds: number },
  senders: SenderRate[],
): string {
  const { messages, unit, faster } = WORDS[load.channel];
  const count = onChannel(senders, load.channel).length;
  const rate = channelRate(senders, load.channel);
  const what = `${number(load.messages)} ${messages}${unit === 'segment' ? ` (${number(load.units)} segments)` : ''}`;
  if (rate === 0) return `${what} have no sender`;
  const on = `${count} sender${count === 1 ? '' : 's'} at ${rateIn(load.channel, rate)}${count === 1 ? '' : ' together'}`;
  const taken = `${what} on ${on} take ${duration(load.units / rate)}; they are useful for ${duration(load.usefulSeconds)}`;
  if (load.units / rate <= load.usefulSeconds) return taken;
  const needed = Math.ceil(load.units / load.usefulSeconds);
  const most = Math.floor((rate * load.usefulSeconds * load.messages) / load.units);
  const alike = Math.ceil((needed * count) / rate);
  return `${taken}. Enough: ${rateIn(load.channel, needed)} (${number(alike)} such senders, or ${faster}), or doses spread so that at most ${number(most)} come at once`;
}

/** `14 messages/s`, `1 segment/s`. */
export function rateIn(channel: ChannelName, perSecond: number): string {
  return `${number(perSecond)} ${WORDS[channel].unit}${perSecond === 1 ? '' : 's'}/s`;
}

/** `2 h 47 min`, `15 min 1 s`, `8 s`: seconds are rounded up, minutes beside hours to the nearest. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'for ever';
  if (Math.ceil(seconds) >= 3600) return units(Math.round(seconds / 60), 60, 'h', 'min');
  return units(Math.ceil(seconds), 60, 'min', 's');
}

function units(small: number, perLarge: number, large: string, name: string): string {
  const whole = Math.floor(small / perLarge);
  const rest = small % perLarge;
  return [whole > 0 ? `${whole} ${large}` : '', rest > 0 || whole === 0 ? `${rest} ${name}` : '']
    .filter(Boolean)
    .join(' ');
}

/** Whole, rounded up, unless below 10; with thousands apart. */
export function number(value: number): string {
  return (value < 10 ? Math.round(value * 10) / 10 : Math.ceil(value - 1e-6)).toLocaleString('en-US');
}
