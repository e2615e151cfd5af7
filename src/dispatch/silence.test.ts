import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { recordAck } from '#src/ack/record.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { completePolicy } from '#src/domain/policy.ts';
import type { Regimen } from '#src/domain/prescription.ts';
import { changePrescription, createPrescription, putPatient } from '#src/intake/commands.ts';
import { openPool } from '#src/store/pool.ts';
import { claimLook } from '#src/store/silence.ts';
import { createTenant } from '#src/store/tenants.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo, readyChunks } from '#test/helpers/drive.ts';
import { deliverChunk } from './deliver.ts';
import { lookForSilence } from './silence.ts';

const app = await testDispatcher();
const { sql, clock } = app;
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const MINUTE = 60;
const past = (seconds: number, due = DUE) => new Date(due.getTime() + seconds * 1000);
const other = openPool(app.config.databaseUrl, { max: 3 });
afterAll(() => other.end());

beforeEach(async () => {
  await clear(app);
  await sql`TRUNCATE incidents, silence_check`;
  clock.set('2026-11-23T12:00:00Z');
  await lookForSilence(app);
});

/** What a world does in a minute. */
type Minute = (at: Date) => Promise<unknown>;
const works: Minute = (at) => driveTo(app, at);
const standsStill: Minute = async () => {};
const withoutWorkers: Minute = () => ladderPass(app);

/** Lives from before the due time until `minutes` after it; the switch looks every minute. */
async function live(minute: Minute, { minutes = 10, due = DUE } = {}): Promise<void> {
  for (let i = -1; i <= minutes; i++) {
    clock.set(past(i * MINUTE, due));
    await minute(clock.now());
    await lookForSilence(app);
  }
}

const incidents = () => sql`
  SELECT kind, CASE kind WHEN 'patient_silent' THEN t.external_id ELSE i.subject END AS who, affected,
         closed_at IS NULL AS "isOpen"
  FROM incidents i LEFT JOIN patients t ON t.id::text = i.subject
  WHERE kind IN ('patient_silent', 'tenant_silent') ORDER BY i.opened_at, who`;
const openOf = (patient: PatientRecord, affected = 1) => ({
  kind: 'patient_silent',
  who: patient.externalId,
  affected,
  isOpen: true,
});
const change = (id: string, given: Parameters<typeof changePrescription>[4]) =>
  sql.begin((tx) => changePrescription(app, tx, app.tenantId, id, given));
const put = (record: PatientRecord) => sql.begin((tx) => putPatient(app, tx, app.tenantId, record));
const doseIds = async () =>
  (await sql<{ id: string }[]>`SELECT id FROM doses WHERE due_at = ${DUE}`).map(({ id }) => id);
const daily = (hour: number): Regimen => ({
  mode: 'wall',
  start: '2026-11-23T00:00:00',
  rrules: [`FREQ=DAILY;BYHOUR=${hour};BYMINUTE=0;BYSECOND=0`],
  rdates: [],
  exdates: [],
});
const answersAll = (outcome: Outcome) => () => {
  for (const channel of Object.values(app.scripted)) channel.script = Array(100).fill(outcome);
};

interface Cause {
  name: string;
  /** Done at 07:30. */
  breaks?: (prescription: string) => unknown;
  minute?: Minute;
  policy?: Parameters<typeof completePolicy>[0];
}

