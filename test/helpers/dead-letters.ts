import { seedPatient, seedPrescription, type TestDispatcher } from './dispatcher.ts';

/** One dose each of so many prescriptions, due at `due`; returns the prescriptions' ids. */
export async function dueNow(app: TestDispatcher, many: number, due: Date): Promise<string[]> {
  const { sql } = app;
  const first = await seedPrescription(app, await seedPatient(app));
  await sql`DELETE FROM doses WHERE due_at <> ${due}`;
  await sql`
    WITH copies AS (
      INSERT INTO prescriptions (id, tenant_id, patient_id, medication, regimen, policy, planned_to, created_at, updated_at)
      SELECT uuidv7(), tenant_id, patient_id, medication, regimen, policy, planned_to, created_at, updated_at
      FROM prescriptions, generate_series(2, ${many}) WHERE id = ${first} RETURNING id)
    INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                       window_ends_at, critical, shard, tz_version, zone, time_policy, next_action_at)
    SELECT uuidv7(), local_date, slot, tenant_id, patient_id, copies.id, prescription_version, due_at, window_ends_at,
           critical, shard, tz_version, zone, time_policy, next_action_at
    FROM doses, copies WHERE prescription_id = ${first}`;
  const rows = await sql<{ id: string }[]>`SELECT id FROM prescriptions ORDER BY id <> ${first}, id`;
  return rows.map(({ id }) => id);
}

/** Makes a prescription's policy one that nothing can be decided by; `mend` undoes it. */
export async function poisonPolicy({ sql }: TestDispatcher, prescription: string): Promise<void> {
  await sql`UPDATE prescriptions SET policy = jsonb_build_object('was', policy) WHERE id = ${prescription}`;
}

export async function mend({ sql }: TestDispatcher, prescription: string): Promise<void> {
  await sql`UPDATE prescriptions SET policy = policy -> 'was' WHERE id = ${prescription}`;
}

/** Ways in which a dose's own contents make its batch fail, and the code it is told by. */
export const POISONS: {
  what: string;
  make: (app: TestDispatcher, prescription: string) => Promise<unknown>;
  reason: string;
}[] = [
  { what: 'a policy without a ladder', make: poisonPolicy, reason: 'TypeError' },
  {
    what: 'a ladder without times',
    make: ({ sql }, id) => sql`
      UPDATE prescriptions SET policy = jsonb_set(policy, '{ladder}', '[{"channel":"push","to":"patient"},{"channel":"sms","to":"patient"}]')
      WHERE id = ${id}`,
    reason: 'RangeError',
  },
  {
    what: 'a channel that no row can hold',
    make: ({ sql }, id) => sql`
      UPDATE prescriptions SET policy = jsonb_set(policy, '{ladder,0,channel}', 'null') WHERE id = ${id}`,
    reason: '23502',
  },
];

/** Every dead letter, oldest first. */
export const letters = ({ sql }: TestDispatcher) => sql`SELECT * FROM dead_letters ORDER BY id`;
