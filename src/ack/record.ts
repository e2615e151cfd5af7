import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import type { ChannelName } from '../domain/attempt.ts';
import { type Answer, type AnswerRoad, type DoseState, statesBefore } from '../domain/dose.ts';
import {
  type AnsweredDose,
  type Confirmation,
  insertConfirmation,
  isKnownSource,
  lockDose,
  writeAnswer,
  writeArrival,
  writeSnooze,
} from '../store/answers.ts';
import { resolveAnsweredCases } from '../store/cases.ts';
import type { Sql } from '../store/pool.ts';

/** An answer, by whatever road. `takenAt` is when the dose was taken (default: now), not when it was reported. */
export interface Ack {
  doseId: string;
  /** Given where the caller is a tenant: another tenant's dose does not exist for it. */
  tenantId?: string;
  answer: Answer;
  road: AnswerRoad;
  takenAt?: Date;
  reason?: string;
  /** The provider's id of the message: the same one counts once. */
  sourceId?: string;
}

export interface AckResult {
  effect: Confirmation['effect'];
  dose: {
    id: string;
    state: DoseState;
    late: boolean;
    takenAt: Date | null;
    dueAt: Date;
    zone: string;
    locale: string;
  };
}

/** Roads that only a message on that channel opens. A link may come by SMS or e-mail, so it proves neither. */
const ROAD_CHANNEL: Partial<Record<AnswerRoad, ChannelName>> = { push_action: 'push', sms_reply: 'sms' };

/** A dose can be answered this long before it is due; before that the answer is about some other dose. */
const EARLIEST_SECONDS = 12 * 3600;

/**
 * The one place an answer becomes a state: push action, SMS reply, link and API all end here. Every answer is kept; the
 * dose moves forward only. What is still to be sent is dropped at its last check before leaving, and a late answer
 * settles the case it had opened. Null: there is no such dose.
 */
export async function recordAck(app: App, ack: Ack, tx: Sql = app.sql): Promise<AckResult | null> {
  const inOne = (sql: Sql) => recordIn(app, sql, ack);
  const result = 'savepoint' in tx ? await inOne(tx) : await tx.begin(inOne);
  if (result !== null) app.metrics.answers.inc({ road: ack.road, answer: ack.answer, effect: result.effect });
  return result as AckResult | null;
}

async function recordIn(app: App, tx: Sql, ack: Ack): Promise<AckResult | null> {
  const now = app.clock.now();
  const dose = await lockDose(tx, ack.doseId, ack.tenantId);
  if (dose === null) return null;
  if (ack.sourceId !== undefined && (await isKnownSource(tx, ack.sourceId))) return { effect: 'repeated', dose };
  const takenAt = ack.answer === 'taken' ? (ack.takenAt ?? now) : null;
  const late = (takenAt ?? now) > dose.windowEndsAt;
  const effect = effectOf(dose, ack.answer, now);
  await insertConfirmation(
    tx,
    dose,
    {
      answer: ack.answer,
      road: ack.road,
      reason: ack.reason === undefined ? null : app.cipher.seal(ack.reason),
      takenAt,
      late,
      effect,
      sourceId: ack.sourceId ?? null,
    },
    now,
  );
  const channel = ROAD_CHANNEL[ack.road];
  if (channel !== undefined) await writeArrival(tx, dose.id, channel, now);
  if (effect !== 'applied') return { effect, dose };
  if (ack.answer === 'snoozed') {
    const until = plusSeconds(now, app.config.schedule.snoozeSeconds);
    await writeSnooze(tx, dose, until < dose.windowEndsAt ? until : dose.windowEndsAt);
    return { effect, dose };
  }
  const reason = ack.answer === 'skipped' ? 'patient' : null;
  await writeAnswer(tx, dose, { state: ack.answer, takenAt, late, reason }, now);
  await resolveAnsweredCases(tx, dose.id, now);
  return { effect, dose: { ...dose, state: ack.answer, takenAt, late } };
}

/** Whether the answer changes its dose: applied, a repetition of what is known, or refused (too early, over, cancelled). */
function effectOf(dose: AnsweredDose, answer: Answer, now: Date): Confirmation['effect'] {
  if (plusSeconds(now, EARLIEST_SECONDS) < dose.dueAt) return 'refused';
  if (answer === 'snoozed') return dose.state === 'open' && now < dose.windowEndsAt ? 'applied' : 'refused';
  if (dose.state === answer) return 'repeated';
  return statesBefore(answer).includes(dose.state) ? 'applied' : 'refused';
}
