import { createHash, randomBytes } from 'node:crypto';
import { uuidv7 } from '../domain/ids.ts';
import type { Sql } from './pool.ts';

/** Creates a tenant with its first API key. The key is returned this once; only its SHA-256 is kept. */
export async function createTenant(sql: Sql, name: string, now: Date): Promise<{ tenantId: string; apiKey: string }> {
  const tenantId = uuidv7(now);
  const apiKey = `dbk_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(apiKey).digest();
  await sql`
    WITH tenant AS (INSERT INTO tenants (id, name, created_at) VALUES (${tenantId}, ${name}, ${now}) RETURNING id)
    INSERT INTO api_keys (hash, tenant_id, created_at) SELECT ${hash}, id, ${now} FROM tenant`;
  return { tenantId, apiKey };
}

/** The tenant of an API key, by the SHA-256 of the key. */
export async function tenantOfKey(sql: Sql, hash: Buffer): Promise<string | null> {
  const [row] = await sql<{ tenant_id: string }[]>`
    SELECT tenant_id FROM api_keys WHERE hash = ${hash} AND revoked_at IS NULL`;
  return row?.tenant_id ?? null;
}
