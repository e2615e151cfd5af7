import type { ContactKind } from '../domain/attempt.ts';
import type { ContactOwner, ContactState } from '../domain/patient.ts';
import { type Heard, turn } from './consents.ts';
import { column, type Sql } from './pool.ts';
import { lockPatientsOf, tellUnreachable } from './reach.ts';

/** A contact point without its value: enough to choose whom to reach. */
export interface ContactChoice {
  id: string;
  patientId: string;
  owner: ContactOwner;
  kind: ContactKind;
  state: ContactState;
  stateCode: string | null;
}

/** All contact points of these patients that were not removed, in the order the tenant gave them. */
export async function contactChoices(sql: Sql, patientIds: string[]): Promise<Map<string, ContactChoice[]>> {
  const rows = await sql<ContactChoice[]>`
    SELECT id, patient_id AS "patientId", owner, kind, state, state_code AS "stateCode"
    FROM contact_points WHERE patient_id = ANY(${[...new Set(patientIds)]}::uuid[]) AND state <> 'removed'
    ORDER BY patient_id, position`;
  return Map.groupBy(rows, (row) => row.patientId);
}

/** A contact point that a provider refused for good. `attemptId`: by which message. */
export interface RetiredContact {
  contactPointId: string;
  attemptId: string;
  optedOut: boolean;
  code: string;
}

/**
 * A provider refused these contact points for good: they are not tried again until their value changes. Where it refused
 * because the person opted out, everything that the number leads to is opted out, and so it stands in the history.
 */
export async function retireContacts(tx: Sql, retired: RetiredContact[], now: Date): Promise<void> {
  if (retired.length === 0) return;
  await lockPatientsOf(
    tx,
    retired.map(({ contactPointId }) => contactPointId),
  );
  const invalid = retired.filter(({ optedOut }) => !optedOut);
  const gone = await tx<{ patientId: string; owner: ContactOwner }[]>`
    UPDATE contact_points c SET state = 'invalid', state_code = v.code
    FROM unnest(${column(invalid, 'contactPointId')}::uuid[], ${column(invalid, 'code')}::text[]) AS v (id, code)
    WHERE c.id = v.id AND c.state = 'active'
    RETURNING c.patient_id AS "patientId", c.owner`;
  const heard = await sameNumbers(
    tx,
    retired.filter(({ optedOut }) => optedOut),
  );
  const stopped = await turn(tx, heard, { granted: false, source: 'provider', at: now });
  const own = [...gone, ...stopped].filter(({ owner }) => owner === 'patient').map(({ patientId }) => patientId);
  await tellUnreachable(tx, own, now);
}

/** These contact points, and all others of their numbers. */
async function sameNumbers(tx: Sql, retired: RetiredContact[]): Promise<Heard[]> {
  if (retired.length === 0) return [];
  return tx<Heard[]>`
    SELECT DISTINCT ON (c.id) c.id AS "contactPointId", v.code, v.attempt_id AS "sourceId"
    FROM unnest(${column(retired, 'contactPointId')}::uuid[], ${column(retired, 'attemptId')}::text[],
                ${column(retired, 'code')}::text[]) AS v (id, attempt_id, code)
    JOIN contact_points k ON k.id = v.id
    JOIN contact_points c ON c.lookup = k.lookup
      AND (c.id = k.id OR (c.kind IN ('phone', 'whatsapp') AND k.kind IN ('phone', 'whatsapp')))
    ORDER BY c.id, v.attempt_id`;
}
