import { DateTime } from 'luxon';
import type { Policy } from '#src/domain/policy.ts';
import type { Regimen } from '#src/domain/prescription.ts';

/** The hospital's day from 06:00 to midnight, in minutes of the day. */
const DAY_START = 6 * 60;
const DAY_END = 24 * 60;

/** A day squeezed into a minute: `startsAt` stands for 06:00, `startsAt + seconds` for midnight. */
export interface Compression {
  startsAt: Date;
  seconds: number;
}

/**
 * When a wall-clock time `HH:mm` of the hospital's day comes in the compressed day, to the second. Every zone lives the same
 * minute: 08:00 in Lima and 08:00 in Santiago are the same rush.
 */
export function compressedInstant(time: string, { startsAt, seconds }: Compression): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const part = (hour * 60 + minute - DAY_START) / (DAY_END - DAY_START);
  return new Date(Math.round((startsAt.getTime() + part * seconds * 1000) / 1000) * 1000);
}

/** The regimen whose doses come at these instants today and never again: one rule per time, in the patient's zone. */
export function compressedRegimen(instants: Date[], zone: string): Regimen {
  const local = instants.map((instant) => DateTime.fromJSDate(instant, { zone }));
  const start = local.reduce((a, b) => (a < b ? a : b)).minus({ seconds: 1 });
  return {
    mode: 'wall',
    start: start.toFormat("yyyy-MM-dd'T'HH:mm:ss"),
    rrules: local.map((t) => `FREQ=DAILY;COUNT=1;BYHOUR=${t.hour};BYMINUTE=${t.minute};BYSECOND=${t.second}`),
    rdates: [],
    exdates: [],
  };
}

/** The default ladder with minutes turned into fractions of a second's worth: long enough for real sockets. */
export function compressedPolicy({ critical, missesInARow }: { critical: boolean; missesInARow?: number }): Policy {
  return {
    critical,
    ladder: [
      { afterSeconds: 0, channel: 'push', to: 'patient' },
      { afterSeconds: 4, channel: 'sms', to: 'patient' },
      ...(critical ? [{ afterSeconds: 6, channel: 'voice' as const, to: 'patient' as const }] : []),
      { afterSeconds: 8, channel: 'email', to: 'patient' },
      ...(critical ? [{ afterSeconds: 10, channel: 'sms' as const, to: 'caregiver' as const }] : []),
    ],
    windowSeconds: 14,
    usefulSeconds: 10,
    missesInARow: missesInARow ?? 2,
  };
}
