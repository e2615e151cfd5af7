import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { recordAck } from '#src/ack/record.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import { applyReceipts } from '#src/dispatch/receipts.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import type { Chunk } from '#src/store/chunks.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo, readyChunks, rescuePass } from '../helpers/drive.ts';

const app = await testDispatcher();
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima
const accepted: Outcome = { kind: 'accepted', ref: 'ref' };
const gone: Outcome = { kind: 'contact_failed', code: 'UNREGISTERED', optedOut: false };

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

/** Drives everything to `minutes` after 08:00. */
const at = (minutes: number) => driveTo(app, new Date(Date.parse(DUE) + minutes * 60_000));

async function doseOf(prescriptionId: string) {
  const [dose] = await app.sql`SELECT * FROM doses WHERE prescription_id = ${prescriptionId} AND due_at = ${DUE}`;
  return dose as Record<string, unknown> & { id: string };
}

async function attemptsOf(doseId: string) {
  return app.sql`SELECT channel, purpose, state, code FROM attempts WHERE dose_id = ${doseId} ORDER BY created_at, rung`;
}

const left = () => Object.values(app.scripted).flatMap((channel) => channel.sent.map((m) => [channel.name, m.purpose]));

describe('a dose nobody answers', () => {
  it('climbs the ladder and is missed at the end of its window', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await at(0);
    expect(left()).toEqual([['push', 'reminder']]);
    await at(9);
    expect(left()).toHaveLength(1);
    await at(10);
    await at(20);
    expect(left()).toEqual([
      ['push', 'reminder'],
      ['sms', 'reminder'],
      ['email', 'reminder'],
    ]);
    await at(59);
    expect((await doseOf(id)).state).toBe('open');
    await at(60);
    expect(await doseOf(id)).toMatchObject({ state: 'missed', next_action_at: null });
    expect(await app.sql`SELECT 1 FROM escalations WHERE prescription_id = ${id}`).toHaveLength(0);
  });

  it('is undelivered, not missed, when no provider took a reminder', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    for (const channel of Object.values(app.scripted)) channel.script = [gone];
    await at(0);
    const reminders = left().filter(([, purpose]) => purpose === 'reminder');
    expect(reminders.map(([channel]) => channel)).toEqual(['push', 'sms', 'email']); // each failure hastens the next rung
    await at(60);
    expect(await doseOf(id)).toMatchObject({ state: 'undelivered', reason: 'UNREGISTERED' });
    const states = await app.sql`
      SELECT c.state FROM contact_points c JOIN prescriptions p USING (patient_id) WHERE p.id = ${id} AND owner = 'patient'`;
    expect(states.map((row) => row.state)).toEqual(['invalid', 'invalid', 'invalid']);
    expect(left().filter(([, purpose]) => purpose === 'escalation')).toHaveLength(1); // nothing reaches the patient any more
  });

  it('opens one case when it is critical, tells the clinician once, and appends further misses', async () => {
    const id = await seedPrescription(app, await seedPatient(app), {
      times: ['08:00', '08:20'],
      policy: { critical: true },
    });
    for (const minute of [0, 10, 20, 30, 40, 50, 60, 80]) await at(minute);
    const [open, ...others] = await app.sql`
      SELECT kind, state, (SELECT count(*)::int FROM escalation_doses WHERE escalation_id = e.id) AS doses
      FROM escalations e WHERE prescription_id = ${id}`;
    expect(open).toEqual({ kind: 'missed_critical', state: 'open', doses: 2 });
    expect(others).toEqual([]);
    expect(left().filter(([, purpose]) => purpose === 'escalation')).toEqual([['email', 'escalation']]);
    expect(left().filter(([, purpose]) => purpose === 'caregiver')).toHaveLength(2);
  });

  it('goes to the next clinician contact when the first cannot be reached', async () => {
    await seedPrescription(app, await seedPatient(app), { policy: { critical: true } });
    for (const minute of [0, 10, 20, 30]) await at(minute);
    app.scripted.email.script = [gone];
    await at(60);
    const escalations = left().filter(([, purpose]) => purpose === 'escalation');
    expect(escalations).toEqual(
      expect.arrayContaining([
        ['email', 'escalation'],
        ['sms', 'escalation'],
      ]),
    );
    expect(escalations).toHaveLength(2);
  });

  it('goes to the next clinician contact when a callback says the first message failed', async () => {
    await seedPrescription(app, await seedPatient(app), { policy: { critical: true } });
    for (const minute of [0, 10, 20, 30, 60]) await at(minute);
    const told = app.scripted.email.sent.find((message) => message.purpose === 'escalation');
    const attemptId = told?.attemptId ?? '';
    await applyReceipts(app, [{ attemptId, state: 'failed', ref: `ref-${attemptId}`, code: 'bounced' }]);
    await at(61);
    expect(
      left()
        .filter(([, purpose]) => purpose === 'escalation')
        .sort(),
    ).toEqual([
      ['email', 'escalation'],
      ['sms', 'escalation'],
    ]);
  });

  it('opens a case for a routine prescription after the agreed misses in a row', async () => {
    const id = await seedPrescription(app, await seedPatient(app), {
      times: ['08:00', '08:20'],
      policy: { missesInARow: 2, windowSeconds: 1500 },
    });
    for (const minute of [0, 20, 25]) await at(minute);
    expect(await app.sql`SELECT 1 FROM escalations WHERE prescription_id = ${id}`).toHaveLength(0);
    await at(45);
    expect(await app.sql`SELECT kind FROM escalations WHERE prescription_id = ${id}`).toEqual([
      { kind: 'missed_streak' },
    ]);
  });
});

