import type { CallbackState } from '../domain/callback.ts';
import { column, type Sql } from './pool.ts';

/** A callback that is to be sent now; URL and secrets are still encrypted. `tries` counts this one. */
export interface DueCallback {
  id: string;
  endpointId: string;
  body: string;
  tries: number;
  url: Uint8Array;
  /** The secrets that sign: the endpoint's, and for a day the one it had before. */
  secrets: Uint8Array[];
}

export interface CallbackClaim {
  now: Date;
  leaseUntil: Date;
  /** At most this many, and at most `perEndpoint` of one endpoint; of an endpoint that fails, one at a time. */
  limit: number;
  perEndpoint: number;
  /** How many of each endpoint this process has under way. */
  busy: ReadonlyMap<string, number>;
}

/**
 * Takes callbacks that are due, the endpoints in turns: each one's first, then each one's second. Until the lease is over nobody
 * else takes them; after it, they are due again.
 */
export async function claimCallbacks(sql: Sql, claim: CallbackClaim): Promise<DueCallback[]> {
  const { now, leaseUntil, limit, perEndpoint, busy } = claim;
  const rows = await sql<Row[]>`
    WITH queued AS MATERIALIZED (
      SELECT c.id, c.next_at, row_number() OVER (PARTITION BY e.id ORDER BY c.next_at) AS turn
      FROM callback_endpoints e
      LEFT JOIN unnest(${[...busy.keys()]}::uuid[], ${[...busy.values()]}::int[]) AS b (id, count) ON b.id = e.id
      CROSS JOIN LATERAL (
        SELECT id, next_at FROM callbacks WHERE endpoint_id = e.id AND next_at <= ${now}
        ORDER BY next_at
        LIMIT greatest(CASE WHEN e.failing_since IS NULL THEN ${perEndpoint}::int ELSE 1 END - coalesce(b.count, 0), 0)
        FOR UPDATE SKIP LOCKED) AS c
      WHERE e.state = 'enabled' AND (e.held_until IS NULL OR e.held_until <= ${now}))
    UPDATE callbacks c SET tries = c.tries + 1, next_at = ${leaseUntil}
    FROM callback_endpoints e
    WHERE c.id IN (SELECT id FROM queued ORDER BY turn, next_at LIMIT ${limit}) AND e.id = c.endpoint_id
    RETURNING c.id, c.endpoint_id AS "endpointId", c.payload, c.tries, e.url, e.secret,
              CASE WHEN e.old_secret_until > ${now} THEN e.old_secret END AS "oldSecret"`;
  return rows.map(({ payload, secret, oldSecret, ...row }) => ({
    ...row,
    body: JSON.stringify(payload),
    secrets: oldSecret === null ? [secret] : [secret, oldSecret],
  }));
}

interface Row {
  id: string;
  endpointId: string;
  payload: object;
  tries: number;
  url: Uint8Array;
  secret: Uint8Array;
  oldSecret: Uint8Array | null;
}

/** What became of one try. `status`: of the answer; null: none came. */
export interface CallbackOutcome {
  id: string;
  tries: number;
  state: CallbackState;
  status: number | null;
  nextAt: Date | null;
}

/** Writes what became of tries. A try whose lease was over, and which somebody else repeats by now, counts if it arrived. */
export async function settleCallbacks(sql: Sql, outcomes: CallbackOutcome[]): Promise<void> {
  await sql`
    UPDATE callbacks c SET state = v.state, next_at = v.next_at, status = v.status
    FROM unnest(${column(outcomes, 'id')}::uuid[], ${column(outcomes, 'tries')}::smallint[],
                ${column(outcomes, 'state')}::text[], ${column(outcomes, 'status')}::smallint[],
                ${column(outcomes, 'nextAt')}::timestamptz[]) AS v (id, tries, state, status, next_at)
    WHERE c.id = v.id AND c.state = 'pending' AND (c.tries = v.tries OR v.state = 'delivered')`;
}

/** How an endpoint answered: whether anything arrived, and until when it wants to be left alone. */
export interface EndpointHealth {
  id: string;
  arrived: boolean;
  heldUntil: Date | null;
}

/** Keeps how endpoints answered. Returns those that fail and did before `failingBefore`, with nothing arriving since. */
export async function noteHealth(
  sql: Sql,
  health: EndpointHealth[],
  { now, failingBefore }: { now: Date; failingBefore: Date },
): Promise<string[]> {
  const told = sql`
    unnest(${column(health, 'id')}::uuid[], ${column(health, 'arrived')}::text[]::boolean[],
           ${column(health, 'heldUntil')}::timestamptz[]) AS v (id, arrived, held_until)`;
  await sql`
    UPDATE callback_endpoints e
    SET failing_since = CASE WHEN v.arrived THEN NULL ELSE coalesce(e.failing_since, ${now}) END, held_until = v.held_until
    FROM ${told}
    WHERE e.id = v.id
      AND (v.arrived = (e.failing_since IS NOT NULL) OR v.held_until IS DISTINCT FROM e.held_until)`;
  const rows = await sql<{ id: string }[]>`
    SELECT e.id FROM callback_endpoints e JOIN ${told} ON v.id = e.id
    WHERE NOT v.arrived AND e.state = 'enabled' AND e.failing_since < ${failingBefore}`;
  return rows.map(({ id }) => id);
}

/** For how many seconds the oldest callback that could leave has been due. */
export async function callbackDelay(sql: Sql, now: Date): Promise<number> {
  const [row] = await sql<{ seconds: number }[]>`
    SELECT coalesce(extract(epoch FROM ${now}::timestamptz - min(c.next_at)), 0)::float8 AS seconds
    FROM callback_endpoints e
    CROSS JOIN LATERAL (
      SELECT next_at FROM callbacks WHERE endpoint_id = e.id AND next_at <= ${now} ORDER BY next_at LIMIT 1) AS c
    WHERE e.state = 'enabled' AND (e.held_until IS NULL OR e.held_until <= ${now})`;
  return row?.seconds ?? 0;
}
