import { beforeEach, describe, expect, it } from 'vitest';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear } from '#test/helpers/drive.ts';
import type { DoseState } from '../domain/dose.ts';
import { uuidv7 } from '../domain/ids.ts';
import { adherence } from './adherence.ts';

const app = await testDispatcher();
const FROM = new Date('2026-11-01T00:00:00Z');
const TO = new Date('2026-11-08T00:00:00Z');
const NOW = new Date('2026-11-08T00:00:00Z');

beforeEach(() => clear(app));

type Given = { day: number; hour?: number; state: DoseState; late?: boolean };

/** Doses of a new patient, as the ledger would hold them: an hour's window each. Times are UTC. */
async function ledger(doses: Given[]): Promise<{ patientId: string; prescriptionId: string }> {
  app.clock.set('2026-11-23T12:00:00Z');
  const prescriptionId = await seedPrescription(app, await seedPatient(app));
  await app.sql`DELETE FROM doses WHERE prescription_id = ${prescriptionId}`;
  const [row] = await app.sql<
    { patient_id: string }[]
  >`SELECT patient_id FROM prescriptions WHERE id = ${prescriptionId}`;
  const patientId = row?.patient_id as string;
  for (const { day, hour = 13, state, late = false } of doses) {
    const due = new Date(Date.UTC(2026, 10, day, hour));
    const pending = state === 'planned' || state === 'open';
    await app.sql`
      INSERT INTO doses (id, local_date, slot, tenant_id, patient_id, prescription_id, prescription_version, due_at,
                         window_ends_at, critical, shard, tz_version, zone, time_policy, state, late, reason, next_action_at, opened_at,
                         resolved_at, missed_at, taken_at)
      VALUES (${uuidv7(due)}, ${due.toISOString().slice(0, 10)}, ${hour * 3600}, ${app.tenantId}, ${patientId},
              ${prescriptionId}, 1, ${due}, ${new Date(due.getTime() + 3_600_000)}, false, 0, 'x', 'America/Lima', 'elapsed', ${state}, ${late},
              ${'x'}, ${pending ? due : null}, ${due}, ${pending ? null : due}, ${due}, ${state === 'taken' ? due : null})`;
  }
  return { patientId, prescriptionId };
}

const report = (scope: object = {}) =>
  adherence(app.sql, { tenantId: app.tenantId, from: FROM, to: TO, now: NOW, ...scope });

const times = (n: number, dose: (day: number) => Given) => Array.from({ length: n }, (_, i) => dose(i + 1));

describe('a week worked out by hand', () => {
  // Morning and evening, seven days: 14 doses. Mornings: all taken, the last one late. Evenings: 2 taken, 1 skipped,
  // 1 missed, 1 undelivered, 1 excluded (paused), 1 still open.
  const evenings: DoseState[] = ['taken', 'taken', 'skipped', 'missed', 'undelivered', 'excluded', 'open'];
  const week = [
    ...times(7, (day) => ({ day, state: 'taken', late: day === 7 })),
    ...evenings.map((state, i) => ({ day: i + 1, hour: 22, state })),
  ];

  it('counts every dose once and states each rate over E = 12', async () => {
    await ledger(week);
    expect(await report()).toEqual({
      from: FROM,
      to: TO,
      due: 14,
      taken: 9,
      takenInTime: 8,
      skipped: 1,
      missed: 1,
      undelivered: 1,
      excluded: 1,
      open: 1,
      expected: 12,
      taking: 9 / 12,
      timing: 8 / 12,
      reportingRate: 10 / 12,
      undeliveredRate: 1 / 12,
      bounds: [9 / 12, 11 / 12], // the missed and the undelivered one may have been taken: nobody said
      correctDays: 4 / 7, // days 1, 2, 6 (its evening does not count) and 7 (its evening is open)
    });
  });

  it("does not mix patients' days, prescriptions or tenants", async () => {
    const one = await ledger([{ day: 1, state: 'taken' }]);
    await ledger([{ day: 1, state: 'missed' }]);
    expect(await report()).toMatchObject({ due: 2, taking: 0.5, correctDays: 0.5 });
    expect(await report({ patientId: one.patientId })).toMatchObject({ due: 1, taking: 1, correctDays: 1 });
    expect(await report({ prescriptionId: one.prescriptionId })).toMatchObject({ due: 1, taking: 1 });
    expect(await report({ tenantId: uuidv7(NOW) })).toMatchObject({ due: 0, taking: null });
  });
});

describe('nothing expected gives no rate', () => {
  it.each([
    { name: 'no dose at all', doses: [] },
    {
      name: 'excluded and cancelled ones only',
      doses: [
        { day: 1, state: 'excluded' },
        { day: 2, state: 'cancelled' },
      ],
    },
    {
      name: 'open and planned ones only',
      doses: [
        { day: 1, state: 'open' },
        { day: 2, state: 'planned' },
      ],
    },
  ] as { name: string; doses: Given[] }[])('$name', async ({ doses }) => {
    await ledger(doses);
    const rates = {
      taking: null,
      timing: null,
      reportingRate: null,
      undeliveredRate: null,
      bounds: null,
      correctDays: null,
    };
    expect(await report()).toMatchObject({ due: doses.length, expected: 0, ...rates });
  });
});

describe('which doses', () => {
  it.each([
    { name: 'due at the first instant', due: '2026-11-01T00:00', count: 1 },
    { name: 'due at the last hour', due: '2026-11-07T23:00', count: 1 },
    { name: 'due at the end: of the next period', due: '2026-11-08T00:00', count: 0 },
    { name: 'due before', due: '2026-10-31T23:00', count: 0 },
  ])('$name: $count', async ({ due, count }) => {
    const at = new Date(`${due}Z`);
    await ledger([{ day: at.getUTCMonth() === 9 ? 0 : at.getUTCDate(), hour: at.getUTCHours(), state: 'taken' }]);
    expect((await report({ now: new Date('2026-11-20T00:00:00Z') })).due).toBe(count);
  });

  it('one that was answered counts from the end of its window, not before', async () => {
    await ledger([{ day: 1, hour: 13, state: 'taken' }]);
    const at = (time: string) => report({ now: new Date(`2026-11-01T${time}Z`) });
    expect(await at('13:59:59')).toMatchObject({ due: 1, open: 1, taken: 0, taking: null });
    expect(await at('14:00:00')).toMatchObject({ due: 1, open: 0, taken: 1, taking: 1 });
  });

  it('always add up', async () => {
    const states: DoseState[] = [
      'taken',
      'skipped',
      'missed',
      'undelivered',
      'excluded',
      'cancelled',
      'open',
      'planned',
    ];
    await ledger(states.flatMap((state, i) => times((i % 3) + 1, (day) => ({ day, hour: i + 10, state }))));
    const r = await report();
    expect(r.due).toBe(r.taken + r.skipped + r.missed + r.undelivered + r.excluded + r.open);
    expect(r.expected).toBe(r.due - r.excluded - r.open);
    const [least, most] = r.bounds as [number, number];
    expect(least).toBe(r.taking);
    expect(most).toBeGreaterThan(least);
    expect(most).toBeLessThanOrEqual(1);
  });
});
