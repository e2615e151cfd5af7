import { createHash, randomBytes } from 'node:crypto';
import { uuidv7 } from '../domain/ids.ts';
import type { Sql } from './pool.ts';

/** How a tenant shares with the others, and what it expects. */
export interface TenantSettings {
  /** Its share when there is not enough for all, 1 to 100. */
  weight: number;
  /** The first reminders of routine doses are spread over these seconds, 0 to 300. */
  spreadSeconds: number;
  /** Doses it expects in its busiest minute; null: unknown. */
  peakPerMinute: number | null;
}

/** Creates a tenant with its first API key. The key is returned this once; only its SHA-256 is kept. */
export async function createTenant(
  sql: Sql,
  name: string,
  now: Date,
  { weight = 1, spreadSeconds = 0, peakPerMinute = null }: Partial<TenantSettings> = {},
): Promise<{ tenantId: string; apiKey: string }> {
  const tenantId = uuidv7(now);
  const apiKey = `dbk_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(apiKey).digest();
  await sql`
    WITH tenant AS (
      INSERT INTO tenants (id, name, weight, spread_seconds, peak_per_minute, created_at)
      VALUES (${tenantId}, ${name}, ${weight}, ${spreadSeconds}, ${peakPerMinute}, ${now}) RETURNING id)
    INSERT INTO api_keys (hash, tenant_id, created_at) SELECT ${hash}, id, ${now} FROM tenant`;
  return { tenantId, apiKey };
}

/** Changes what is given, at least one setting, of the tenant of this name. */
export async function setTenant(sql: Sql, name: string, changes: Partial<TenantSettings>): Promise<void> {
  const columns = {
    ...(changes.weight === undefined ? {} : { weight: changes.weight }),
    ...(changes.spreadSeconds === undefined ? {} : { spread_seconds: changes.spreadSeconds }),
    ...(changes.peakPerMinute === undefined ? {} : { peak_per_minute: changes.peakPerMinute }),
  };
  await sql`UPDATE tenants SET ${sql(columns)} WHERE name = ${name}`;
}

/** Null: there is no tenant of this name. */
export async function readTenant(
  sql: Sql,
  name: string,
): Promise<({ tenantId: string; name: string } & TenantSettings) | null> {
  const [row] = await sql<({ tenantId: string; name: string } & TenantSettings)[]>`
    SELECT id AS "tenantId", name, weight, spread_seconds AS "spreadSeconds", peak_per_minute AS "peakPerMinute"
    FROM tenants WHERE name = ${name}`;
  return row ?? null;
}

/** Every tenant, or the one of this name. */
export async function tenantNames(sql: Sql, name: string | null): Promise<{ id: string; name: string }[]> {
  return sql<{ id: string; name: string }[]>`
    SELECT id, name FROM tenants WHERE ${name}::text IS NULL OR name = ${name} ORDER BY name`;
}

/**
 * The peaks that all other tenants have declared, in doses a minute. Until the transaction ends nobody else changes a
 * tenant, so that two peaks that fit each alone are not accepted together; references to tenants do not wait.
 */
export async function lockOtherPeaks(tx: Sql, name: string): Promise<number> {
  await tx`LOCK TABLE tenants IN SHARE ROW EXCLUSIVE MODE`;
  const [row] = await tx<{ peak: number }[]>`
    SELECT coalesce(sum(peak_per_minute), 0)::int AS peak FROM tenants WHERE name <> ${name}`;
  return row?.peak ?? 0;
}

/** The tenant of an API key, by the SHA-256 of the key. */
export async function tenantOfKey(sql: Sql, hash: Buffer): Promise<string | null> {
  const [row] = await sql<{ tenant_id: string }[]>`
    SELECT tenant_id FROM api_keys WHERE hash = ${hash} AND revoked_at IS NULL`;
  return row?.tenant_id ?? null;
}
