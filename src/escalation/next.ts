import { type ChannelName, CONTACT_KIND, type ContactKind } from '../domain/attempt.ts';
import type { Consent, ContactOwner } from '../domain/patient.ts';
import type { Policy, Rung } from '../domain/policy.ts';

/** What deciding a dose's next action takes; nothing is read from anywhere else. */
export interface DoseSituation {
  /** `open`: its first action was taken before, so a reminder that was put off is not late. */
  state: 'planned' | 'open';
  dueAt: Date;
  windowEndsAt: Date;
  /** The next rung of the ladder. */
  rung: number;
  policy: Policy;
  consent: Consent;
  /** The channels that have a provider here. */
  channels: ReadonlySet<ChannelName>;
  /** Whether `at` lies in the patient's quiet hours. */
  quiet: boolean;
  contacts: { id: string; owner: ContactOwner; kind: ContactKind; state: string; stateCode: string | null }[];
  /** A provider took a reminder; a message is still under way; the code of the newest attempt. */
  reached: boolean;
  pending: boolean;
  lastCode: string | null;
}

/** A rung that could not be tried, and why. */
interface SkippedRung {
  rung: number;
  channel: ChannelName;
  to: Rung['to'];
  code: string;
}

export type NextAction =
  | {
      do: 'send';
      rung: number;
      channel: ChannelName;
      to: Rung['to'];
      contactPointId: string;
      nextAt: Date;
      skipped: SkippedRung[];
    }
  /** Nothing left to send: the end of the window is next. */
  | { do: 'wait'; rung: number; nextAt: Date; skipped: SkippedRung[] }
  | { do: 'end'; state: 'missed' | 'undelivered'; reason: string | null };

/** A message whose fate is open holds a dose's end back by this much, at most `SETTLE_LIMIT_SECONDS` in all. */
const SETTLE_STEP_SECONDS = 5;
const SETTLE_LIMIT_SECONDS = 180;

/**
 * The one mechanism behind reminder, fallback, caregiver and window end. `at` is the time of the action: the dose's
 * `next_action_at`, or now when that has passed.
 */
export function nextAction(dose: DoseSituation, at: Date): NextAction {
  if (at >= dose.windowEndsAt) return windowEnd(dose, at);
  const tooLate = dose.dueAt.getTime() + dose.policy.usefulSeconds * 1000;
  if (dose.state === 'planned' && at.getTime() > tooLate)
    return { do: 'end', state: 'undelivered', reason: 'too_late' };
  const skipped: SkippedRung[] = [];
  for (let rung = dose.rung; rung < dose.policy.ladder.length; rung++) {
    const { channel, to } = dose.policy.ladder[rung] as Rung;
    const choice = reachable(dose, channel, to);
    if ('contactPointId' in choice) {
      return { do: 'send', rung, channel, to, ...choice, nextAt: timeAfter(dose, rung, at), skipped };
    }
    skipped.push({ rung, channel, to, code: choice.code });
    // Quiet hours pass: the next rung keeps its own time. A road that is closed for good does not hold the next one up.
    if (choice.code === 'quiet_hours')
      return { do: 'wait', rung: rung + 1, nextAt: timeAfter(dose, rung, at), skipped };
  }
  return { do: 'wait', rung: dose.policy.ladder.length, nextAt: dose.windowEndsAt, skipped };
}

function windowEnd(dose: DoseSituation, at: Date): NextAction {
  const limit = dose.windowEndsAt.getTime() + SETTLE_LIMIT_SECONDS * 1000;
  if (dose.pending && !dose.reached && at.getTime() < limit) {
    return { do: 'wait', rung: dose.rung, nextAt: new Date(at.getTime() + SETTLE_STEP_SECONDS * 1000), skipped: [] };
  }
  if (dose.reached) return { do: 'end', state: 'missed', reason: null };
  return { do: 'end', state: 'undelivered', reason: dose.pending ? 'outcome_unknown' : (dose.lastCode ?? 'too_late') };
}

function reachable(
  dose: DoseSituation,
  channel: ChannelName,
  to: Rung['to'],
): { contactPointId: string } | { code: string } {
  if (!dose.consent.reminders) return { code: 'no_consent' };
  if (dose.consent.channels?.includes(channel) === false) return { code: 'channel_not_consented' };
  if (!dose.channels.has(channel)) return { code: 'no_provider' };
  if (dose.quiet && !dose.policy.critical) return { code: 'quiet_hours' };
  const candidates = dose.contacts.filter((c) => c.owner === to && c.kind === CONTACT_KIND[channel]);
  const active = candidates.find((c) => c.state === 'active');
  if (active !== undefined) return { contactPointId: active.id };
  return { code: candidates[0] === undefined ? 'no_contact' : `contact_${candidates[0].state}` };
}

/**
 * When the rung after `rung` has its turn: at its own time, or, when that has passed (a snooze, an outage), as long after
 * this one as the ladder has between them. Never after the window's end.
 */
function timeAfter(dose: DoseSituation, rung: number, at: Date): Date {
  const next = dose.policy.ladder[rung + 1];
  if (next === undefined) return dose.windowEndsAt;
  const planned = dose.dueAt.getTime() + next.afterSeconds * 1000;
  const between = (next.afterSeconds - (dose.policy.ladder[rung] as Rung).afterSeconds) * 1000;
  const time = planned > at.getTime() ? planned : at.getTime() + between;
  return new Date(Math.min(time, dose.windowEndsAt.getTime()));
}