describe('a patient gets nothing', () => {
  it.each<Cause>([
    { name: 'the horizon did not run', breaks: () => sql`DELETE FROM doses` },
    {
      name: 'the horizon believes that the regimen is over',
      breaks: () => sql`WITH gone AS (DELETE FROM doses) UPDATE prescriptions SET planned_to = 'infinity'`,
    },
    { name: 'one row is missing', breaks: () => sql`DELETE FROM doses WHERE due_at = ${DUE}` },
    { name: 'no scheduler runs', minute: standsStill },
    { name: 'no worker runs', minute: withoutWorkers },
    {
      name: 'the scheduler came back too late',
      minute: async (at) => at >= past(2 * MINUTE) && works(at),
      policy: { usefulSeconds: 60 },
    },
    { name: 'a provider eats its messages', breaks: answersAll({ kind: 'unknown', code: 'timeout' }) },
    { name: 'a provider wants nothing now', breaks: answersAll({ kind: 'retry', code: '503' }) },
    { name: 'providers refuse the messages', breaks: answersAll({ kind: 'message_failed', code: '401' }) },
    {
      name: 'the dose failed and is put off',
      breaks: () => sql`UPDATE doses SET next_action_at = next_action_at + interval '20 minutes'`,
    },
    {
      name: 'the dose was planned for another hour',
      breaks: () => sql`
        UPDATE doses SET due_at = due_at + interval '8 h', window_ends_at = window_ends_at + interval '8 h',
          next_action_at = next_action_at + interval '8 h'`,
    },
    {
      name: 'a change cancelled the doses and planned none',
      breaks: async (id) => {
        await change(id, { regimen: daily(8) });
        await sql`DELETE FROM doses WHERE state = 'planned'`;
      },
    },
    {
      name: 'the chunk was lost with its messages',
      minute: async (at) => {
        await ladderPass(app);
        if (at >= DUE) await sql`UPDATE chunks SET state = 'done', lease_until = NULL`;
      },
    },
    {
      name: 'the regimen can be read no more',
      breaks: () => sql`UPDATE prescriptions SET regimen = jsonb_set(regimen, '{rrules}', '["FREQ=NEVER"]')`,
    },
  ])('$name', async ({ breaks = () => {}, minute = works, policy = {} }) => {
    const silent = await seedPatient(app);
    const id = await seedPrescription(app, silent, { policy });
    clock.set(past(-30 * MINUTE));
    await breaks(id);
    await live(minute);
    expect(await incidents()).toMatchObject([{ kind: 'patient_silent', who: silent.externalId, isOpen: true }]);
  });

  it('and the others, who got theirs, are no incident', async () => {
    const [heard, silent] = [await seedPatient(app), await seedPatient(app)];
    await seedPrescription(app, heard);
    await seedPrescription(app, silent);
    const twin = await seedPrescription(app, silent);
    await sql`DELETE FROM doses WHERE prescription_id = ${twin}`;
    await live(works);
    expect(await incidents()).toEqual([openOf(silent)]);
  });
});

interface Explained {
  name: string;
  patient?: Partial<PatientRecord>;
  times?: string[];
  /** Done at each of these seconds after the due time. */
  does?: Record<number, (about: { id: string; patient: PatientRecord }) => unknown>;
  minute?: Minute;
}

