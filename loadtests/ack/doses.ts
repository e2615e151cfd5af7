import { prescribe, seedPatients } from '#loadtests/bench/seed.ts';
import { issueToken } from '#src/ack/tokens.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import type { Policy } from '#src/domain/policy.ts';
import type { Regimen } from '#src/domain/prescription.ts';
import type { Pool } from '#src/store/pool.ts';

/** Each patient's doses of the last hour, one a minute: more than anybody takes, so that seeding is short. */
const DOSES_PER_PATIENT = 60;
const HOUR = 3600;

/** The next rung and the end of the window come when the bench is over: nothing but answers touches these doses. */
const POLICY: Partial<Policy> = {
  ladder: [
    { afterSeconds: 0, channel: 'push', to: 'patient' },
    { afterSeconds: 3 * HOUR, channel: 'push', to: 'patient' },
  ],
  windowSeconds: 4 * HOUR,
};

/**
 * At least `count` open doses whose push a provider has accepted, and the tokens that came with the pushes, in no order.
 */
export async function openDoses(app: App, count: number): Promise<string[]> {
  const now = app.clock.now();
  const cohort = await seedPatients(app, 'Answering', Math.ceil(count / (DOSES_PER_PATIENT - 1)));
  const stamp = (date: Date) => date.toISOString().slice(0, 19);
  const from = plusSeconds(now, -HOUR);
  const regimen: Regimen = {
    mode: 'elapsed',
    start: stamp(plusSeconds(from, -86_400)), // a day before, whatever the zone makes of it
    rrules: [`FREQ=MINUTELY;UNTIL=${stamp(now).replace(/[-:]/g, '')}Z`],
    rdates: [],
    exdates: [],
  };
  await prescribe(app, cohort, regimen, from, () => POLICY);
  await app.sql`
    UPDATE doses SET state = 'open', opened_at = due_at, rung = 1, next_action_at = due_at + interval '3 hours'
    WHERE tenant_id = ${cohort.tenantId}`;
  await app.sql`
    INSERT INTO attempts (id, day, tenant_id, patient_id, dose_id, local_date, purpose, rung, channel, due_at, expires_at,
                          state, ref, created_at, accepted_at)
    SELECT uuidv7(), (now() AT TIME ZONE 'UTC')::date, tenant_id, patient_id, id, local_date, 'reminder', 0, 'push', due_at,
           window_ends_at, 'accepted', id::text, now(), now()
    FROM doses WHERE tenant_id = ${cohort.tenantId}`;
  const rows = await app.sql<{ id: string }[]>`
    SELECT id FROM doses WHERE tenant_id = ${cohort.tenantId} ORDER BY md5(id::text)`;
  const expiresAt = plusSeconds(now, 24 * HOUR);
  return rows.map(({ id }) => issueToken(app.config.tokenSecret, 'push', { doseId: id, expiresAt }));
}

/** What is wrong with the rows, where `answered` answers to as many doses were confirmed to the patients. */
export async function heldAgainstRows(app: App, answered: number): Promise<string[]> {
  const [kept] = await app.sql<{ applied: number; doses: number; all: number }[]>`
    SELECT count(*) FILTER (WHERE effect = 'applied')::int AS applied, count(DISTINCT dose_id)::int AS doses,
           count(*)::int AS all
    FROM confirmations`;
  const [{ taken = 0 } = {}] = await app.sql<{ taken: number }[]>`
    SELECT count(*)::int AS taken FROM doses WHERE state = 'taken'`;
  const counts = { ...kept, taken };
  return Object.entries(counts)
    .filter(([, n]) => n !== answered)
    .map(([name, n]) => `${answered} answers were confirmed, the rows say ${name} ${n}`);
}

/** The one table of the bare service, with `count` doses; returns their ids, in no order. */
export async function bareDoses(sql: Pool, count: number): Promise<string[]> {
  await sql`
    CREATE TABLE doses (id uuid PRIMARY KEY, state text NOT NULL DEFAULT 'open', taken_at timestamptz) WITH (fillfactor = 50)`;
  await sql`INSERT INTO doses (id) SELECT uuidv7() FROM generate_series(1, ${count}::int)`;
  await sql`VACUUM ANALYZE doses`;
  const rows = await sql<{ id: string }[]>`SELECT id FROM doses ORDER BY md5(id::text)`;
  return rows.map(({ id }) => id);
}
