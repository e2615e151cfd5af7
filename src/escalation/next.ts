import { type ChannelName, CONTACT_KIND, type ContactKind } from '../domain/attempt.ts';
import { consentsTo } from '../domain/consent.ts';
import { SETTLE_LIMIT_SECONDS } from '../domain/dose.ts';
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
  /** False: called instead of written to. */
  canRead: boolean;
  /** The channels that have a provider here. */
  channels: ReadonlySet<ChannelName>;
  /** When the patient's quiet hours, in which `at` lies, are over; null: it lies in none. */
  quietUntil: Date | null;
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
    const { to } = dose.policy.ladder[rung] as Rung;
    const channel = channelOf(dose, dose.policy.ladder[rung] as Rung);
    const choice = reachable(dose, channel, to);
    if ('contactPointId' in choice) {
      return { do: 'send', rung, channel, to, ...choice, nextAt: timeAfter(dose, rung, at), skipped };
    }
    skipped.push({ rung, channel, to, code: choice.code });
    // Quiet hours pass, a road that is closed for good does not hold the next one up.
    if (choice.code === 'quiet_hours') return { do: 'wait', ...afterQuiet(dose, rung, at), skipped };
  }
  return { do: 'wait', rung: dose.policy.ladder.length, nextAt: dose.windowEndsAt, skipped };
}

/** A patient who cannot read is called, where that is possible and agreed to: a message may still be read by somebody else. */
function channelOf(dose: DoseSituation, { channel, to }: Rung): ChannelName {
  if (to === 'caregiver' || dose.canRead) return channel;
  return 'contactPointId' in reachable(dose, 'voice', to) ? 'voice' : channel;
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
  if (!consentsTo(dose.consent, channel)) return { code: 'channel_not_consented' };
  if (!dose.channels.has(channel)) return { code: 'no_provider' };
  if (dose.quietUntil !== null && !mayRingInQuietHours(dose)) return { code: 'quiet_hours' };
  const candidates = dose.contacts.filter((c) => c.owner === to && c.kind === CONTACT_KIND[channel]);
  const active = candidates.find((c) => c.state === 'active');
  if (active !== undefined) return { contactPointId: active.id };
  return { code: candidates[0] === undefined ? 'no_contact' : `contact_${candidates[0].state}` };
}

function mayRingInQuietHours({ policy, consent }: DoseSituation): boolean {
  return policy.critical && consent.criticalInQuietHours === true;
}

/** A rung in quiet hours has its turn when they are over; where the window is over before, the next one keeps its own time. */
function afterQuiet(dose: DoseSituation, rung: number, at: Date): { rung: number; nextAt: Date } {
  const { quietUntil, windowEndsAt } = dose;
  if (quietUntil !== null && quietUntil < windowEndsAt) return { rung, nextAt: quietUntil };
  return { rung: rung + 1, nextAt: timeAfter(dose, rung, at) };
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