describe('an answer', () => {
  it('ends the dose and what was still to be sent', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await at(0);
    const dose = await doseOf(id);
    expect(await recordAck(app, { doseId: dose.id, answer: 'taken', road: 'push_action' })).toMatchObject({
      effect: 'applied',
    });
    expect(await recordAck(app, { doseId: dose.id, answer: 'taken', road: 'link' })).toMatchObject({
      effect: 'repeated',
    });
    for (const minute of [10, 20, 60]) await at(minute);
    expect(left()).toHaveLength(1);
    expect(await doseOf(id)).toMatchObject({ state: 'taken', late: false });
  });

  it('given while a reminder waits for its moment keeps it from leaving', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await at(0);
    app.clock.advance(600);
    await ladderPass(app); // the SMS is an intent in a queued chunk
    const dose = await doseOf(id);
    await recordAck(app, { doseId: dose.id, answer: 'taken', road: 'push_action' });
    await at(10);
    expect(left().map(([channel]) => channel)).toEqual(['push']);
    expect(await attemptsOf(dose.id)).toMatchObject([
      { state: 'delivered' }, // the action was pressed on it
      { channel: 'sms', state: 'cancelled', code: 'dose_taken' },
    ]);
  });

  it('after the window turns the miss into taken (late) and settles the case', async () => {
    const id = await seedPrescription(app, await seedPatient(app), { policy: { critical: true } });
    for (const minute of [0, 60]) await at(minute);
    const dose = await doseOf(id);
    expect(dose.state).toBe('missed');
    app.clock.advance(60);
    await recordAck(app, { doseId: dose.id, answer: 'taken', road: 'link' });
    expect(await doseOf(id)).toMatchObject({ state: 'taken', late: true, missed_at: expect.any(Date) });
    expect(await app.sql`SELECT state, resolution FROM escalations WHERE prescription_id = ${id}`).toEqual([
      { state: 'resolved', resolution: 'answered late' },
    ]);
  });

  it('"later" repeats the rung after the snooze and not before', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await at(0);
    app.clock.advance(60);
    await recordAck(app, { doseId: (await doseOf(id)).id, answer: 'snoozed', road: 'push_action' });
    await at(10);
    expect(left()).toHaveLength(1);
    await at(11);
    expect(left().map(([channel]) => channel)).toEqual(['push', 'push']);
  });

  it('"later" given late in the useful time is not a late reminder', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await at(0);
    app.clock.advance(9 * 60);
    await recordAck(app, { doseId: (await doseOf(id)).id, answer: 'snoozed', road: 'push_action' });
    await at(19);
    expect(left().map(([channel]) => channel)).toEqual(['push', 'push']);
    expect(await doseOf(id)).toMatchObject({ state: 'open' });
  });

  it('long before its time is refused and kept', async () => {
    app.clock.set('2026-11-22T20:00:00Z');
    const id = await seedPrescription(app, await seedPatient(app));
    const dose = await doseOf(id);
    expect(await recordAck(app, { doseId: dose.id, answer: 'taken', road: 'api' })).toMatchObject({
      effect: 'refused',
    });
    expect(await doseOf(id)).toMatchObject({ state: 'planned' });
    expect(await app.sql`SELECT effect FROM confirmations WHERE dose_id = ${dose.id}`).toEqual([{ effect: 'refused' }]);
  });
});

