import { beforeEach, describe, expect, it } from 'vitest';
import { TZ_VERSION } from '#src/regimen/local-time.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear } from '#test/helpers/drive.ts';
import { replanMoved } from './replan.ts';

const app = await testDispatcher();
const NEXT = '2099z';

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z'); // 07:00 in Lima
});

const doses = async () =>
  (
    await app.sql<{ id: string; due_at: Date; state: string; reason: string | null; tz_version: string }[]>`
      SELECT id, due_at, state, reason, tz_version FROM doses ORDER BY due_at, state`
  ).map(({ due_at, ...rest }) => ({ ...rest, due: due_at.toISOString().slice(0, 16) }));
const brief = async () => (await doses()).map(({ due, state, reason, tz_version }) => [due, state, reason, tz_version]);

/** As if the tz database that planned the doses due on `day` had had the zone's clock elsewhere. */
const displace = (day: string, interval: string) => app.sql`
  UPDATE doses SET due_at = due_at + ${interval}::interval, next_action_at = due_at + ${interval}::interval
  WHERE local_date = ${day}`;

describe('a changed tz database', () => {
  it('leaves doses where they were in their rows, and records that they were looked at', async () => {
    await seedPrescription(app, await seedPatient(app));
    const before = await doses();
    expect(await replanMoved(app, NEXT)).toBe(false);
    expect(await doses()).toEqual(before.map((dose) => ({ ...dose, tz_version: NEXT })));
  });

  it('moves the doses it has elsewhere: the old ends as cancelled, the new is planned', async () => {
    await seedPrescription(app, await seedPatient(app), { times: ['08:00', '20:00'] });
    await displace('2026-11-24', '1 hour');
    await replanMoved(app, NEXT);
    expect(await brief()).toEqual([
      ['2026-11-23T13:00', 'planned', null, NEXT],
      ['2026-11-24T01:00', 'planned', null, NEXT],
      ['2026-11-24T13:00', 'planned', null, NEXT],
      ['2026-11-24T14:00', 'cancelled', 'tz_changed', TZ_VERSION],
      ['2026-11-25T01:00', 'planned', null, NEXT],
      ['2026-11-25T02:00', 'cancelled', 'tz_changed', TZ_VERSION],
    ]);
  });

  it('does not lose a dose that was to come and is past by the new reckoning', async () => {
    await seedPrescription(app, await seedPatient(app));
    await displace('2026-11-23', '1 hour');
    app.clock.set('2026-11-23T13:30:00Z');
    await replanMoved(app, NEXT);
    expect((await brief()).slice(0, 2)).toEqual([
      ['2026-11-23T13:00', 'planned', null, NEXT],
      ['2026-11-23T14:00', 'cancelled', 'tz_changed', TZ_VERSION],
    ]);
  });

  it('does not plan again what was due, nor what a change had ended', async () => {
    await seedPrescription(app, await seedPatient(app));
    await app.sql`
      UPDATE doses SET state = 'open', opened_at = due_at, due_at = due_at - interval '2 hours'
      WHERE local_date = '2026-11-23'`;
    await replanMoved(app, NEXT);
    expect((await brief()).map(([due, state]) => [due, state])).toEqual([
      ['2026-11-23T11:00', 'open'],
      ['2026-11-24T13:00', 'planned'],
    ]);
  });

  it('is taken in batches, by several schedulers at once, and can stop between them', async () => {
    for (let i = 0; i < 5; i++) await seedPrescription(app, await seedPatient(app));
    await displace('2026-11-24', '30 minutes');
    expect(await replanMoved(app, NEXT, 2)).toBe(true);
    expect((await doses()).filter(({ state }) => state === 'cancelled')).toHaveLength(2);
    await Promise.all([replanMoved(app, NEXT), replanMoved(app, NEXT)]);
    while (await replanMoved(app, NEXT));
    const all = await doses();
    expect(all.filter(({ state }) => state === 'cancelled')).toHaveLength(5);
    expect(all.filter(({ state, tz_version }) => state === 'planned' && tz_version === NEXT)).toHaveLength(10);
  });

  it('is nothing to do for a version that planned everything, or a paused prescription', async () => {
    await seedPrescription(app, await seedPatient(app));
    const before = await doses();
    expect(await replanMoved(app)).toBe(false);
    await app.sql`UPDATE prescriptions SET state = 'paused'`;
    expect(await replanMoved(app, NEXT)).toBe(false);
    expect(await doses()).toEqual(before);
  });
});
