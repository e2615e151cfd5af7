import { Refusal } from '../domain/refusal.ts';
import { type LocalMs, parseLocal, toLocal } from '../regimen/local-time.ts';

/** A FHIR element of which nothing is known yet. */
export type Element = Record<string, unknown>;

/** Stops the reading of a resource. `path` is a FHIRPath; `detail` says what to do. */
export function refuse(path: string, detail: string): never {
  throw new Refusal(422, 'Not imported', [{ field: path, detail }]);
}

/** The value as an object, or an empty one. */
export function element(value: unknown): Element {
  return isElement(value) ? value : {};
}

export function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; whatever else it holds is left out. */
export function elements(value: unknown): Element[] {
  return Array.isArray(value) ? value.filter(isElement) : [];
}

/** Text on one line, or undefined when there is none. */
export function line(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.isWellFormed()) return undefined;
  const text = value.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return text === '' ? undefined : text;
}

/** The first of the values that is text. */
export function firstLine(...values: unknown[]): string | undefined {
  return values.map(line).find((text) => text !== undefined);
}

/** The text of a CodeableConcept: its own, else that of a coding. */
export function conceptText(value: unknown): string | undefined {
  const { text, coding } = element(value);
  const codings = elements(coding);
  return firstLine(text, ...codings.map((c) => c.display), ...codings.map((c) => c.code));
}

/** A moment of a resource on the zone's wall clock, and as the instant it names unless it is only a date. */
export interface Moment {
  local: LocalMs;
  instant?: number;
}

/** The last moment whose text has four digits for the year; `9999-12-31` is a way to say "no end". */
export const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59);

/** What to answer when `readMoment` gives null. */
export const NOT_A_MOMENT = 'not a full date from 1900 on, nor a date and time with its offset';

/** Reads a FHIR date or dateTime; a time must have its offset (R4, datatype dateTime). Null for anything else. */
export function readMoment(value: unknown, zone: string): Moment | null {
  if (typeof value !== 'string') return null;
  const match =
    /^((?:19|[2-9]\d)\d\d-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/.exec(value);
  if (!match) return null;
  const [, date, time, offset] = match;
  const written = parseLocal(`${date}T${time ?? '00:00:00'}`);
  if (written === null || time === undefined) return written === null ? null : { local: written };
  const instant = Date.parse(`${date}T${time}${offset}`);
  return { local: Math.min(toLocal(instant, zone), LAST_MOMENT), instant };
}