describe('no alarm', () => {
  const answers = (answer: 'taken' | 'skipped' | 'snoozed') => async () => {
    for (const doseId of await doseIds()) await recordAck(app, { doseId, answer, road: 'api' });
  };
  it.each<Explained>([
    { name: 'when everything works' },
    { name: 'without consent', patient: { consent: { reminders: false } } },
    {
      name: 'when consent was withdrawn before',
      does: { [-60]: ({ patient }) => put({ ...patient, consent: { reminders: false } }) },
    },
    {
      name: 'when consent was given a moment later',
      patient: { consent: { reminders: false } },
      does: { 180: ({ patient }) => put({ ...patient, consent: { reminders: true } }) },
    },
    { name: 'without consent to any road there is', patient: { consent: { reminders: true, channels: [] } } },
    { name: 'without a contact', patient: { contacts: [] } },
    {
      name: 'when the phone said stop',
      patient: { contacts: [{ kind: 'phone', value: '+51933333333' }] },
      does: { [-60]: () => sql`UPDATE contact_points SET state = 'opted_out', state_code = 'stop'` },
    },
    {
      name: 'when the app is gone, as the provider says',
      patient: { contacts: [{ kind: 'push', value: 'sim-token-gone' }] },
      does: { [-60]: answersAll({ kind: 'contact_failed', code: 'UNREGISTERED', optedOut: false }) },
    },
    {
      name: 'when the next road was opened a moment ago',
      does: { [-60]: answersAll({ kind: 'contact_failed', code: 'UNREGISTERED', optedOut: false }) },
      minute: async (at) => {
        const late = past(7 * MINUTE);
        if (at > past(8 * MINUTE)) return works(at);
        if (at.getTime() === late.getTime()) for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
        await ladderPass(app);
      },
    },
    { name: 'in quiet hours', patient: { quietHours: { from: '07:00', to: '09:00' } } },
    { name: 'when it was paused before', does: { [-60]: ({ id }) => change(id, { state: 'paused' }) } },
    {
      name: 'when it was paused then, and is not now',
      does: { [-60]: ({ id }) => change(id, { state: 'paused' }), 180: ({ id }) => change(id, { state: 'active' }) },
    },
    { name: 'when it was stopped', does: { [-1]: ({ id }) => change(id, { state: 'stopped' }) } },
    { name: 'when the patient has died', does: { [-60]: ({ patient }) => put({ ...patient, deceased: true }) } },
    {
      name: 'when the patient has died since',
      does: { 120: ({ patient }) => put({ ...patient, deceased: true }) },
      minute: standsStill,
    },
    { name: 'when it was answered before', does: { [-600]: answers('taken') } },
    { name: 'when it was declined before', does: { [-600]: answers('skipped') } },
    {
      name: 'when it was put off',
      does: { [-60]: answersAll({ kind: 'unknown', code: 'timeout' }), 60: answers('snoozed') },
    },
    { name: 'when it is now due at another time', does: { [-1]: ({ id }) => change(id, { regimen: daily(9) }) } },
    {
      name: 'when it was moved here a moment before',
      times: ['09:00'],
      does: { [-1]: ({ id }) => change(id, { regimen: daily(8) }) },
    },
    {
      name: 'when it was moved here a moment later',
      times: ['09:00'],
      does: { 1: ({ id }) => change(id, { regimen: daily(8) }) },
    },
    {
      name: 'when the patient moved to this zone a moment later',
      patient: { zone: 'Europe/Madrid' },
      does: { 180: ({ patient }) => put({ ...patient, zone: 'America/Lima' }) },
    },
    {
      name: 'when this dose was cancelled',
      does: {
        [-60]: () => sql`
          UPDATE doses SET state = 'cancelled', reason = 'fasting', resolved_at = ${clock.now()}, next_action_at = NULL
          WHERE due_at = ${DUE}`,
      },
    },
    {
      name: 'when the tenant spreads its reminders',
      does: { [-60]: () => sql`UPDATE tenants SET spread_seconds = 300` },
    },
  ])('$name', async ({ patient: given = {}, times = ['08:00'], does = {}, minute = works }) => {
    const patient = await seedPatient(app, given);
    const id = await seedPrescription(app, patient, { times });
    for (const [seconds, act] of Object.entries(does).sort(([a], [b]) => Number(a) - Number(b))) {
      const at = past(Number(seconds));
      for (let i = -1; past(i * MINUTE) < at; i++) {
        clock.set(past(i * MINUTE));
        await minute(clock.now());
      }
      clock.set(at);
      await act({ id, patient });
    }
    const last = Math.max(-1, ...Object.keys(does).map(Number));
    for (let i = Math.ceil(last / MINUTE); i <= 20; i++) {
      clock.set(past(i * MINUTE));
      await minute(clock.now());
      await lookForSilence(app);
    }
    await sql`UPDATE tenants SET spread_seconds = 0`;
    expect(await incidents()).toEqual([]);
  });

  it.each([
    { night: 'that the clocks go back', from: '2026-10-24T20:00:00Z', start: '2026-10-24T00:00:00' },
    { night: 'that the clocks go forward', from: '2026-03-28T20:00:00Z', start: '2026-03-28T00:00:00' },
  ])('in the night $night', async ({ from, start }) => {
    await sql`SELECT make_partitions('2026-03-01', '2026-04-30')`;
    await sql`TRUNCATE silence_check`;
    clock.set(from);
    await lookForSilence(app);
    for (const mode of ['wall', 'elapsed'] as const) {
      const patient = await seedPatient(app, { zone: 'Europe/Madrid' });
      const rrules = mode === 'wall' ? ['FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30;BYSECOND=0'] : ['FREQ=HOURLY'];
      const regimen = { ...daily(8), mode, start, rrules };
      const command = { patient: patient.externalId, medication: 'x', regimen, policy: completePolicy({}) };
      await sql.begin((tx) => createPrescription(app, tx, app.tenantId, command));
    }
    const begin = clock.now();
    for (let minute = 0; minute <= 12 * 60; minute += 10) {
      await driveTo(app, past(minute * MINUTE, begin));
      clock.set(past(minute * MINUTE + 8 * MINUTE, begin));
      await lookForSilence(app);
    }
    expect(app.scripted.push.sent.length).toBeGreaterThan(15);
    expect(await incidents()).toEqual([]);
  });
});

