import { uuidv7 } from '../domain/ids.ts';
import { column, type Sql } from './pool.ts';

export const INCIDENT_KINDS = [
  'provider_down',
  'channel_down',
  'tenant_silent',
  'patient_silent',
  'outage',
  'restored',
  'quarantined',
  'callbacks_disabled',
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

/** One of a tenant's own, or of all of them (null); `affected`: how many patients or doses it touches. */
export interface TenantIncident extends Incident {
  tenantId: string | null;
  affected: number;
}

/** Opens these incidents, and adds to `affected` of those that are open. Returns the ones it opened. */
export async function growIncidents(sql: Sql, given: TenantIncident[], now: Date): Promise<TenantIncident[]> {
  if (given.length === 0) return [];
  const rows = await sql<(TenantIncident & { isNew: boolean })[]>`
    INSERT INTO incidents (id, kind, subject, tenant_id, affected, opened_at)
    SELECT *, ${now} FROM unnest(
      ${given.map(() => uuidv7(now))}::uuid[], ${column(given, 'kind')}::text[], ${column(given, 'subject')}::text[],
      ${column(given, 'tenantId')}::uuid[], ${column(given, 'affected')}::int[])
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET affected = incidents.affected + excluded.affected
    RETURNING kind, subject, tenant_id AS "tenantId", affected, xmax = 0 AS "isNew"`;
  return rows.flatMap(({ isNew, ...incident }) => (isNew ? [incident] : []));
}

/** Closes an incident. True for the one call that closed it, false when none is open. */
export async function closeIncident(sql: Sql, incident: Incident, now: Date): Promise<boolean> {
  return (await closeIncidents(sql, [incident], now)).length === 1;
}

/** Closes those of these incidents that are open, and returns them. */
export async function closeIncidents(sql: Sql, given: Incident[], now: Date): Promise<Incident[]> {
  if (given.length === 0) return [];
  return sql<Incident[]>`
    UPDATE incidents i SET closed_at = ${now}
    FROM unnest(${column(given, 'kind')}::text[], ${column(given, 'subject')}::text[]) AS v (kind, subject)
    WHERE i.kind = v.kind AND i.subject = v.subject AND i.closed_at IS NULL
    RETURNING i.kind, i.subject`;
}

/** The incidents that are open, oldest first. */
export async function openIncidents(sql: Sql): Promise<(Incident & { openedAt: Date })[]> {
  return sql<(Incident & { openedAt: Date })[]>`
    SELECT kind, subject, opened_at AS "openedAt" FROM incidents WHERE closed_at IS NULL ORDER BY opened_at, id`;
}

/** An incident as its tenant sees it. `patient` is the tenant's own id of the patient, of an incident of one. */
export interface StoredIncident {
  id: string;
  kind: Incident['kind'];
  patient: string | null;
  affected: number;
  openedAt: Date;
  closedAt: Date | null;
}

/** The tenant's incidents (open or closed ones, when given), oldest first, after the id `after`. */
export async function listIncidents(
  sql: Sql,
  want: { tenantId: string; state: 'open' | 'closed' | null; after: string | null; limit: number },
): Promise<StoredIncident[]> {
  const state = want.state === null ? sql`` : sql`AND (i.closed_at IS NULL) = ${want.state === 'open'}`;
  const after = want.after === null ? sql`` : sql`AND i.id > ${want.after}`;
  return sql<StoredIncident[]>`
    SELECT i.id, i.kind, t.external_id AS patient, i.affected, i.opened_at AS "openedAt", i.closed_at AS "closedAt"
    FROM incidents i LEFT JOIN patients t ON i.kind = 'patient_silent' AND t.id::text = i.subject AND t.tenant_id = i.tenant_id
    WHERE i.tenant_id = ${want.tenantId} ${state} ${after} ORDER BY i.id LIMIT ${want.limit}`;
}
