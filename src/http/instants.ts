import { Refusal } from '../domain/refusal.ts';

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;

/** An RFC 3339 date-time with its offset, without leap seconds; `null` when the text is anything else (30 February). */
export function parseInstant(text: string): Date | null {
  const parts = INSTANT.exec(text);
  return parts !== null && isDay(parts) ? new Date(text) : null;
}

/** Whether year, month and day of a match exist together: `Date` alone would turn 30 February into 2 March. */
function isDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number(year) > 0 && date.getUTCDate() === Number(day);
}

/**
 * A bound of a period: an instant, or a date read in UTC. A date as the end includes that day. Throws a 422 naming
 * `field`.
 */
export function parseBound(text: string, field: 'from' | 'to'): Date {
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  const parts = DATE.exec(text);
  if (parts === null || !isDay(parts)) {
    throw new Refusal(422, 'The period is not valid', [
      {
        field,
        detail: 'must be a date (2026-11-23, read in UTC) or an instant with its offset (2026-11-23T08:00:00-05:00)',
      },
    ]);
  }
  return new Date(Date.parse(`${text}T00:00:00Z`) + (field === 'to' ? DAY_MS : 0));
}

const OLDEST_ANSWER_MS = 7 * DAY_MS;
/** A phone's clock may be ahead by so much: an answer is not lost for it, and counts as of now. */
const AHEAD_MS = 60_000;

/**
 * When the dose was taken, as told by the caller, and not after `now`. Throws a 422 naming `takenAt` for more than a minute
 * ahead, or over a week ago.
 */
export function parseTakenAt(text: string | undefined, answer: string, now: Date): Date | undefined {
  if (text === undefined) return undefined;
  const refuse = (detail: string) => new Refusal(422, 'takenAt is not valid', [{ field: 'takenAt', detail }]);
  const at = parseInstant(text) as Date; // the schema has checked its form
  if (answer !== 'taken') throw refuse('belongs to the answer "taken" only: remove it');
  if (at.getTime() - now.getTime() > AHEAD_MS)
    throw refuse('is in the future: send when the dose was really taken, or leave it out for now');
  if (now.getTime() - at.getTime() > OLDEST_ANSWER_MS)
    throw refuse('is more than 7 days ago: such an old answer is not accepted');
  return at > now ? now : at;
}