describe('an outcome', () => {
  const cases: {
    name: string;
    script: Outcome[];
    next: () => Promise<void>;
    sent: string[];
    push: Record<string, unknown>;
  }[] = [
    {
      name: 'retry: the same attempt goes out again after Retry-After',
      script: [{ kind: 'retry', code: '429', retryAfterMs: 30_000 }, accepted],
      next: () => at(1),
      sent: ['push', 'push'],
      push: { state: 'accepted' },
    },
    {
      name: 'retry past the useful time: failed, the next rung at once',
      script: [{ kind: 'retry', code: '503', retryAfterMs: 3_600_000 }],
      next: () => at(0),
      sent: ['push', 'sms'],
      push: { state: 'failed', code: '503' },
    },
    {
      name: 'message_failed: the next rung at once, the contact stays',
      script: [{ kind: 'message_failed', code: 'INVALID_ARGUMENT' }],
      next: () => at(0),
      sent: ['push', 'sms'],
      push: { state: 'failed', code: 'INVALID_ARGUMENT' },
    },
    {
      name: 'unknown on an idempotent channel: repeated under the same id after the settling time',
      script: [{ kind: 'unknown', code: 'timeout' }, accepted],
      next: async () => {
        app.clock.advance(31);
        await rescuePass(app);
        await at(1);
      },
      sent: ['push', 'push'],
      push: { state: 'accepted' },
    },
  ];
  it.each(cases)('$name', async ({ script, next, sent, push }) => {
    const id = await seedPrescription(app, await seedPatient(app));
    app.scripted.push.script = script;
    await at(0);
    await next();
    expect(left().map(([channel]) => channel)).toEqual(sent);
    const [first] = await attemptsOf((await doseOf(id)).id);
    expect(first).toMatchObject(push);
    expect(new Set(app.scripted.push.sent.map((m) => m.attemptId)).size).toBe(1);
  });

  it.each([
    { found: accepted, sends: 1, state: 'accepted' },
    { found: null, sends: 2, state: 'accepted' },
  ])('unknown SMS: looked up, and repeated only when proven absent ($sends sends)', async ({ found, sends, state }) => {
    const id = await seedPrescription(
      app,
      await seedPatient(app, { contacts: [{ kind: 'phone', value: `+5193${String(sends).padStart(7, '0')}` }] }),
    );
    app.scripted.sms.script = [{ kind: 'unknown', code: 'timeout' }];
    app.scripted.sms.found = found;
    await at(0);
    app.clock.advance(31);
    await rescuePass(app);
    await at(1);
    expect(app.scripted.sms.sent).toHaveLength(sends);
    const attempts = await attemptsOf((await doseOf(id)).id);
    expect(attempts).toMatchObject([
      { channel: 'push', state: 'failed', code: 'no_contact' },
      { channel: 'sms', state },
    ]);
  });
});

describe('too late, too early, twice', () => {
  it('a first reminder past its useful time is not sent: the dose is undelivered', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    await at(16);
    expect(left()).toEqual([]);
    expect(await doseOf(id)).toMatchObject({ state: 'undelivered', reason: 'too_late' });
  });

  it('two schedulers and two workers at once send one reminder', async () => {
    await seedPrescription(app, await seedPatient(app));
    app.clock.set(DUE);
    await Promise.all([ladderPass(app), ladderPass(app), ladderPass(app)]);
    const chunks = await readyChunks(app);
    await Promise.all(chunks.flatMap((id) => [deliverChunk(app, id), deliverChunk(app, id), rescuePass(app)]));
    expect(left()).toHaveLength(1);
  });

  it('a worker that dies in mid-send leaves unknown messages, never a blind repeat of an SMS', async () => {
    const id = await seedPrescription(
      app,
      await seedPatient(app, { contacts: [{ kind: 'phone', value: '+51940000001' }] }),
    );
    app.clock.set(DUE);
    await ladderPass(app);
    await app.sql`
      UPDATE chunks SET state = 'sending', account = 'scripted-sms:sender-sms', fence = 1, lease_until = ${app.clock.now()}
      WHERE id IN (SELECT chunk_id FROM attempts a JOIN doses d ON d.id = a.dose_id WHERE d.prescription_id = ${id})`;
    app.scripted.sms.found = accepted;
    await rescuePass(app);
    const { id: doseId } = await doseOf(id);
    expect((await attemptsOf(doseId)).at(-1)).toMatchObject({ state: 'unknown', code: 'worker_lost' });
    app.clock.advance(31);
    await rescuePass(app);
    expect((await attemptsOf(doseId)).at(-1)).toMatchObject({ state: 'accepted' });
    expect(app.scripted.sms.sent).toHaveLength(0);
  });
});

