import { IANAZone } from 'luxon';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** About 13 months: as much of a zone's clock as is worked out at once, when it is first asked for. */
const SPAN = 2 ** 35;
/** Names are valid in any case of letters, so a caller could make up more than there are zones. */
const MAX_ZONES = 2000;

/** A piece of a zone's clock: from the instant `from[i]`, and the wall-clock time `localFrom[i]`, `offset[i]` holds. */
interface Span {
  from: number[];
  localFrom: number[];
  offset: number[];
}

/** A zone's offsets, in milliseconds. They come from Intl, and what was asked once is kept: Intl takes microseconds. */
export class Zone {
  readonly #name: string;
  readonly #spans = new Map<number, Span>();
  #last: Span = { from: [], localFrom: [], offset: [] };
  #lastIndex = Number.NaN;

  constructor(name: string) {
    this.#name = name;
  }

  /** What the zone's clock is ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    const { from, offset } = this.#spanOf(instant);
    let i = from.length - 1;
    while (i > 0 && instant < (from[i] as number)) i -= 1;
    return offset[i] as number;
  }

  /**
   * The offset by which a wall-clock time is read: inside a gap the one before it (RFC 5545 3.3.5), for an ambiguous time
   * the one of its first occurrence, which is the one before the change too.
   */
  offsetOfLocal(local: number): number {
    const { localFrom, offset } = this.#spanOf(local);
    let i = localFrom.length - 1;
    while (i > 0 && local < (localFrom[i] as number)) i -= 1;
    return offset[i] as number;
  }

  #spanOf(at: number): Span {
    const index = Math.floor(at / SPAN);
    if (index === this.#lastIndex) return this.#last;
    let span = this.#spans.get(index);
    if (span === undefined) {
      span = readSpan(this.#name, index);
      this.#spans.set(index, span);
    }
    this.#lastIndex = index;
    this.#last = span;
    return span;
  }
}

const zones = new Map<string, Zone>();

/** The zone of this IANA name; its methods throw a `RangeError` when there is none of it. */
export function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    if (zones.size === MAX_ZONES) zones.clear();
    zone = new Zone(name);
    zones.set(name, zone);
  }
  return zone;
}

/** In the tz database no zone changes its clock twice within this time since 1900; the closest were 7 days apart. */
const STEP = 3 * DAY;

/**
 * Asks for the offset step by step, somewhat beyond the span to either side, so that it may be looked up by instant and by
 * wall clock alike; where it differs, the moment of change is found by bisection.
 */
function readSpan(name: string, index: number): Span {
  const zone = IANAZone.create(name);
  const offsetAt = (instant: number) => Math.round(zone.offset(instant) * 60) * SECOND; // minutes, at times with a third
  const start = index * SPAN - STEP;
  let before = offsetAt(start);
  if (Number.isNaN(before)) throw new RangeError('not an IANA time zone');
  const span: Span = { from: [start], localFrom: [start], offset: [before] };
  for (let at = start + STEP; at < (index + 1) * SPAN + 2 * STEP; at += STEP) {
    const after = offsetAt(at);
    if (after === before) continue;
    let low = at - STEP;
    let high = at;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    span.from.push(high);
    span.localFrom.push(high + Math.max(before, after));
    span.offset.push(after);
    before = after;
  }
  return span;
}
