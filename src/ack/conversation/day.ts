import { DateTime } from 'luxon';
import type { DayPart } from '../../texts/answers.ts';
import type { About } from '../understand/types.ts';

/** A moment on the wall clock of its zone. */
interface Local {
  dueAt: Date;
  zone: string;
}

/** HH:mm in its zone. */
export function clockTime({ dueAt, zone }: Local): string {
  return DateTime.fromJSDate(dueAt, { zone }).toFormat('HH:mm');
}

/** How a dose's time of day is called in a list: from this hour on, until the next. */
const PARTS: [number, DayPart][] = [
  [20, 'night'],
  [15, 'evening'],
  [11, 'midday'],
  [4, 'morning'],
  [0, 'night'],
];

export function dayPart({ dueAt, zone }: Local): DayPart {
  const { hour } = DateTime.fromJSDate(dueAt, { zone });
  return (PARTS.find(([from]) => hour >= from) as [number, DayPart])[1];
}

/** What people may mean by a part of the day, in hours [from, to): wider than one means it, since only one dose may fit. */
const MEANT: Record<DayPart, [number, number]> = {
  morning: [3, 12],
  midday: [11, 16],
  evening: [12, 22],
  night: [18, 28],
};

/**
 * Whether a dose may be the one of the time that somebody named. An hour up to 12 may be meant in either half of the day, an
 * hour without minutes with any.
 */
export function fits(about: About, dose: Local): boolean {
  const { hour, minute } = DateTime.fromJSDate(dose.dueAt, { zone: dose.zone });
  if (typeof about === 'string') {
    const [from, to] = MEANT[about];
    return (hour >= from && hour < to) || hour + 24 < to;
  }
  const sameHour = about.hour <= 12 ? about.hour % 12 === hour % 12 : about.hour === hour;
  return sameHour && (about.minute === undefined || about.minute === minute);
}
