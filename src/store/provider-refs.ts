import { column, type Sql } from './pool.ts';

/** Which attempt a message at a provider is. */
interface ProviderRef {
  attemptId: string;
  ref: string;
}

/**
 * Keeps which attempts these messages are, for providers whose receipts name nothing else. An id that is given again while
 * receipts of the first may come (a day: its validity ends with the dose's window) belongs to nobody (null): better no receipt than another patient's. A table of its own: an
 * index on `attempts.ref` would end the HOT updates of every attempt.
 */
export async function keepRefs(sql: Sql, account: string, refs: ProviderRef[], now: Date): Promise<void> {
  if (refs.length === 0) return;
  await sql`
    INSERT INTO provider_refs AS p (account, ref, attempt_id, created_at)
    SELECT ${account}, v.ref, CASE count(DISTINCT v.attempt_id) WHEN 1 THEN (array_agg(v.attempt_id))[1] END, ${now}
    FROM unnest(${column(refs, 'ref')}::text[], ${column(refs, 'attemptId')}::uuid[]) AS v (ref, attempt_id)
    GROUP BY v.ref
    ON CONFLICT (account, ref) DO UPDATE SET created_at = excluded.created_at,
      attempt_id = CASE WHEN p.created_at < ${now}::timestamptz - interval '1 day' OR p.attempt_id = excluded.attempt_id
                        THEN excluded.attempt_id END`;
}

/** The attempts of these messages, by the provider's ids; what is not known, or could be of two, is absent. */
export async function attemptsOfRefs(sql: Sql, account: string, refs: string[]): Promise<Map<string, string>> {
  const rows = await sql<ProviderRef[]>`
    SELECT ref, attempt_id AS "attemptId" FROM provider_refs
    WHERE account = ${account} AND ref = ANY(${refs}::text[]) AND attempt_id IS NOT NULL`;
  return new Map(rows.map(({ ref, attemptId }) => [ref, attemptId]));
}
