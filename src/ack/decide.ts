import { plusSeconds } from '../clock.ts';
import type { ChannelName } from '../domain/attempt.ts';
import { type Answer, type AnswerRoad, MAX_SNOOZES, statesBefore } from '../domain/dose.ts';
import type { AnsweredDose, AnswerWrite, Arrival, Confirmation, SnoozeWrite } from '../store/answers.ts';

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

/** An answer with the moment it came in; its reason is encrypted by then. */
export interface ReceivedAck extends Omit<Ack, 'reason'> {
  at: Date;
  reason: Buffer | null;
}

/** What became of an answer, and its dose as it is now. */
export interface AckResult {
  effect: Confirmation['effect'];
  dose: AnsweredDose;
}

/** Rows to write, and one result per answer; null: there is no such dose. */
interface Decided {
  results: (AckResult | null)[];
  confirmations: Confirmation[];
  arrivals: Arrival[];
  snoozes: SnoozeWrite[];
  answers: AnswerWrite[];
  /** Doses that had no answer before, and when they got one. */
  settled: { id: string; at: Date }[];
}

/** Roads that only a message on that channel opens. A link may come by SMS or e-mail, so it proves neither. */
const ROAD_CHANNEL: Partial<Record<AnswerRoad, ChannelName>> = {
  push_action: 'push',
  webpush_action: 'webpush',
  sms_reply: 'sms',
  whatsapp_reply: 'whatsapp',
  voice_key: 'voice',
};

/** A dose can be answered this long before it is due; before that the answer is about some other dose. */
const EARLIEST_SECONDS = 12 * 3600;

/**
 * Decides a batch of answers in the order they came: one to a dose that an earlier one of the batch has changed finds it
 * changed. `doses` are locked; `sources` are the messages recorded before.
 */
export function decide(
  acks: ReceivedAck[],
  found: { doses: ReadonlyMap<string, AnsweredDose>; sources: ReadonlySet<string> },
  snoozeSeconds: number,
): Decided {
  const doses = new Map(found.doses);
  const sources = new Set(found.sources);
  const confirmations: Confirmation[] = [];
  const arrivals = new Map<string, Arrival>();
  const snoozes = new Map<string, SnoozeWrite>();
  const answers = new Map<string, AnswerWrite>();
  const settled: Decided['settled'] = [];

  const results = acks.map((ack): AckResult | null => {
    const dose = doses.get(ack.doseId);
    if (dose === undefined || (ack.tenantId !== undefined && ack.tenantId !== dose.tenantId)) return null;
    const { id, localDate, tenantId } = dose;
    const { answer, road, reason, at, sourceId = null } = ack;
    if (sourceId !== null && sources.has(sourceId)) return { effect: 'repeated', dose };
    if (sourceId !== null) sources.add(sourceId);
    const takenAt = answer === 'taken' ? (ack.takenAt ?? at) : null;
    const late = (takenAt ?? at) > dose.windowEndsAt;
    const effect = effectOf(dose, answer, at);
    confirmations.push({ tenantId, doseId: id, localDate, answer, road, reason, takenAt, at, late, effect, sourceId });
    const channel = ROAD_CHANNEL[road];
    const arrival = `${id} ${channel}`;
    if (channel !== undefined && !arrivals.has(arrival)) arrivals.set(arrival, { doseId: id, localDate, channel, at });
    if (effect !== 'applied') return { effect, dose };
    if (answer === 'snoozed') {
      const until = plusSeconds(at, snoozeSeconds);
      const times = (snoozes.get(id)?.times ?? 0) + 1;
      snoozes.set(id, { id, localDate, until: until < dose.windowEndsAt ? until : dose.windowEndsAt, times });
      const putOff = { ...dose, snoozes: dose.snoozes + 1 };
      doses.set(id, putOff);
      return { effect, dose: putOff };
    }
    if (dose.state !== 'taken' && dose.state !== 'skipped') settled.push({ id, at });
    const before = answers.get(id)?.before ?? dose.state;
    const why = answer === 'skipped' ? 'patient' : null;
    answers.set(id, { id, localDate, before, state: answer, takenAt, late, reason: why, at, road });
    const changed = { ...dose, state: answer, takenAt, late };
    doses.set(id, changed);
    return { effect, dose: changed };
  });
  const rows = { arrivals: [...arrivals.values()], snoozes: [...snoozes.values()], answers: [...answers.values()] };
  return { results, confirmations, settled, ...rows };
}

/**
 * Whether the answer changes its dose: applied, a repetition of what is known, or refused (too early, over, cancelled, put off
 * too often).
 */
function effectOf(dose: AnsweredDose, answer: Answer, at: Date): Confirmation['effect'] {
  if (plusSeconds(at, EARLIEST_SECONDS) < dose.dueAt) return 'refused';
  if (answer === 'snoozed') {
    const may = dose.state === 'open' && at < dose.windowEndsAt && dose.snoozes < MAX_SNOOZES;
    return may ? 'applied' : 'refused';
  }
  if (dose.state === answer) return 'repeated';
  return statesBefore(answer).includes(dose.state) ? 'applied' : 'refused';
}
