import { column, type Sql } from './pool.ts';

/** Which attempt a message at a provider is. */
interface ProviderRef {
  attemptId: string;
  ref: string;
}

/**
 * Keeps which attempts these messages are, for providers whose receipts name nothing else. A table of its own: an index on
 * `attempts.ref` would end the HOT updates of every attempt.
 */
export async function keepRefs(sql: Sql, account: string, refs: ProviderRef[], now: Date): Promise<void> {
  if (refs.length === 0) return;
  await sql`
    INSERT INTO provider_refs (account, ref, attempt_id, created_at)
    SELECT ${account}, v.ref, v.attempt_id, ${now}
    FROM unnest(${column(refs, 'ref')}::text[], ${column(refs, 'attemptId')}::uuid[]) AS v (ref, attempt_id)
    ON CONFLICT DO NOTHING`;
}

/** The attempts of these messages, by the provider's ids; what is not known is absent. */
export async function attemptsOfRefs(sql: Sql, account: string, refs: string[]): Promise<Map<string, string>> {
  const rows = await sql<ProviderRef[]>`
    SELECT ref, attempt_id AS "attemptId" FROM provider_refs WHERE account = ${account} AND ref = ANY(${refs}::text[])`;
  return new Map(rows.map(({ ref, attemptId }) => [ref, attemptId]));
}
