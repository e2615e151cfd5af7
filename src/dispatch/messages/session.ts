import { plusSeconds } from '../../clock.ts';

/** WhatsApp lets free text follow what a person wrote for so long. */
const SESSION_SECONDS = 24 * 3600;

/** Whether somebody who last wrote to us at `wroteAt` may be answered in free text at `now`. */
export function isInSession(wroteAt: Date | null, now: Date): boolean {
  return wroteAt !== null && now < plusSeconds(wroteAt, SESSION_SECONDS);
}
