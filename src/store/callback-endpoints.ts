import type { CallbackEvent } from '../domain/callback.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { Cipher } from './cipher.ts';
import { closeIncidents, growIncidents } from './incidents.ts';
import type { Sql } from './pool.ts';

export const ENDPOINT_STATES = ['enabled', 'disabled'] as const;

/** Where a tenant's own systems are told. `failingSince`: the first failure since something last arrived. */
export interface CallbackEndpoint {
  id: string;
  url: string;
  events: CallbackEvent[];
  state: (typeof ENDPOINT_STATES)[number];
  failingSince: Date | null;
  createdAt: Date;
}

interface Which {
  tenantId: string;
  id: string;
}

/** Stores an endpoint; URL and secret are kept encrypted. */
export async function createEndpoint(
  sql: Sql,
  cipher: Cipher,
  given: { tenantId: string; url: string; secret: string; events: CallbackEvent[]; now: Date },
): Promise<CallbackEndpoint> {
  const { tenantId, url, secret, events, now } = given;
  const id = uuidv7(now);
  await sql`
    INSERT INTO callback_endpoints (id, tenant_id, url, secret, events, created_at)
    VALUES (${id}, ${tenantId}, ${cipher.seal(url)}, ${cipher.seal(secret)}, ${events}, ${now})`;
  return { id, url, events, state: 'enabled', failingSince: null, createdAt: now };
}

/** Locks the tenant, so that of two endpoints made at once the second sees the first, and counts what it has. */
export async function countEndpoints(sql: Sql, tenantId: string): Promise<number> {
  await sql`SELECT 1 FROM tenants WHERE id = ${tenantId} FOR NO KEY UPDATE`;
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM callback_endpoints WHERE tenant_id = ${tenantId}`;
  return row?.count ?? 0;
}

/** The tenant's endpoints, oldest first, after the id `after`. */
export async function listEndpoints(
  sql: Sql,
  cipher: Cipher,
  want: { tenantId: string; after: string | null; limit: number },
): Promise<CallbackEndpoint[]> {
  const after = want.after === null ? sql`` : sql`AND id > ${want.after}`;
  return select(sql, cipher, sql`tenant_id = ${want.tenantId} ${after} ORDER BY id LIMIT ${want.limit}`);
}

export async function readEndpoint(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id }: Which,
): Promise<CallbackEndpoint | null> {
  const [found] = await select(sql, cipher, sql`tenant_id = ${tenantId} AND id = ${id}`);
  return found ?? null;
}

async function select(sql: Sql, cipher: Cipher, where: ReturnType<Sql>): Promise<CallbackEndpoint[]> {
  const rows = await sql<(Omit<CallbackEndpoint, 'url'> & { url: Uint8Array })[]>`
    SELECT id, url, events, state, failing_since AS "failingSince", created_at AS "createdAt"
    FROM callback_endpoints WHERE ${where}`;
  return rows.map((row) => ({ ...row, url: cipher.open(row.url) }));
}

/** What a tenant changes of an endpoint; what is not given stays. */
export interface EndpointChange {
  url?: string;
  events?: CallbackEvent[];
  state?: CallbackEndpoint['state'];
}

/** Changes an endpoint. To enable it starts its count of failures anew and ends the notice. Null: there is none. */
export async function changeEndpoint(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id, change, now }: Which & { change: EndpointChange; now: Date },
): Promise<CallbackEndpoint | null> {
  const url = change.url === undefined ? sql`` : sql`, url = ${cipher.seal(change.url)}`;
  const events = change.events === undefined ? sql`` : sql`, events = ${change.events}`;
  const state =
    change.state === 'enabled'
      ? sql`, state = 'enabled', failing_since = NULL, held_until = NULL`
      : change.state === 'disabled'
        ? sql`, state = 'disabled'`
        : sql``;
  const changed = await sql`
    UPDATE callback_endpoints SET id = id ${url} ${events} ${state} WHERE tenant_id = ${tenantId} AND id = ${id}`;
  if (changed.count === 0) return null;
  if (change.state !== undefined) await closeIncidents(sql, [noticeOf(id)], now);
  return readEndpoint(sql, cipher, { tenantId, id });
}

/** A new secret; the old one signs beside it until then. Whether there was such an endpoint. */
export async function rotateSecret(
  sql: Sql,
  cipher: Cipher,
  { tenantId, id, secret, oldUntil }: Which & { secret: string; oldUntil: Date },
): Promise<boolean> {
  const changed = await sql`
    UPDATE callback_endpoints SET old_secret = secret, old_secret_until = ${oldUntil}, secret = ${cipher.seal(secret)}
    WHERE tenant_id = ${tenantId} AND id = ${id}`;
  return changed.count === 1;
}

/** Removes an endpoint with what it was not told yet; what it was told stays on record. Whether there was one. */
export async function removeEndpoint(sql: Sql, { tenantId, id, now }: Which & { now: Date }): Promise<boolean> {
  const removed = await sql`DELETE FROM callback_endpoints WHERE tenant_id = ${tenantId} AND id = ${id}`;
  if (removed.count === 0) return false;
  await sql`DELETE FROM callbacks WHERE endpoint_id = ${id} AND next_at IS NOT NULL`;
  await closeIncidents(sql, [noticeOf(id)], now);
  return true;
}

/**
 * Disables endpoints that are of no use any more, with a notice that says how much waits for them: it stays there, and goes on
 * when the tenant enables them. Returns how many were enabled until now.
 */
export async function disableEndpoints(sql: Sql, ids: string[], now: Date): Promise<number> {
  if (ids.length === 0) return 0;
  const disabled = await sql<{ id: string; tenantId: string; waiting: number }[]>`
    UPDATE callback_endpoints e SET state = 'disabled' WHERE id = ANY(${ids}::uuid[]) AND state = 'enabled'
    RETURNING id, tenant_id AS "tenantId",
              (SELECT count(*)::int FROM callbacks WHERE endpoint_id = e.id AND next_at IS NOT NULL) AS waiting`;
  const notices = disabled.map(({ id, tenantId, waiting }) => ({ ...noticeOf(id), tenantId, affected: waiting }));
  await growIncidents(sql, notices, now);
  return disabled.length;
}

/** How many of the tenant's endpoints were disabled since they failed, and still are. */
export async function switchedOff(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM incidents
    WHERE tenant_id = ${tenantId} AND kind = 'callbacks_disabled' AND closed_at IS NULL`;
  return row?.count ?? 0;
}

const noticeOf = (id: string) => ({ kind: 'callbacks_disabled', subject: id }) as const;
