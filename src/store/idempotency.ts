import type { Sql } from './pool.ts';

interface Key {
  tenantId: string;
  key: string;
}

/**
 * Takes a key for this transaction. A concurrent taker waits on the unique index until the first commits (and then gets
 * what it kept) or rolls back (and then takes the key itself). `null`: the key is ours.
 */
export async function takeKey(
  tx: Sql,
  { tenantId, key }: Key,
  { digest, now }: { digest: Buffer; now: Date },
): Promise<{ digest: Buffer; response: Uint8Array } | null> {
  const taken = await tx`
    INSERT INTO idempotency_keys (tenant_id, key, request, status, created_at)
    VALUES (${tenantId}, ${key}, ${digest}, 0, ${now})
    ON CONFLICT DO NOTHING`;
  if (taken.count === 1) return null;
  const [row] = await tx<{ digest: Buffer; response: Uint8Array }[]>`
    SELECT request AS digest, response FROM idempotency_keys WHERE tenant_id = ${tenantId} AND key = ${key}`;
  return row as { digest: Buffer; response: Uint8Array };
}

/** Keeps the answer (encrypted by the caller) in the same transaction as the work it tells of. */
export async function keepResponse(
  tx: Sql,
  { tenantId, key }: Key,
  { status, response }: { status: number; response: Buffer },
): Promise<void> {
  await tx`
    UPDATE idempotency_keys SET status = ${status}, response = ${response}
    WHERE tenant_id = ${tenantId} AND key = ${key}`;
}
