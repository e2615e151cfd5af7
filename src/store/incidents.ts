import { uuidv7 } from '../domain/ids.ts';
import type { Sql } from './pool.ts';

export const INCIDENT_KINDS = [
  'provider_down',
  'channel_down',
  'tenant_silent',
  'patient_silent',
  'outage',
  'restored',
  'quarantined',
] as const;

/**
 * Something operators are told of once, however many messages it touches. `subject` is an account, a channel's name, or the id
 * of a tenant or patient.
 */
export interface Incident {
  kind: (typeof INCIDENT_KINDS)[number];
  subject: string;
}

/** Opens an incident. True for the one call that opened it, false while it is open already. */
export async function openIncident(sql: Sql, { kind, subject }: Incident, now: Date): Promise<boolean> {
  const inserted = await sql`
    INSERT INTO incidents (id, kind, subject, opened_at) VALUES (${uuidv7(now)}, ${kind}, ${subject}, ${now})
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING`;
  return inserted.count === 1;
}

/** Closes an incident. True for the one call that closed it, false when none is open. */
export async function closeIncident(sql: Sql, { kind, subject }: Incident, now: Date): Promise<boolean> {
  const closed = await sql`
    UPDATE incidents SET closed_at = ${now} WHERE kind = ${kind} AND subject = ${subject} AND closed_at IS NULL`;
  return closed.count === 1;
}

/** The incidents that are open, oldest first. */
export async function openIncidents(sql: Sql): Promise<(Incident & { openedAt: Date })[]> {
  return sql<(Incident & { openedAt: Date })[]>`
    SELECT kind, subject, opened_at AS "openedAt" FROM incidents WHERE closed_at IS NULL ORDER BY opened_at, id`;
}
