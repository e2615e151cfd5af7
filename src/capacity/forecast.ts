import { CHANNELS, type ChannelName } from '../domain/attempt.ts';
import { type Arrival, arrivalsOf, type DueMinute, type QueueMinute, queueMinutes, sum, worstOf } from './queue.ts';
import { type Capacity, channelRate, type SenderRate, shareOf } from './senders.ts';
import { arithmetic } from './words.ts';

/**
 * `fits`: every message leaves while it is useful, even if nobody answers. `late_if_unanswered`: only the rungs after the
 * first make it too much. `late`: the first reminders alone are too many.
 */
export type Verdict = 'fits' | 'late_if_unanswered' | 'late';

/** What one sender is to send in one hour. */
export interface SenderHour {
  /** The hour's beginning. */
  hour: Date;
  channel: ChannelName;
  provider: string;
  sender: string;
  /** Doses due in that hour, of all senders. */
  doses: number;
  /** Its messages by rung; the first is certain, the others go out if nobody answers. */
  messages: number[];
  /** Units of these messages, and how many it passes in an hour. */
  units: number;
  capacity: number;
  busiest: { minute: Date; lateSeconds: number; usefulSeconds: number; ratio: number };
  verdict: Verdict;
}

export interface Forecast {
  hours: SenderHour[];
  /** Of each channel that cannot keep its times, the sum of its worst minute. */
  overloads: { channel: ChannelName; minute: Date; why: string }[];
}

/** Load against capacity for the minutes from `from` to before `to` (minutes since 1970), if nobody answers. */
export function forecastOf(due: DueMinute[], capacity: Capacity, { from, to }: { from: number; to: number }): Forecast {
  // A rung whose moment passed (a snooze) is sent at once.
  const arrivals = arrivalsOf(due, capacity)
    .map((arrival) => ({ ...arrival, minute: Math.max(arrival.minute, from) }))
    .filter(({ minute }) => minute < to);
  const doses = dosesByHour(due);
  const of = (channel: ChannelName) => arrivals.filter((arrival) => arrival.channel === channel);
  return {
    hours: capacity.senders
      .flatMap((sender) => senderHours(sender, of(sender.channel), capacity.senders, doses))
      .sort((a, b) => a.hour.getTime() - b.hour.getTime()),
    overloads: CHANNELS.flatMap((channel) => {
      const perSecond = channelRate(capacity.senders, channel);
      if (perSecond === 0) return []; // its rungs are passed over
      const worst = worstOf(queueMinutes(of(channel), perSecond));
      if (worst === undefined || worst.ratio <= 1) return [];
      return [{ channel, minute: timeOf(worst.minute), why: arithmetic({ channel, ...worst }, capacity.senders) }];
    }),
  };
}

function senderHours(
  sender: SenderRate,
  arrivals: Arrival[],
  senders: SenderRate[],
  doses: Map<number, number>,
): SenderHour[] {
  const { channel, provider, sender: name, perSecond } = sender;
  const share = shareOf(sender, senders);
  const certain = byHour(
    queueMinutes(
      arrivals.filter(({ rung }) => rung === 0),
      perSecond,
      share,
    ),
  );
  const ifUnanswered = byHour(queueMinutes(arrivals, perSecond, share));
  return [...byHour(arrivals)].map(([hour, came]) => {
    const { minute, ...worst } = worstOf(ifUnanswered.get(hour) ?? []) as QueueMinute;
    return {
      hour: timeOf(hour * 60),
      channel,
      provider,
      sender: name,
      doses: doses.get(hour) ?? 0,
      messages: messagesByRung(came, share),
      units: Math.ceil(share * sum(came, 'units')),
      capacity: perSecond * 3600,
      busiest: {
        minute: timeOf(minute),
        lateSeconds: worst.lateSeconds,
        usefulSeconds: worst.usefulSeconds,
        ratio: worst.ratio,
      },
      verdict: verdictOf(worst.ratio, worstOf(certain.get(hour) ?? [])?.ratio ?? 0),
    };
  });
}

function verdictOf(ratio: number, certainRatio: number): Verdict {
  if (certainRatio > 1) return 'late';
  return ratio > 1 ? 'late_if_unanswered' : 'fits';
}

function messagesByRung(came: Arrival[], share: number): number[] {
  const rungs = Math.max(...came.map(({ rung }) => rung)) + 1;
  return Array.from({ length: rungs }, (_, rung) =>
    Math.ceil(
      share *
        sum(
          came.filter((one) => one.rung === rung),
          'messages',
        ),
    ),
  );
}

function dosesByHour(due: DueMinute[]): Map<number, number> {
  const planned = due.filter(({ rung }) => rung === 0);
  return new Map([...byHour(planned)].map(([hour, rows]) => [hour, sum(rows, 'doses')]));
}

function byHour<Row extends { minute: number }>(rows: Row[]): Map<number, Row[]> {
  return Map.groupBy(rows, ({ minute }) => Math.floor(minute / 60));
}

function timeOf(minute: number): Date {
  return new Date(minute * 60_000);
}

/** The rung-independent headline of each channel and provider: its highest ratio, and the longest lateness. */
export function headlines(
  hours: SenderHour[],
): { channel: ChannelName; provider: string; ratio: number; lateSeconds: number }[] {
  return [...Map.groupBy(hours, ({ channel, provider }) => `${channel} ${provider}`).values()].map((rows) => {
    const [{ channel, provider }] = rows as [SenderHour];
    const most = (key: 'ratio' | 'lateSeconds') => Math.max(...rows.map(({ busiest }) => busiest[key]));
    return { channel, provider, ratio: most('ratio'), lateSeconds: most('lateSeconds') };
  });
}
