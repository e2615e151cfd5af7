import type { Accounts } from './ledger.ts';
import { column, type Sql } from './pool.ts';

/** The accounts of one tenant's day as they were proved when it was over. */
export interface Proof extends Accounts {
  tenantId: string;
  day: string;
  /** Messages whose fate was unknown. */
  unknown: number;
  madeAt: Date;
}

/** Keeps proofs; a day that was proved before keeps the proof it has. Returns how many are new. */
export async function insertProofs(sql: Sql, proofs: Proof[]): Promise<number> {
  const inserted = await sql`
    INSERT INTO proofs (tenant_id, day, due, taken, skipped, missed, undelivered, excluded, open, unaccounted, unknown, made_at)
    SELECT * FROM unnest(
      ${column(proofs, 'tenantId')}::uuid[], ${column(proofs, 'day')}::date[], ${column(proofs, 'due')}::int[],
      ${column(proofs, 'taken')}::int[], ${column(proofs, 'skipped')}::int[], ${column(proofs, 'missed')}::int[],
      ${column(proofs, 'undelivered')}::int[], ${column(proofs, 'excluded')}::int[], ${column(proofs, 'open')}::int[],
      ${column(proofs, 'unaccounted')}::int[], ${column(proofs, 'unknown')}::int[],
      ${column(proofs, 'madeAt')}::timestamptz[]) AS v (tenant_id)
    ORDER BY v.tenant_id
    ON CONFLICT DO NOTHING`;
  return inserted.count;
}

export async function readProof(sql: Sql, tenantId: string, day: string): Promise<Proof | null> {
  const [row] = await sql<Proof[]>`
    SELECT tenant_id AS "tenantId", day, due, taken, skipped, missed, undelivered, excluded, open, unaccounted, unknown,
           made_at AS "madeAt"
    FROM proofs WHERE tenant_id = ${tenantId} AND day = ${day}`;
  return row ?? null;
}

/** A tenant's days are proved in order, from the day before it was made (zones) or, in an old database, this many days back. */
const LOOK_BACK_DAYS = 30;

/** The earliest day up to `last` that some tenants have no proof of, and those tenants; null: all is proved. */
export async function nextToProve(sql: Sql, last: string): Promise<{ day: string; tenantIds: string[] } | null> {
  const [row] = await sql<{ day: string; tenantIds: string[] }[]>`
    SELECT next AS day, array_agg(id ORDER BY id) AS "tenantIds"
    FROM (SELECT t.id, coalesce((SELECT max(day) FROM proofs p WHERE p.tenant_id = t.id) + 1,
                                greatest(t.created_at::date - 1, ${last}::date - ${LOOK_BACK_DAYS}::int)) AS next
          FROM tenants t) AS each
    WHERE next <= ${last}::date GROUP BY next ORDER BY next LIMIT 1`;
  return row ?? null;
}
