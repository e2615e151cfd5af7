/**
 * The days on which a rule fires, worked out instead of walked. Days are numbers since 1970-01-01; `start` is the day the
 * rule begins on, from which its interval counts.
 */
export interface DayPattern {
  /** The first day the rule fires on, `day` or later; any day after `last` (or Infinity) when there is none up to it. */
  next(start: number, day: number, last: number): number;
  /** On how many days the rule fires from `start` on and before `day`. */
  count(start: number, day: number): number;
}

/** 0 is Monday; day 0 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** How many of the bits are set. */
export function bits(mask: number): number {
  let left = mask;
  let n = 0;
  for (; left !== 0; n++) left &= left - 1;
  return n;
}

/** Every `interval` days, those of them whose weekday is in the mask (bit 0 is Monday). */
export function everyDays(interval: number, weekdays: number): DayPattern {
  const fires = (day: number) => ((weekdays >> weekdayOf(day)) & 1) === 1;
  /** In 7 steps each weekday is met once, or one of them 7 times. */
  const perSeven = (start: number) => (interval % 7 !== 0 ? bits(weekdays) : fires(start) ? 7 : 0);
  return {
    next(start, day) {
      let at = start + Math.ceil((day - start) / interval) * interval;
      for (let i = 0; i < 7; i++, at += interval) if (fires(at)) return at;
      return Number.POSITIVE_INFINITY;
    },
    count(start, day) {
      const steps = Math.ceil((day - start) / interval);
      const rest = steps % 7;
      let n = Math.floor(steps / 7) * perSeven(start);
      for (let i = 0; i < rest; i++) if (fires(start + i * interval)) n += 1;
      return n;
    },
  };
}

/**
 * Every `interval` weeks, which begin on `weekStart` (0 is Monday), on the weekdays of the mask (bit 0 is Monday); an empty
 * mask means the start's own.
 */
export function everyWeeks(interval: number, weekdays: number, weekStart: number): DayPattern {
  const place = (day: number) => (weekdayOf(day) + 7 - weekStart) % 7;
  /** Bit 0 is the week's first day. */
  const turned = ((weekdays >> weekStart) | (weekdays << (7 - weekStart))) & 0x7f;
  const maskOf = (start: number) => (turned === 0 ? 1 << place(start) : turned);
  return {
    next(start, day) {
      const mask = maskOf(start);
      const first = start - place(start);
      const week = Math.floor((day - first) / 7);
      const active = Math.ceil(week / interval) * interval;
      const at = active === week ? mask >> place(day) : 0;
      if (at !== 0) return day + lowestBit(at);
      const following = active === week ? active + interval : active;
      return first + following * 7 + lowestBit(mask);
    },
    count(start, day) {
      const mask = maskOf(start);
      const first = start - place(start);
      const week = Math.floor((day - first) / 7);
      const inWeek = week % interval === 0 ? bits(mask & ((1 << place(day)) - 1)) : 0;
      const beforeStart = bits(mask & ((1 << place(start)) - 1));
      return Math.ceil(week / interval) * bits(mask) + inWeek - beforeStart;
    },
  };
}

/** The number of the lowest bit that is set. */
export function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
