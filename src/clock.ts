/** Where "now" comes from. Everything that depends on time takes it from here, so that tests move it by hand. */
export interface Clock {
  now(): Date;
}

/** The machine's clock, corrected by `offsetMs` so that every process agrees with PostgreSQL's `now()`. */
export function systemClock(offsetMs = 0): Clock {
  return { now: () => new Date(Date.now() + offsetMs) };
}

/** `date` moved by `seconds`. */
export function plusSeconds(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
