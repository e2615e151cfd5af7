import { beforeEach, describe, expect, it } from 'vitest';
import { recordAck } from '#src/ack/record.ts';
import { readProof } from '#src/store/proofs.ts';
import { createTenant } from '#src/store/tenants.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { proofsPass } from './proofs.ts';

const app = await testDispatcher();
const DAY = '2026-11-23';
const OVER = new Date('2026-11-25T12:10:00Z'); // Monday is over in every zone, with a window of a day
const none = { taken: 0, skipped: 0, missed: 0, undelivered: 0, excluded: 0, open: 0, unaccounted: 0, unknown: 0 };

beforeEach(async () => {
  await clear(app);
  await app.sql`TRUNCATE proofs`;
  app.clock.set('2026-11-23T12:00:00Z');
});

/** Passes until nothing is left to prove; how many days that took. */
async function prove(): Promise<number> {
  for (let days = 0; ; days++) if (!(await proofsPass(app))) return days;
}

const proof = (day = DAY) => readProof(app.sql, app.tenantId, day);

/** A dose that was missed on the day, due at 08:00 in Lima. */
async function missedDose(): Promise<string> {
  const prescription = await seedPrescription(app, await seedPatient(app));
  for (const time of ['13:00:00', '13:10:00', '13:20:00', '14:00:00']) await driveTo(app, new Date(`${DAY}T${time}Z`));
  const [row] = await app.sql<{ id: string }[]>`
    SELECT id FROM doses WHERE prescription_id = ${prescription} AND local_date = ${DAY}`;
  return row?.id as string;
}

describe('the daily proof', () => {
  it('is made when the date is over in every zone with all its windows, and not a second before', async () => {
    await missedDose();
    app.clock.set(new Date(OVER.getTime() - 1000));
    await prove();
    expect(await proof()).toBeNull();
    app.clock.set(OVER);
    await prove();
    expect(await proof()).toEqual({ ...none, tenantId: app.tenantId, day: DAY, due: 1, missed: 1, madeAt: OVER });
  });

  it('is made of every day since the tenant was made, in order, also of days without a dose', async () => {
    app.clock.set('2026-11-27T12:10:00Z');
    expect(await prove()).toBe(4); // from the 22nd: where the tenant was made it may have been Sunday still
    for (const day of ['2026-11-22', DAY, '2026-11-24', '2026-11-25'])
      expect(await proof(day)).toMatchObject({ ...none, due: 0 });
    expect(await proof('2026-11-21')).toBeNull();
    expect(await proof('2026-11-26')).toBeNull();
    expect(await prove()).toBe(0);
  });

  it('of an old database goes back 30 days', async () => {
    await app.sql`UPDATE tenants SET created_at = '2020-01-01'`;
    app.clock.set(OVER);
    expect(await prove()).toBe(31);
    await app.sql`UPDATE tenants SET created_at = '2026-11-23T12:00:00Z'`;
  });

  it('never changes once it is made: neither by a late answer nor by another scheduler', async () => {
    const doseId = await missedDose();
    app.clock.set(OVER);
    await Promise.all([prove(), prove(), prove()]);
    await recordAck(app, { doseId, answer: 'taken', road: 'api' });
    app.clock.advance(3600);
    await prove();
    expect(await proof()).toMatchObject({ due: 1, missed: 1, taken: 0, madeAt: OVER });
  });

  it('shows a dose that nobody accounts for', async () => {
    const doseId = await missedDose();
    await app.sql`UPDATE attempts SET purpose = 'caregiver' WHERE dose_id = ${doseId}`;
    app.clock.set(OVER);
    await prove();
    expect(await proof()).toMatchObject({ due: 1, missed: 0, unaccounted: 1 });
  });

  it('has each tenant for itself, one made later from its own first day', async () => {
    await missedDose();
    app.clock.set('2026-11-24T12:00:00Z');
    const { tenantId } = await createTenant(app.sql, 'Later', app.clock.now());
    app.clock.set('2026-11-26T12:10:00Z');
    await prove();
    expect(await proof()).toMatchObject({ due: 1 });
    expect(await readProof(app.sql, tenantId, DAY)).toMatchObject({ due: 0 });
    expect(await readProof(app.sql, tenantId, '2026-11-22')).toBeNull();
    await app.sql`TRUNCATE proofs`;
    await app.sql`DELETE FROM api_keys WHERE tenant_id = ${tenantId}`;
    await app.sql`DELETE FROM tenants WHERE id = ${tenantId}`;
  });
});

describe('the metric of unaccounted doses', () => {
  const counted = async () => {
    await prove();
    const { values } = await app.metrics.unaccounted.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.why, value]));
  };

  it('counts the doses that contradict themselves by why, from the day on and until it is mended', async () => {
    const doseId = await missedDose();
    const all = {
      window_over: 0,
      cancelled_when_due: 0,
      answer_missing: 0,
      answer_not_applied: 0,
      no_reminder: 0,
      was_reminded: 0,
    };
    expect(await counted()).toEqual(all);
    await app.sql`UPDATE attempts SET purpose = 'caregiver' WHERE dose_id = ${doseId}`;
    expect(await counted()).toEqual({ ...all, no_reminder: 1 });
    await app.sql`UPDATE attempts SET purpose = 'reminder' WHERE dose_id = ${doseId}`;
    expect(await counted()).toEqual(all);
  });
});
