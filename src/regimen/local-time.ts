import { IANAZone } from 'luxon';

/**
 * A wall-clock time is carried as "floating" milliseconds: the instant at which a UTC clock shows it. Arithmetic on it
 * is exact and knows no zone; `toInstant` and `toLocal` are the only doors between it and the time line.
 */
export type LocalMs = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The version of the tz database this process reads zones from; recorded beside what was computed with it. */
export const TZ_VERSION = process.versions.tz ?? 'unknown';

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/;

/** Reads `YYYY-MM-DDTHH:mm:ss`; null when it is not one, or names a date that does not exist (30 February). */
export function parseLocal(text: string): LocalMs | null {
  if (!LOCAL.test(text)) return null;
  const ms = Date.parse(`${text}Z`);
  return Number.isNaN(ms) || formatLocal(ms) !== text ? null : ms;
}

/** Writes `YYYY-MM-DDTHH:mm:ss`. */
export function formatLocal(local: LocalMs): string {
  return new Date(local).toISOString().slice(0, 19);
}

/** Whether the text names a zone of the tz database (`America/Lima`). Offsets such as `+05:00` are not zones. */
export function isZone(text: string): boolean {
  return /^[A-Za-z][\w+/-]{1,63}$/.test(text) && IANAZone.isValidZone(text);
}

/** What a clock in the zone shows at an instant (milliseconds of the epoch). */
export function toLocal(instant: number, zone: string): LocalMs {
  return instant + offsetAt(instant, zone);
}

/**
 * The instant at which the zone's clock shows a wall-clock time. A time inside a gap is read with the offset before the
 * gap (RFC 5545 3.3.5: 02:30 becomes 03:30); an ambiguous one is its first occurrence.
 */
export function toInstant(local: LocalMs, zone: string): number {
  // Offsets a day to either side: no zone changes twice within two days.
  const before = offsetAt(local - DAY, zone);
  const after = offsetAt(local + DAY, zone);
  if (before === after) return local - before;
  // The offset before the change answers for the overlap's first occurrence and for the gap alike.
  const early = local - before;
  if (offsetAt(early, zone) === before) return early;
  const late = local - after;
  return offsetAt(late, zone) === after ? late : early;
}

/** The wall clock of an instant: `second` counts from local midnight. */
export function localParts(instant: Date, zone: string): { date: string; time: string; second: number } {
  const local = toLocal(instant.getTime(), zone);
  return { date: dateOf(local), time: timeOf(local), second: secondOfDay(local) };
}

/** `YYYY-MM-DD`. */
export function dateOf(local: LocalMs): string {
  return formatLocal(local).slice(0, 10);
}

/** `HH:mm:ss`. */
export function timeOf(local: LocalMs): string {
  return formatLocal(local).slice(11);
}

/** Seconds since local midnight, of the wall clock. */
export function secondOfDay(local: LocalMs): number {
  return Math.floor((((local % DAY) + DAY) % DAY) / SECOND);
}

function offsetAt(instant: number, zone: string): number {
  return IANAZone.create(zone).offset(instant) * MINUTE;
}