describe('a slow provider', () => {
  it('is no dead worker: the lease is kept while the call lasts', async () => {
    const id = await seedPrescription(app, await seedPatient(app));
    app.clock.set(DUE);
    await ladderPass(app);
    const [chunk] = await readyChunks(app);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const send = app.scripted.push.send;
    app.scripted.push.send = async (batch) => {
      called.resolve();
      await answer.promise;
      return send(batch);
    };
    const delivery = deliverChunk(app, chunk as Chunk);
    const held = () => app.sql`SELECT 1 FROM chunks WHERE state = 'sending' AND lease_until > ${app.clock.now()}`;
    await called.promise;
    expect(await held()).toHaveLength(1);
    app.clock.advance(29);
    await vi.advanceTimersByTimeAsync(11_000);
    app.clock.advance(5);
    await vi.waitUntil(async () => (await held()).length === 1, 10_000);
    await rescuePass(app);
    answer.resolve();
    await delivery;
    Object.assign(app.scripted.push, { send });
    vi.useRealTimers();
    expect(await attemptsOf((await doseOf(id)).id)).toMatchObject([{ state: 'accepted' }]);
    expect(left()).toHaveLength(1);
  });
});

describe('quiet hours', () => {
  const QUIET = { quietHours: { from: '07:00', to: '08:05' } };

  it.each([
    { what: 'a routine dose', critical: false, agreed: false },
    { what: 'a routine dose, though critical ones may ring', critical: false, agreed: true },
    { what: 'a critical dose without consent to that', critical: true, agreed: false },
  ])('are waited for by $what, and the ladder goes on from there', async ({ critical, agreed }) => {
    const consent = { reminders: true, criticalInQuietHours: agreed };
    const id = await seedPrescription(app, await seedPatient(app, { ...QUIET, consent }), { policy: { critical } });
    for (const minute of [0, 4]) await at(minute);
    expect(left()).toEqual([]);
    await at(5);
    expect(left()).toEqual([['push', 'reminder']]);
    await at(10);
    expect(left()).toEqual([
      ['push', 'reminder'],
      ['sms', 'reminder'],
    ]);
    const dose = await doseOf(id);
    expect(dose).toMatchObject({ state: 'open' });
    expect((await attemptsOf(dose.id))[0]).toMatchObject({ state: 'failed', code: 'quiet_hours' });
  });

  it('are no reason to wait for a critical dose where the patient agreed to that', async () => {
    const consent = { reminders: true, criticalInQuietHours: true };
    await seedPrescription(app, await seedPatient(app, { ...QUIET, consent }), { policy: { critical: true } });
    await at(0);
    expect(left()).toEqual([['push', 'reminder']]);
  });
});

describe('what keeps a reminder from leaving', () => {
  it.each([
    { why: 'no consent', patient: { consent: { reminders: false } }, reason: 'no_consent' },
    { why: 'quiet hours', patient: { quietHours: { from: '07:00', to: '10:00' } }, reason: 'quiet_hours' },
    { why: 'no contact at all', patient: { contacts: [] }, reason: 'no_contact' },
  ])('$why: the dose is planned, never sent, and accounted as undelivered', async ({ patient, reason }) => {
    const id = await seedPrescription(app, await seedPatient(app, patient));
    for (const minute of [0, 10, 60]) await at(minute);
    expect(left()).toEqual([]);
    expect(await doseOf(id)).toMatchObject({ state: 'undelivered', reason });
  });
});
