import { plusSeconds } from '../../clock.ts';
import type { Answer } from '../../domain/dose.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import { fits } from './day.ts';
import type { Said, Situation } from './meaning.ts';

/** Which doses a message is about. Only where it is `certain` and one, it is that one; else these are asked about. */
interface Bound {
  doses: TalkedDose[];
  isCertain: boolean;
}

/** A correction is of what was answered in so many seconds. */
const CORRECTABLE_SECONDS = 24 * 3600;

/** The dose that a pressed button or a quoted reminder names; undefined: none does, or a quote fits several. */
export function namedDose({ button, isQuoting }: Said, { talked }: Situation): TalkedDose | undefined {
  if (button !== null) return button === 'bad' ? undefined : talked.find(({ id }) => id === button.doseId);
  const quoted = isQuoting ? talked.filter((dose) => dose.quoted) : [];
  return quoted.length === 1 ? quoted[0] : undefined;
}

/** The doses that wait for an answer: those that are open, and those whose window has closed. */
export function waitingDoses({ talked, lateFrom }: Situation): TalkedDose[] {
  return talked.filter(({ state, dueAt }) => state !== 'taken' && state !== 'skipped' && dueAt > lateFrom);
}

/**
 * Which doses a message without a button and without a known quote is about. A time that it names and that fits one dose ⇒ that
 * dose; a correction ⇒ what this sender answered last; one open dose ⇒ it, and where none is open, the one whose window has
 * closed. Never the closest.
 */
export function bind(said: Said, answer: Answer | null, situation: Situation): Bound {
  const { heard, isQuoting } = said;
  const waiting = waitingDoses(situation);
  if (heard.correction) return corrected(said, situation) ?? { doses: waiting, isCertain: false };
  const open = waiting.filter(({ state }) => state === 'open');
  const possible = answer === 'snoozed' ? open : waiting;
  const { about } = heard;
  if (about !== null) {
    const fitting = possible.filter((dose) => fits(about, dose));
    return fitting.length > 0 ? { doses: fitting, isCertain: true } : { doses: possible, isCertain: false };
  }
  // What is quoted may be a reminder of long ago: then the dose that is open now is not meant.
  return { doses: open.length > 0 ? open : possible, isCertain: !isQuoting };
}

function corrected({ heard: { about } }: Said, { talked, now }: Situation): Bound | null {
  const since = plusSeconds(now, -CORRECTABLE_SECONDS);
  const answered = talked.filter(({ answeredAt }) => answeredAt !== null && answeredAt > since);
  const last = Math.max(...answered.map(({ answeredAt }) => (answeredAt as Date).getTime()));
  const meant = answered.filter((dose) =>
    about === null ? (dose.answeredAt as Date).getTime() === last : fits(about, dose),
  );
  return meant.length > 0 ? { doses: meant, isCertain: true } : null;
}
