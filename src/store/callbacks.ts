import { CALLBACK_TEST, type CallbackEvent, type CallbackState } from '../domain/callback.ts';
import { uuidv7 } from '../domain/ids.ts';
import { column, type Sql } from './pool.ts';

type Fragment = ReturnType<Sql>;

/**
 * The end of a statement, which writes what it changed into the outbox of every endpoint that wants to hear of it. `told` is a
 * query of `event`, `tenant_id`, `patient_id`, `prescription_id`, `at` (when it happened: now) and `data` (jsonb). Ids of the
 * tenant's own are looked up only for what is written: where nobody listens this is one look at an empty table.
 */
export function callbacksFrom(sql: Sql, told: Fragment): Fragment {
  return sql`
    INSERT INTO callbacks (id, endpoint_id, tenant_id, event, payload, next_at, created_at)
    SELECT uuid_v7(t.at), e.id, t.tenant_id, t.event,
           jsonb_build_object(
             'type', t.event,
             'timestamp', ${iso(sql, 't.at')},
             'data', t.data
               || jsonb_build_object('patient', (
                    SELECT jsonb_build_object('id', id, 'externalId', external_id) FROM patients WHERE id = t.patient_id))
               || CASE WHEN t.event LIKE 'patient.%' THEN '{}' ELSE jsonb_build_object('prescription', (
                    SELECT jsonb_build_object('id', id, 'externalId', external_id) FROM prescriptions
                    WHERE id = t.prescription_id)) END),
           t.at, t.at
    FROM (${told}) AS t
    JOIN callback_endpoints e ON e.tenant_id = t.tenant_id AND e.state = 'enabled' AND t.event = ANY(e.events)`;
}

/** What every event of a dose `d` says of it. */
export function doseData(sql: Sql): Fragment {
  return sql`jsonb_build_object(
    'dose', d.id, 'localDate', d.local_date, 'dueAt', ${iso(sql, 'd.due_at')}, 'state', d.state)`;
}

/** As `callbacksFrom`, of the doses (rows of `doses`) that the statement's CTE `ended` has made missed or undelivered. */
export function doseEndCallbacks(sql: Sql): Fragment {
  return callbacksFrom(
    sql,
    sql`
      SELECT concat('dose.', d.state) AS event, d.tenant_id, d.patient_id, d.prescription_id, d.resolved_at AS at,
             ${doseData(sql)} AS data
      FROM ended d`,
  );
}

/** As `callbacksFrom`, of the cases (rows of `escalations`) in the statement's CTE `changed`. */
export function caseCallbacks(sql: Sql, event: 'escalation.opened' | 'escalation.resolved'): Fragment {
  const at = sql(event === 'escalation.opened' ? 'opened_at' : 'resolved_at');
  return callbacksFrom(
    sql,
    sql`
      SELECT ${event}::text AS event, e.tenant_id, e.patient_id, e.prescription_id, e.${at} AS at,
             jsonb_build_object('escalation', e.id, 'kind', e.kind, 'state', e.state) AS data
      FROM changed e`,
  );
}

