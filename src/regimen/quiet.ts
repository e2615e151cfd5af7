import { DateTime } from 'luxon';

/** Quiet hours: from `from` to before `to`, wall clock `HH:mm`; `22:00–07:00` spans midnight. */
export interface QuietHours {
  from: string;
  to: string;
}

/** Whether `at` lies in the quiet hours of `zone`. */
export function isQuiet(quiet: QuietHours, zone: string, at: Date): boolean {
  return isQuietTime(quiet, DateTime.fromJSDate(at, { zone }).toFormat('HH:mm'));
}

/** Whether a wall-clock time `HH:mm` lies in them. */
export function isQuietTime(quiet: QuietHours, time: string): boolean {
  if (quiet.from <= quiet.to) return time >= quiet.from && time < quiet.to;
  return time >= quiet.from || time < quiet.to;
}
