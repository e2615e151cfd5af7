import { IANAZone } from 'luxon';
import { zoneNamed } from './zone.ts';

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

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Reads `YYYY-MM-DDTHH:mm:ss`; null when it is not one, or names a date that does not exist (30 February). */
export function parseLocal(text: string): LocalMs | null {
  if (text.length !== 19 || text[10] !== 'T') return null;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5) - 1;
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // A comparison with NaN is false, so that what is no digit is refused by the same tests.
  const time = hour < 24 && minute < 60 && second < 60;
  if (!time || !(year >= 0) || !(month >= 0 && month < 12) || !(day >= 1 && day <= monthLength(year, month)))
    return null;
  return (dayNumber(year, month) + day - 1) * DAY + ((hour * 60 + minute) * 60 + second) * SECOND;
}

/** NaN when they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** The days of a month; `month` 0 is January. */
export function monthLength(year: number, month: number): number {
  const leap = month === 1 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTH_DAYS[month as 0] as number);
}

/** The first of a month as days since 1970-01-01; `month` 0 is January. */
export function dayNumber(year: number, month: number): number {
  // The year begins in March, so that the leap day is its last.
  const y = month < 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month < 2 ? month + 10 : month - 2) + 2) / 5);
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
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
  return instant + zoneNamed(zone).offsetAt(instant);
}

/**
 * The instant at which the zone's clock shows a wall-clock time. A time inside a gap is read with the offset before the
 * gap (RFC 5545 3.3.5: 02:30 becomes 03:30); an ambiguous one is its first occurrence.
 */
export function toInstant(local: LocalMs, zone: string): number {
  return local - zoneNamed(zone).offsetOfLocal(local);
}

/** The wall clock of an instant: `second` counts from local midnight. */
export function localParts(instant: Date, zone: string): { date: string; time: string; second: number } {
  const local = toLocal(instant.getTime(), zone);
  return { date: dateOf(local), time: timeOf(local), second: secondOfDay(local) };
}

/** Days and seconds recently written, by their number: the doses of a pass fall on few of them. */
const RECENT_DAYS = 4096;
const recentDay = new Float64Array(RECENT_DAYS).fill(Number.NaN);
const recentDate: string[] = [];
const recentTime = new Array<string | undefined>(DAY / SECOND);

/** `YYYY-MM-DD`. */
export function dateOf(local: LocalMs): string {
  const day = Math.floor(local / DAY);
  const place = day & (RECENT_DAYS - 1);
  if (recentDay[place] !== day) {
    recentDay[place] = day;
    recentDate[place] = formatLocal(local).slice(0, 10);
  }
  return recentDate[place] as string;
}

/** `HH:mm:ss`. */
export function timeOf(local: LocalMs): string {
  const second = secondOfDay(local);
  let text = recentTime[second];
  if (text === undefined) {
    text = formatLocal(local).slice(11);
    recentTime[second] = text;
  }
  return text;
}

/** Seconds since local midnight, of the wall clock. */
export function secondOfDay(local: LocalMs): number {
  return Math.floor((local - Math.floor(local / DAY) * DAY) / SECOND);
}
