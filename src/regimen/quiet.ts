import { DateTime } from 'luxon';

/** Quiet hours: from `from` to before `to`, wall clock `HH:mm`; `22:00–07:00` spans midnight. */
export interface QuietHours {
  from: string;
  to: string;
}

/**
 * When the quiet hours of `zone` in which `at` lies are over; null when it lies in none. Throws when the zone is none, which is
 * no time to be silent by.
 */
export function quietUntil(quiet: QuietHours, zone: string, at: Date): Date | null {
  const local = DateTime.fromJSDate(at, { zone });
  if (!local.isValid) throw new RangeError('not a time zone');
  if (!isQuietTime(quiet, local.toFormat('HH:mm'))) return null;
  const [hour, minute] = quiet.to.split(':').map(Number) as [number, number];
  const end = local.set({ hour, minute, second: 0, millisecond: 0 });
  return (end > local ? end : end.plus({ days: 1 })).toJSDate();
}

/** Whether a wall-clock time `HH:mm` lies in them. */
export function isQuietTime(quiet: QuietHours, time: string): boolean {
  if (quiet.from <= quiet.to) return time >= quiet.from && time < quiet.to;
  return time >= quiet.from || time < quiet.to;
}
