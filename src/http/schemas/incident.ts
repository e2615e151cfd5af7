import { type Static, Type } from 'typebox';
import { INCIDENT_KINDS, type StoredIncident } from '../../store/incidents.ts';
import { Id, Instant, NullableInstant, nullable } from './common.ts';
import { iso } from './dose.ts';

export const IncidentStateSchema = Type.Enum(['open', 'closed']);

export const IncidentView = Type.Object({
  id: Id,
  kind: Type.Enum([...INCIDENT_KINDS]),
  patient: nullable(Type.String({ description: 'your own id of the patient, when the incident is of one' })),
  affected: Type.Integer({ description: 'how many patients or doses it has touched so far' }),
  state: IncidentStateSchema,
  openedAt: Instant,
  closedAt: NullableInstant,
});

export function incidentView({ openedAt, closedAt, ...incident }: StoredIncident): Static<typeof IncidentView> {
  return {
    ...incident,
    state: closedAt === null ? 'open' : 'closed',
    openedAt: openedAt.toISOString(),
    closedAt: iso(closedAt),
  };
}
