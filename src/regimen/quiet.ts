import { DateTime } from 'luxon';

/** Quiet hours: from `from` to before `to`, wall clock `HH:mm`; `22:00–07:00` spans midnight. */
export interface QuietHours {
  from: string;
  to: string;
}

/** Whether `at` lies in the quiet hours of `zone`. Throws when the zone is none, which is no time to be silent by. */
export function isQuiet(quiet: QuietHours, zone: string, at: Date): boolean {
  const local = DateTime.fromJSDate(at, { zone });
  if (!local.isValid) throw new RangeError('not a time zone');
  return isQuietTime(quiet, local.toFormat('HH:mm'));
}

/** Whether a wall-clock time `HH:mm` lies in them. */
export function isQuietTime(quiet: QuietHours, time: string): boolean {
  if (quiet.from <= quiet.to) return time >= quiet.from && time < quiet.to;
  return time >= quiet.from || time < quiet.to;
}
