import type { ChannelName } from '../domain/attempt.ts';
import type { Policy, Rung } from '../domain/policy.ts';
import type { Capacity } from './senders.ts';

/** Doses of one policy that are due in one minute and have their ladder before them from `rung` on. */
export interface DueMinute {
  /** Minutes since 1970, UTC. */
  minute: number;
  rung: number;
  policy: Policy;
  doses: number;
}

/** Messages of one rung that want to leave in one minute. */
export interface Arrival {
  minute: number;
  channel: ChannelName;
  rung: number;
  messages: number;
  units: number;
  /** How long after its minute such a message is still sent. */
  usefulSeconds: number;
}

/** One minute of a queue: what waits at its beginning, and when the last of it would leave. */
export interface QueueMinute {
  minute: number;
  messages: number;
  units: number;
  lateSeconds: number;
  /** The shortest of what came in this minute. */
  usefulSeconds: number;
  /** Lateness of the last message in useful times: above 1 some leave too late to be sent. */
  ratio: number;
}

/** The messages of these doses if nobody answers: every rung that is left, each at its own minute. */
export function arrivalsOf(due: DueMinute[], capacity: Capacity): Arrival[] {
  return due.flatMap(({ minute, rung: next, policy, doses }) =>
    policy.ladder.slice(next).map((rung, i) => ({
      minute: Math.floor(minute + rung.afterSeconds / 60),
      channel: rung.channel,
      rung: next + i,
      messages: doses,
      units: doses * capacity.units[rung.channel][rung.to],
      usefulSeconds: usefulSecondsOf(policy, rung),
    })),
  );
}

/** How long a rung's message is worth sending: its useful time from the rung's own moment, never beyond the window. */
function usefulSecondsOf(policy: Policy, rung: Rung): number {
  return Math.min(policy.usefulSeconds, policy.windowSeconds - rung.afterSeconds);
}

/**
 * A queue that passes `perSecond` units, first come first served; a minute's messages all come at its beginning. What
 * becomes too old to be sent leaves the queue, so one rush does not stand in the way of the next for hours. Takes `share`
 * of the arrivals, of one channel; answers the minutes in which something came.
 */
export function queueMinutes(arrivals: Arrival[], perSecond: number, share = 1): QueueMinute[] {
  const byMinute = [...Map.groupBy(arrivals, ({ minute }) => minute)].sort(([a], [b]) => a - b);
  let waiting = { messages: 0, units: 0 };
  let last: number | undefined;
  return byMinute.map(([minute, came]) => {
    const passed = last === undefined ? 0 : (minute - last) * 60 * perSecond;
    const left = keep(waiting, waiting.units - passed);
    last = minute;
    const messages = left.messages + share * sum(came, 'messages');
    const units = left.units + share * sum(came, 'units');
    const lateSeconds = units / perSecond;
    const useful = came.map(({ usefulSeconds }) => usefulSeconds);
    waiting = keep({ messages, units }, perSecond * Math.max(...useful));
    return {
      minute,
      messages,
      units,
      lateSeconds,
      usefulSeconds: Math.min(...useful),
      ratio: lateSeconds / Math.min(...useful),
    };
  });
}

/** The same mix of messages, of at most so many units. */
function keep(waiting: { messages: number; units: number }, units: number): { messages: number; units: number } {
  if (units >= waiting.units) return waiting;
  if (units <= 0) return { messages: 0, units: 0 };
  return { messages: (waiting.messages * units) / waiting.units, units };
}

/** The minute that comes nearest to being too late, or goes furthest beyond. */
export function worstOf(minutes: QueueMinute[]): QueueMinute | undefined {
  return minutes.reduce<QueueMinute | undefined>(
    (worst, next) => (next.ratio > (worst?.ratio ?? -1) ? next : worst),
    undefined,
  );
}

export function sum<Key extends string>(rows: Record<Key, number>[], key: Key): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
