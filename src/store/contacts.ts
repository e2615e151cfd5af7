import type { ContactKind } from '../domain/attempt.ts';
import type { ContactOwner } from '../domain/patient.ts';
import { column, type Sql } from './pool.ts';

/** A contact point without its value: enough to choose whom to reach. */
export interface ContactChoice {
  id: string;
  patientId: string;
  owner: ContactOwner;
  kind: ContactKind;
  state: 'active' | 'invalid' | 'opted_out';
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

/** A provider refused these contact points for good: they are not tried again until their value changes. */
export async function retireContacts(
  sql: Sql,
  retired: { contactPointId: string; optedOut: boolean; code: string }[],
): Promise<void> {
  if (retired.length === 0) return;
  await sql`
    UPDATE contact_points c SET state = CASE WHEN v.opted_out THEN 'opted_out' ELSE 'invalid' END, state_code = v.code
    FROM unnest(${column(retired, 'contactPointId')}::uuid[], ${column(retired, 'optedOut')}::text[]::boolean[],
                ${column(retired, 'code')}::text[]) AS v (id, opted_out, code)
    WHERE c.id = v.id AND c.state = 'active'`;
}

/** The sender of a text message said stop, or start again, whichever patients the number belongs to. */
export async function setOptOut(sql: Sql, lookup: Buffer, optedOut: boolean): Promise<void> {
  await sql`
    UPDATE contact_points SET state = ${optedOut ? 'opted_out' : 'active'}, state_code = ${optedOut ? 'stop' : null}
    WHERE lookup = ${lookup} AND kind = 'phone' AND state = ${optedOut ? 'active' : 'opted_out'}`;
}
