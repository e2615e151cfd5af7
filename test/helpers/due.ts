import { uuidv7 } from '#src/domain/ids.ts';
import type { Policy } from '#src/domain/policy.ts';
import type { Pool } from '#src/store/pool.ts';

/** Rows of so many planned doses, of as many prescriptions of one policy, due at one moment: a rush without its patients. */
export async function seedDueDoses(
  sql: Pool,
  { doses, dueAt, policy }: { doses: number; dueAt: Date; policy: Policy },
): Promise<void> {
  const [tenant, patient] = [uuidv7(dueAt), uuidv7(dueAt)];
  const json = sql.json({ ...policy, ladder: policy.ladder.map((rung) => ({ ...rung })) });
  await sql`INSERT INTO tenants (id, name, created_at) VALUES (${tenant}, ${`Tenant ${tenant}`}, now())`;
  await sql`
    INSERT INTO patients (id, tenant_id, external_id, locale, zone, consent, created_at, updated_at)
    VALUES (${patient}, ${tenant}, 'p', 'es', 'UTC', '{"reminders":true}', now(), now())`;
  await sql`
    WITH given AS (
      INSERT INTO prescriptions (id, tenant_id, patient_id, medication, regimen, policy, planned_to, created_at, updated_at)
      SELECT gen_random_uuid(), ${tenant}, ${patient}, '', '{}', ${json}, 'infinity', now(), now()
      FROM generate_series(1, ${doses}::int)
      RETURNING id)
    INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                       window_ends_at, critical, shard, tz_version, zone, time_policy, next_action_at)
    SELECT gen_random_uuid(), ${dueAt}::timestamptz::date, 0, ${tenant}, ${patient}, id, 1, ${dueAt},
           ${dueAt}::timestamptz + interval '1 hour', false, row_number() OVER () % 2, 'x', 'UTC', 'elapsed', ${dueAt}
    FROM given`;
}
