import { type Static, Type } from 'typebox';
import { ESCALATION_KINDS } from '../../domain/escalation.ts';
import type { StoredEscalation } from '../../store/escalations.ts';
import { Code, Id, Instant, NullableInstant, NullableText, nullable, text } from './common.ts';
import { iso } from './dose.ts';

export const EscalationStateSchema = Type.Enum(['open', 'acknowledged', 'resolved']);
const By = text(200, 'who does this; kept encrypted');

export const AcknowledgeBody = Type.Object(
  { by: By },
  { additionalProperties: false, examples: [{ by: 'Dr. Rojas' }] },
);
export const ResolveBody = Type.Object(
  { by: By, resolution: Code },
  { additionalProperties: false, examples: [{ by: 'Dr. Rojas', resolution: 'called_patient' }] },
);

export const EscalationView = Type.Object({
  id: Id,
  patient: Type.String(),
  prescriptionId: nullable(Type.String({ description: 'null: the case is about the patient, not one prescription' })),
  kind: Type.Enum([...ESCALATION_KINDS], {
    description:
      'missed_*, undelivered_*: doses; *_reply, wrong_person: what somebody wrote (GET /v1/patients/{externalId}/messages); unreachable: nothing reaches the patient any more',
  }),
  state: EscalationStateSchema,
  openedAt: Instant,
  acknowledgedAt: NullableInstant,
  acknowledgedBy: NullableText,
  resolvedAt: NullableInstant,
  resolvedBy: NullableText,
  resolution: NullableText,
  doseIds: Type.Array(Id),
});

export function escalationView(escalation: StoredEscalation): Static<typeof EscalationView> {
  return {
    ...escalation,
    openedAt: escalation.openedAt.toISOString(),
    acknowledgedAt: iso(escalation.acknowledgedAt),
    resolvedAt: iso(escalation.resolvedAt),
  };
}
