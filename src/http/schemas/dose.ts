import { type Static, Type } from 'typebox';
import { ANSWER_ROADS, DOSE_STATES } from '../../domain/dose.ts';
import type { DoseRow, DoseTrace } from '../../store/dose-reads.ts';
import { Id, Instant, NullableInstant, NullableText, text } from './common.ts';

export const DoseStateSchema = Type.Enum(DOSE_STATES);
const AnswerSchema = Type.Enum(['taken', 'skipped', 'snoozed']);
const Effect = Type.Enum(['applied', 'repeated', 'refused']);
const TakenAt = Type.String({
  format: 'date-time',
  description:
    'when it was taken, if not just now: an instant with its offset, at most 7 days ago; a minute ahead, for phones whose clock is, counts as now',
});

const doseFields = {
  id: Id,
  patient: Type.String(),
  prescriptionId: Id,
  prescriptionVersion: Type.Integer(),
  dueAt: Instant,
  localDate: Type.String({ description: 'in the zone of the patient' }),
  localTime: Type.String({ description: 'as the regimen writes it: 02:30 also where a gap made it 03:30' }),
  zone: Type.String(),
  tzVersion: Type.String({ description: 'the tz database this dose was planned with' }),
  timePolicy: Type.Enum(['gap_before_overlap_first', 'elapsed'], {
    description: 'how a local time was read where clocks change (RFC 5545 3.3.5), or that time elapsed was counted',
  }),
  windowEndsAt: Instant,
  critical: Type.Boolean(),
  state: DoseStateSchema,
  reason: NullableText,
  late: Type.Boolean({ description: 'answered after its window' }),
  openedAt: NullableInstant,
  missedAt: NullableInstant,
  takenAt: NullableInstant,
  resolvedAt: NullableInstant,
};

export const DoseView = Type.Object(doseFields);

export const DoseTraceView = Type.Object({
  ...doseFields,
  rung: Type.Integer({ description: 'the next rung of the ladder' }),
  nextActionAt: NullableInstant,
  attempts: Type.Array(
    Type.Object({
      id: Id,
      purpose: Type.Enum(['reminder', 'caregiver', 'escalation', 'message']),
      rung: Type.Integer(),
      channel: Type.String(),
      state: Type.Enum(['intent', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled']),
      code: NullableText,
      tries: Type.Integer(),
      createdAt: Instant,
      dueAt: Instant,
      expiresAt: Instant,
      acceptedAt: NullableInstant,
      deliveredAt: NullableInstant,
      endedAt: NullableInstant,
    }),
  ),
  answers: Type.Array(
    Type.Object({
      id: Id,
      answer: AnswerSchema,
      road: Type.Enum([...ANSWER_ROADS]),
      reason: NullableText,
      takenAt: NullableInstant,
      reportedAt: Instant,
      late: Type.Boolean(),
      effect: Effect,
    }),
  ),
  escalations: Type.Array(
    Type.Object({
      id: Id,
      kind: Type.String(),
      state: Type.Enum(['open', 'acknowledged', 'resolved']),
      openedAt: Instant,
    }),
  ),
});

export const ConfirmationBody = Type.Object(
  {
    answer: AnswerSchema,
    takenAt: Type.Optional(TakenAt),
    reason: Type.Optional(text(300, 'why it was skipped; kept encrypted')),
  },
  { additionalProperties: false, examples: [{ answer: 'skipped', reason: 'nausea' }] },
);

export const TokenConfirmationBody = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200, description: 'the token of the push message' }),
    action: AnswerSchema,
    takenAt: Type.Optional(TakenAt),
  },
  { additionalProperties: false, examples: [{ token: 'AZqxwn0AfD6fECtqUcDX5Gkh…', action: 'taken' }] },
);

export const ConfirmationView = Type.Object({
  effect: Effect,
  dose: Type.Object({
    id: Id,
    state: DoseStateSchema,
    late: Type.Boolean(),
    takenAt: NullableInstant,
    dueAt: Instant,
  }),
});

export function doseView(dose: DoseRow): Static<typeof DoseView> {
  const { tenantId: _tenant, locale: _locale, slot: _slot, rung: _rung, nextActionAt: _next, ...rest } = dose;
  return {
    ...rest,
    localTime: localTime(dose),
    dueAt: dose.dueAt.toISOString(),
    windowEndsAt: dose.windowEndsAt.toISOString(),
    openedAt: iso(dose.openedAt),
    missedAt: iso(dose.missedAt),
    takenAt: iso(dose.takenAt),
    resolvedAt: iso(dose.resolvedAt),
  };
}

export function doseTraceView(dose: DoseRow, trace: DoseTrace): Static<typeof DoseTraceView> {
  return {
    ...doseView(dose),
    rung: dose.rung,
    nextActionAt: iso(dose.nextActionAt),
    attempts: trace.attempts.map((attempt) => ({
      ...attempt,
      createdAt: attempt.createdAt.toISOString(),
      dueAt: attempt.dueAt.toISOString(),
      expiresAt: attempt.expiresAt.toISOString(),
      acceptedAt: iso(attempt.acceptedAt),
      deliveredAt: iso(attempt.deliveredAt),
      endedAt: iso(attempt.endedAt),
    })),
    answers: trace.answers.map((answer) => ({
      ...answer,
      takenAt: iso(answer.takenAt),
      reportedAt: answer.reportedAt.toISOString(),
    })),
    escalations: trace.escalations.map((escalation) => ({
      ...escalation,
      openedAt: escalation.openedAt.toISOString(),
    })),
  };
}

/** The wall clock the regimen wrote; the second turn of a repeated hour has slots of 24 h and more. */
function localTime({ slot }: DoseRow): string {
  return new Date((slot % 86_400) * 1000).toISOString().slice(11, 19);
}

export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
