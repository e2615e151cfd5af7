import { beforeEach, describe, expect, it } from 'vitest';
import { changePrescription, putPatient } from '#src/intake/commands.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear } from '#test/helpers/drive.ts';
import { horizonPass } from './horizon.ts';

const app = await testDispatcher();
const HOUR = 3600;

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z'); // 07:00 in Lima
});

const doses = async () =>
  (await app.sql<{ due_at: Date }[]>`SELECT due_at FROM doses ORDER BY due_at`).map((row) => row.due_at.toISOString());
const cursors = async () =>
  (await app.sql<{ planned_to: Date }[]>`SELECT planned_to FROM prescriptions`).map((row) =>
    row.planned_to.toISOString(),
  );

describe('the horizon', () => {
  it('stays 48 hours ahead, and a second pass finds nothing to do', async () => {
    await seedPrescription(app, await seedPatient(app));
    const first = ['2026-11-23T13:00:00.000Z', '2026-11-24T13:00:00.000Z'];
    expect(await doses()).toEqual(first);
    app.clock.advance(2 * HOUR);
    for (let i = 0; i < 2; i++) {
      expect(await horizonPass(app)).toBe(false);
      expect(await doses()).toEqual([...first, '2026-11-25T13:00:00.000Z']);
      expect(await cursors()).toEqual(['2026-11-25T14:00:00.000Z']);
    }
  });

  it('is not touched while it is less than an hour short', async () => {
    await seedPrescription(app, await seedPatient(app));
    const before = await cursors();
    app.clock.advance(HOUR);
    await horizonPass(app);
    expect(await cursors()).toEqual(before);
  });

  it('after an outage is caught up in one pass, with no dose left out or planned twice', async () => {
    await seedPrescription(app, await seedPatient(app));
    app.clock.advance(5 * 24 * HOUR);
    await horizonPass(app);
    const days = Array.from({ length: 7 }, (_, i) => `2026-11-${23 + i}T13:00:00.000Z`);
    expect(await doses()).toEqual(days);
  });

  it('planned anew from an old cursor changes nothing', async () => {
    await seedPrescription(app, await seedPatient(app));
    const before = await doses();
    await app.sql`UPDATE prescriptions SET planned_to = '2026-11-23T00:00:00Z'`;
    await horizonPass(app);
    expect(await doses()).toEqual(before);
    expect(await cursors()).toEqual(['2026-11-25T12:00:00.000Z']);
  });

  it('records on each dose the zone and the policy it was planned by, through a gap and a move', async () => {
    app.clock.set('2027-03-27T12:00:00Z');
    await makePartitionsAhead(app.sql, app.clock.now());
    const patient = await seedPatient(app, { zone: 'Europe/Madrid' });
    await seedPrescription(app, patient, { times: ['02:30'] });
    app.clock.set('2027-03-28T02:00:00Z');
    await app.sql.begin((tx) => putPatient(app, tx, app.tenantId, { ...patient, zone: 'America/Lima' }));
    const rows = await app.sql`
      SELECT due_at, slot, zone, time_policy, state FROM doses WHERE due_at < '2027-03-29T12:00:00Z' ORDER BY due_at`;
    const common = { slot: 9000, time_policy: 'gap_before_overlap_first' };
    expect(rows).toEqual([
      // 02:30 does not exist on that day: it comes at 03:30. It was due before the move, and stays as it was.
      { ...common, due_at: new Date('2027-03-28T01:30:00Z'), zone: 'Europe/Madrid', state: 'planned' },
      { ...common, due_at: new Date('2027-03-29T00:30:00Z'), zone: 'Europe/Madrid', state: 'cancelled' },
      { ...common, due_at: new Date('2027-03-29T07:30:00Z'), zone: 'America/Lima', state: 'planned' },
    ]);
  });

  it('never reads a finished regimen again, until a change gives it doses', async () => {
    const rrules = ['FREQ=DAILY;COUNT=2;BYHOUR=8;BYMINUTE=0;BYSECOND=0'];
    const id = await seedPrescription(app, await seedPatient(app), { rrules });
    for (const hours of [49, 49]) {
      app.clock.advance(hours * HOUR);
      await horizonPass(app);
    }
    expect(await app.sql`SELECT planned_to = 'infinity' AS over FROM prescriptions`).toEqual([{ over: true }]);
    expect(await doses()).toHaveLength(2);
    const regimen = { mode: 'wall' as const, start: '2026-11-28T00:00:00', rrules, rdates: [], exdates: [] };
    await app.sql.begin((tx) => changePrescription(app, tx, app.tenantId, id, { regimen }));
    expect(await doses()).toHaveLength(4);
  });

  it.each(['paused', 'stopped'])('of a %s prescription stands still', async (state) => {
    await seedPrescription(app, await seedPatient(app));
    await app.sql`UPDATE prescriptions SET state = ${state}`;
    app.clock.advance(24 * HOUR);
    await horizonPass(app);
    expect(await doses()).toHaveLength(2);
  });

  it('of many prescriptions is moved once by several schedulers at once', async () => {
    for (let i = 0; i < 20; i++) await seedPrescription(app, await seedPatient(app));
    app.clock.advance(24 * HOUR);
    await Promise.all([horizonPass(app), horizonPass(app), horizonPass(app)]);
    await horizonPass(app);
    expect(await doses()).toHaveLength(60);
    expect(new Set(await cursors())).toEqual(new Set(['2026-11-26T12:00:00.000Z']));
  });
});
