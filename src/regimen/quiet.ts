import { DateTime } from 'luxon';

/** Whether `at` lies in the quiet hours `[from, to)`, wall clock `HH:mm` in `zone`; `22:00–07:00` spans midnight. */
export function isQuiet(quiet: { from: string; to: string }, zone: string, at: Date): boolean {
  const local = DateTime.fromJSDate(at, { zone }).toFormat('HH:mm');
  if (quiet.from <= quiet.to) return local >= quiet.from && local < quiet.to;
  return local >= quiet.from || local < quiet.to;
}