describe('the switch', () => {
  it('alarms within ten minutes, and not before a reminder may still leave', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient);
    for (let seconds = 0; seconds <= 7 * MINUTE; seconds += 15) {
      clock.set(past(seconds));
      await lookForSilence(app);
    }
    expect(await incidents()).toEqual([]);
    await driveTo(app, past(7 * MINUTE + 1));
    app.scripted.push.sent = [];
    clock.set(past(8 * MINUTE + 15));
    await lookForSilence(app);
    expect(await incidents()).toEqual([]);
    const late = await seedPrescription(app, patient, { times: ['08:30'] });
    await sql`DELETE FROM doses WHERE prescription_id = ${late}`;
    await live(standsStill, { due: past(30 * MINUTE), minutes: 9 });
    expect(await incidents()).toEqual([openOf(patient)]);
  });

  it('tells one incident however many schedulers look at once, and counts its doses once', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient);
    clock.set(past(9 * MINUTE));
    const looked = await Promise.all(
      Array.from({ length: 6 }, (_, i) => lookForSilence(i % 2 === 0 ? app : { ...app, sql: other })),
    );
    expect(looked.filter(Boolean)).toHaveLength(1);
    expect(await incidents()).toEqual([openOf(patient)]);
  });

  it('grows an incident while it is open, and closes it with the next dose that leaves', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient, { times: ['08:00', '10:00', '12:00'] });
    await live(standsStill);
    await live(standsStill, { due: past(2 * 3600) });
    expect(await incidents()).toEqual([openOf(patient, 2)]);
    await live(works, { due: past(4 * 3600) });
    expect(await incidents()).toEqual([{ ...openOf(patient, 2), isOpen: false }]);
  });

  it('closes the incident of somebody whose prescription is stopped', async () => {
    const patient = await seedPatient(app);
    const id = await seedPrescription(app, patient);
    await live(standsStill);
    await change(id, { state: 'stopped' });
    clock.set(past(15 * MINUTE));
    await lookForSilence(app);
    expect(await incidents()).toEqual([{ ...openOf(patient), isOpen: false }]);
  });

  it('keeps the incident of the last dose of a course open for a day', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient, { rrules: ['FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;COUNT=1'] });
    await live(standsStill);
    clock.set(past(24 * 3600));
    await lookForSilence(app);
    expect(await incidents()).toEqual([openOf(patient)]);
    clock.set(past(25 * 3600));
    await lookForSilence(app);
    expect(await incidents()).toEqual([{ ...openOf(patient), isOpen: false }]);
  });

  it('makes one incident of many patients of a tenant, none of the other tenant, and closes it', async () => {
    const neighbour = await createTenant(sql, `Neighbour ${Date.now()}`, clock.now());
    const theirs = { ...app, ...neighbour };
    await seedPrescription(theirs, await seedPatient(theirs), { times: ['08:00'] });
    for (let i = 0; i < 12; i++) await seedPrescription(app, await seedPatient(app), { times: ['08:00', '10:00'] });
    await live(async (at) => {
      await sql`UPDATE doses SET next_action_at = ${past(3600, at)} WHERE tenant_id = ${app.tenantId} AND next_action_at <= ${past(3600, at)}`;
      await works(at);
    });
    const silent = { kind: 'tenant_silent', who: app.tenantId, affected: 12 };
    expect(await incidents()).toEqual([{ ...silent, isOpen: true }]);
    await live(works, { due: past(2 * 3600) });
    expect(await incidents()).toEqual([{ ...silent, isOpen: false }]);
  });

  it('catches up on an hour in which no scheduler looked', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient, { times: ['08:00', '08:30'] });
    clock.set(past(3600));
    await lookForSilence(app);
    expect(await incidents()).toEqual([openOf(patient, 2)]);
  });

  it('looks at a day after days in which no scheduler looked, and not at what came before', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient);
    clock.set(past(3 * 86_400 + 3600));
    await lookForSilence(app);
    expect(await incidents()).toEqual([openOf(patient, 1)]);
  });

  it('takes over from a scheduler that died while it looked', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient);
    clock.set(past(8 * MINUTE));
    const [now, first] = [clock.now(), DUE];
    expect(await claimLook(sql, { now, first, before: DUE, leaseUntil: past(30, now) })).not.toBeNull();
    expect(await lookForSilence(app)).toBe(false);
    clock.advance(30);
    expect(await lookForSilence(app)).toBe(true);
    expect(await incidents()).toEqual([openOf(patient)]);
  });

  it('counts a dose once though a scheduler that was paused while it looked goes on', async () => {
    await seedPrescription(app, await seedPatient(app));
    clock.set(past(9 * MINUTE));
    const leased = async () => (await sql`SELECT 1 FROM silence_check WHERE lease_until > ${clock.now()}`).length === 1;
    const looks: Promise<boolean>[] = [];
    await other.begin(async (tx) => {
      await tx`LOCK TABLE prescriptions`;
      for (let i = 0; i < 2; i++) {
        looks.push(lookForSilence(app));
        await expect.poll(leased).toBe(true);
        clock.advance(31);
      }
    });
    expect((await Promise.all(looks)).toSorted()).toEqual([false, true]);
    expect(await incidents()).toMatchObject([{ affected: 1 }]);
  });

  it('told to stop gives the look back at once', async () => {
    const patient = await seedPatient(app);
    await seedPrescription(app, patient);
    clock.set(past(9 * MINUTE));
    expect(await lookForSilence(app, AbortSignal.abort())).toBe(false);
    expect(await lookForSilence({ ...app, sql: other })).toBe(true);
    expect(await incidents()).toEqual([openOf(patient)]);
  });
});
