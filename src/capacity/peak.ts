import { completePolicy, type Policy } from '../domain/policy.ts';
import { arrivalsOf, queueMinutes } from './queue.ts';
import { type Capacity, channelRate } from './senders.ts';
import { arithmetic } from './words.ts';

/** A rung that a peak would keep from being sent in time. */
export interface Overload {
  /** 0: the reminder itself. Above: what goes out to who has not answered. */
  rung: number;
  /** The sum, and what would be enough. */
  why: string;
}

/**
 * Whether so many doses in one minute can be reminded in time on these senders, if nobody answers: every rung of the
 * default ladder is sent to all of them. Answers the rungs that cannot.
 */
export function overloadsOf(doses: number, capacity: Capacity, policy: Policy = completePolicy({})): Overload[] {
  const arrivals = arrivalsOf([{ minute: 0, rung: 0, policy, doses }], capacity);
  return arrivals.flatMap(({ channel, rung, minute, usefulSeconds }) => {
    const before = arrivals.filter((other) => other.channel === channel && other.rung <= rung);
    const queue = queueMinutes(before, channelRate(capacity.senders, channel)).find((at) => at.minute === minute);
    if (queue === undefined || queue.lateSeconds <= usefulSeconds) return [];
    return [{ rung, why: arithmetic({ ...queue, channel, usefulSeconds }, capacity.senders) }];
  });
}