/** An instant as RFC 3339 text in UTC, as the API writes it. */
export function iso(sql: Sql, name: string): Fragment {
  return sql`to_char(${sql(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Something that happened to a patient; `data` are the event's fields but `patient` (`CALLBACK_EVENTS`). */
export interface PatientEvent {
  tenantId: string;
  patientId: string;
  at: Date;
  data?: Record<string, string | null>;
}

/** Writes into the outbox, in the transaction of the change, what a statement of its own changed. */
export async function enqueueCallbacks(
  sql: Sql,
  event: Extract<CallbackEvent, `patient.${string}`>,
  rows: PatientEvent[],
): Promise<void> {
  if (rows.length === 0) return;
  const data = rows.map((row) => JSON.stringify(row.data ?? {}));
  await callbacksFrom(
    sql,
    sql`
      SELECT ${event}::text AS event, *, NULL::uuid AS prescription_id
      FROM unnest(${column(rows, 'tenantId')}::uuid[], ${column(rows, 'patientId')}::uuid[],
                  ${column(rows, 'at')}::timestamptz[], ${data}::text[]::jsonb[]) AS v (tenant_id, patient_id, at, data)`,
  );
}

/** A callback for the tenant to try its endpoint with, whatever it wants to hear of. */
export async function enqueueTest(
  sql: Sql,
  { tenantId, endpointId, now }: { tenantId: string; endpointId: string; now: Date },
): Promise<string> {
  const id = uuidv7(now);
  const payload = { type: CALLBACK_TEST, timestamp: now.toISOString(), data: {} };
  await sql`
    INSERT INTO callbacks (id, endpoint_id, tenant_id, event, payload, next_at, created_at)
    VALUES (${id}, ${endpointId}, ${tenantId}, ${CALLBACK_TEST}, ${sql.json(payload)}, ${now}, ${now})`;
  return id;
}

/** A callback as its tenant sees it. `nextAt`: when it is tried again, at the latest. */
export interface StoredCallback {
  id: string;
  endpointId: string;
  event: CallbackEvent | typeof CALLBACK_TEST;
  payload: { type: string; timestamp: string; data: Record<string, unknown> };
  state: CallbackState;
  tries: number;
  status: number | null;
  nextAt: Date | null;
  createdAt: Date;
}

/** The tenant's callbacks that match, oldest first, after the id `after`. */
export async function listCallbacks(
  sql: Sql,
  want: {
    tenantId: string;
    endpointId: string | null;
    state: CallbackState | null;
    event: string | null;
    after: string | null;
    limit: number;
  },
): Promise<StoredCallback[]> {
  const endpoint = want.endpointId === null ? sql`` : sql`AND endpoint_id = ${want.endpointId}`;
  // 'failed' stands in the text: there is an index of the failed ones, which are few.
  const isState = want.state === 'failed' ? sql`AND state = 'failed'` : sql`AND state = ${want.state}`;
  const state = want.state === null ? sql`` : isState;
  const event = want.event === null ? sql`` : sql`AND event = ${want.event}`;
  const after = want.after === null ? sql`` : sql`AND id > ${want.after}`;
  return select(
    sql,
    sql`tenant_id = ${want.tenantId} ${endpoint} ${state} ${event} ${after} ORDER BY id LIMIT ${want.limit}`,
  );
}

export async function readCallback(
  sql: Sql,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<StoredCallback | null> {
  const [found] = await select(sql, sql`tenant_id = ${tenantId} AND id = ${id}`);
  return found ?? null;
}

async function select(sql: Sql, where: Fragment): Promise<StoredCallback[]> {
  return sql<StoredCallback[]>`
    SELECT id, endpoint_id AS "endpointId", event, payload, state, tries, status, next_at AS "nextAt",
           created_at AS "createdAt"
    FROM callbacks WHERE ${where}`;
}

/** `delivered | failed → pending`, from the first try on. Whether there was such a callback, and its endpoint is enabled. */
export async function replayCallback(
  sql: Sql,
  { tenantId, id, now }: { tenantId: string; id: string; now: Date },
): Promise<boolean> {
  const changed = await sql`
    UPDATE callbacks c SET state = 'pending', tries = 0, next_at = ${now}
    FROM callback_endpoints e
    WHERE c.tenant_id = ${tenantId} AND c.id = ${id} AND c.state <> 'pending' AND e.id = c.endpoint_id
      AND e.state = 'enabled'`;
  return changed.count === 1;
}

/** `failed → pending` for an endpoint's callbacks of [from, to), the oldest `limit`. Returns how many. */
export async function replayFailed(
  sql: Sql,
  want: { tenantId: string; endpointId: string; from: Date; to: Date; now: Date; limit: number },
): Promise<number> {
  const replayed = await sql`
    UPDATE callbacks SET state = 'pending', tries = 0, next_at = ${want.now}
    WHERE state = 'failed' AND id IN (
      SELECT id FROM callbacks
      WHERE tenant_id = ${want.tenantId} AND endpoint_id = ${want.endpointId} AND state = 'failed'
        AND id >= (SELECT uuid_v7(greatest(${want.from}::timestamptz - interval '1 second', 'epoch'))) AND created_at >= ${want.from}
        AND id < (SELECT uuid_v7(${want.to}::timestamptz + interval '1 second')) AND created_at < ${want.to}
      ORDER BY id LIMIT ${want.limit} FOR UPDATE SKIP LOCKED)`;
  return replayed.count;
}
