import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { housekeepingPass } from '#schedulers/housekeeping.ts';
import { recordAck } from '#src/ack/record.ts';
import { openSender } from '#src/callbacks/sender.ts';
import { newSecret, signedHeaders } from '#src/callbacks/signature.ts';
import { plusSeconds } from '#src/clock.ts';
import { CALLBACK_EVENT_NAMES, CALLBACK_EVENTS, type CallbackEvent } from '#src/domain/callback.ts';
import { spawnService } from '#src/embedded/service.ts';
import { makeSafe } from '#src/store/backup-safe.ts';
import { changeEndpoint, createEndpoint } from '#src/store/callback-endpoints.ts';
import { enqueueCallbacks, enqueueTest } from '#src/store/callbacks.ts';
import { endLostDoses } from '#src/store/catch-up.ts';
import { endPoisonDoses } from '#src/store/dead-letters.ts';
import { resolveEscalation } from '#src/store/escalations.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { settleReachable, tellUnreachable } from '#src/store/reach.ts';
import { createTenant } from '#src/store/tenants.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo } from '../helpers/drive.ts';
import { type Receiver, startReceiver } from '../helpers/receiver.ts';

const ROOT = join(import.meta.dirname, '../..');
const app = await testDispatcher();
const { tenantId } = app;
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima

let receiver: Receiver;
let secret: string;
let endpointId: string;
beforeEach(async () => {
  await clear(app);
  await app.sql`TRUNCATE callbacks, callback_endpoints, escalations, incidents CASCADE`;
  app.clock.set('2026-11-23T12:00:00Z');
  receiver = await startReceiver();
  secret = newSecret();
  endpointId = await listen(tenantId, CALLBACK_EVENT_NAMES);
});

const listen = async (tenant: string, events: CallbackEvent[]) =>
  (
    await createEndpoint(app.sql, app.cipher, {
      ...{ tenantId: tenant, url: receiver.url, secret, events },
      now: app.clock.now(),
    })
  ).id;

/** Drives everything to `minutes` after 08:00. */
const at = (minutes: number) => driveTo(app, new Date(Date.parse(DUE) + minutes * 60_000));

async function send(): Promise<void> {
  const sender = openSender(app);
  while (await sender.pass());
  await sender.close();
}

/** What the tenant's system has been told, verified, in the order of its time. */
async function told() {
  await send();
  return receiver.received
    .map((got) => receiver.verify(got, secret, app.clock.now()))
    .toSorted((a, b) => a.timestamp.localeCompare(b.timestamp) || a.type.localeCompare(b.type));
}

const typesOf = (events: { type: string }[]) => events.map(({ type }) => type);

async function seed(policy: object = {}) {
  const patient = await seedPatient(app);
  const prescription = await seedPrescription(app, patient, { policy });
  const [dose] =
    await app.sql`SELECT id, patient_id FROM doses WHERE prescription_id = ${prescription} AND due_at = ${DUE}`;
  return { patient, prescription, doseId: dose?.id as string, patientId: dose?.patient_id as string };
}

describe('what a tenant is told', () => {
  it('a dose that is confirmed, then corrected', async () => {
    const { patient, prescription, doseId, patientId } = await seed();
    await at(5);
    await recordAck(app, { doseId, answer: 'taken', road: 'push_action' });
    await at(7);
    await recordAck(app, { doseId, answer: 'skipped', road: 'sms_reply', reason: 'me equivoqué' });
    const dose = {
      dose: doseId,
      patient: { id: patientId, externalId: patient.externalId },
      prescription: { id: prescription, externalId: null },
      localDate: '2026-11-23',
      dueAt: '2026-11-23T13:00:00.000Z',
      late: false,
    };
    expect(await told()).toEqual([
      {
        type: 'dose.confirmed',
        timestamp: '2026-11-23T13:05:00.000Z',
        data: { ...dose, state: 'taken', takenAt: '2026-11-23T13:05:00.000Z', road: 'push_action' },
      },
      {
        type: 'dose.corrected',
        timestamp: '2026-11-23T13:07:00.000Z',
        data: { ...dose, state: 'skipped', takenAt: null, road: 'sms_reply' },
      },
    ]);
  });

  it('a critical dose that is missed, its case, and the late answer that ends it', async () => {
    const { prescription, doseId } = await seed({ critical: true });
    await at(0);
    await at(61);
    await at(90);
    await recordAck(app, { doseId, answer: 'taken', road: 'link' });
    const events = await told();
    expect(typesOf(events)).toEqual(['dose.missed', 'escalation.opened', 'dose.confirmed', 'escalation.resolved']);
    expect(events[0]?.data).toMatchObject({ dose: doseId, state: 'missed' });
    expect(events[1]?.data).toMatchObject({
      kind: 'missed_critical',
      state: 'open',
      prescription: { id: prescription },
    });
    expect(events[2]?.data).toMatchObject({ late: true, road: 'link' });
    expect(events[3]?.data).toMatchObject({ escalation: events[1]?.data.escalation, state: 'resolved' });
  });

  it('a dose nobody could be reminded of, one that is skipped, and a case that a clinician ends', async () => {
    for (const channel of Object.values(app.scripted)) {
      channel.script = Array(9).fill({ kind: 'contact_failed', code: 'GONE', optedOut: false });
    }
    await seed({ critical: true });
    const other = await seed({ windowSeconds: 7200 });
    for (const minutes of [0, 10, 20, 30, 61]) await at(minutes);
    const kind = 'undelivered_critical';
    const [open] = await app.sql<{ id: string }[]>`SELECT id FROM escalations WHERE kind = ${kind}`;
    const now = app.clock.now();
    await resolveEscalation(app.sql, app.cipher, {
      tenantId,
      id: open?.id as string,
      by: 'Dra.',
      resolution: 'called',
      now,
    });
    await recordAck(app, { doseId: other.doseId, answer: 'skipped', road: 'api' });
    const events = await told();
    const expected = [
      ['dose.undelivered', { state: 'undelivered' }],
      ['dose.skipped', { dose: other.doseId, state: 'skipped' }],
      ['escalation.opened', { escalation: open?.id, kind, state: 'open' }],
      ['escalation.resolved', { escalation: open?.id, kind, state: 'resolved' }],
      ['patient.unreachable', {}],
    ] as const;
    for (const [type, data] of expected) {
      expect(events).toContainEqual(expect.objectContaining({ type, data: expect.objectContaining(data) }));
    }
  });

  it.each<[string, (doseId: string, now: Date) => Promise<unknown>]>([
    ['nobody looked after', (_, now) => endLostDoses(app.sql, { shard: 0, until: now, now, limit: 9 })],
    [
      'was set aside',
      async (doseId, now) => {
        await app.sql`
          INSERT INTO dead_letters (id, kind, subject, dose_id, local_date, tenant_id, patient_id, reason, tries, state,
                                    useful_until, first_at, last_at)
          SELECT id, 'dose', id, id, local_date, tenant_id, patient_id, 'TypeError', 5, 'quarantined', window_ends_at, ${now}, ${now}
          FROM doses WHERE id = ${doseId}`;
        await endPoisonDoses(app.sql, now, 9);
      },
    ],
    ['was due before a restore', (_, now) => makeSafe(app.sql, { takenAt: '2026-11-23T12:30:00Z', now })],
  ])('a dose that %s', async (_, end) => {
    const { doseId } = await seed();
    await app.sql`UPDATE doses SET shard = 0`;
    app.clock.set('2026-11-23T16:00:00Z');
    await end(doseId, app.clock.now());
    expect(await told()).toMatchObject([
      { type: 'dose.undelivered', timestamp: '2026-11-23T16:00:00.000Z', data: { dose: doseId, state: 'undelivered' } },
    ]);
  });

  it('the case of a critical dose that was due before a restore, and one that is over since a patient can be reached again', async () => {
    const { patientId } = await seed({ critical: true });
    await app.sql`UPDATE contact_points SET state = 'invalid' WHERE patient_id = ${patientId} AND owner = 'patient'`;
    app.clock.set(DUE);
    await tellUnreachable(app.sql, [patientId], app.clock.now());
    app.clock.set('2026-11-23T13:30:00Z');
    await app.sql`UPDATE contact_points SET state = 'active' WHERE patient_id = ${patientId}`;
    await settleReachable(app.sql, [patientId], app.clock.now());
    app.clock.set('2026-11-23T16:00:00Z');
    await makeSafe(app.sql, { takenAt: '2026-11-23T12:30:00Z', now: app.clock.now() });
    const cases = (await told()).filter(({ type }) => type.startsWith('escalation.'));
    expect(cases).toMatchObject([
      { type: 'escalation.opened', data: { kind: 'unreachable' } },
      { type: 'escalation.resolved', data: { kind: 'unreachable', state: 'resolved' } },
      { type: 'escalation.opened', data: { kind: 'undelivered_critical' } },
    ]);
  });

  it('what became of a patient, by any part that calls enqueueCallbacks', async () => {
    const { patient, patientId } = await seed();
    const at = app.clock.now();
    await enqueueCallbacks(app.sql, 'patient.unreachable', [{ tenantId, patientId, at }]);
    await enqueueCallbacks(app.sql, 'patient.opted_out', [{ tenantId, patientId, at, data: { channel: 'sms' } }]);
    const who = { id: patientId, externalId: patient.externalId };
    expect((await told()).map(({ type, data }) => [type, data])).toEqual([
      ['patient.opted_out', { patient: who, channel: 'sms' }],
      ['patient.unreachable', { patient: who }],
    ]);
  });

  it('fields that the catalogue names, and nothing else', async () => {
    const { doseId, patientId } = await seed({ critical: true });
    const second = await seed({ windowSeconds: 7200 });
    await at(0);
    await at(61);
    await recordAck(app, { doseId, answer: 'skipped', road: 'link' });
    await recordAck(app, { doseId, answer: 'taken', road: 'link' });
    await recordAck(app, { doseId: second.doseId, answer: 'taken', road: 'link' });
    await enqueueCallbacks(app.sql, 'patient.unreachable', [{ tenantId, patientId, at: app.clock.now() }]);
    const events = await told();
    expect(events.length).toBeGreaterThan(5);
    for (const { type, data } of events) {
      expect(Object.keys(data).toSorted(), type).toEqual([...CALLBACK_EVENTS[type as CallbackEvent].data].toSorted());
    }
  });

  it('nothing of an answer that changed nothing, or was rolled back', async () => {
    const { doseId } = await seed();
    await at(5);
    await app.sql
      .begin(async (tx) => {
        await recordAck(app, { doseId, answer: 'taken', road: 'api' }, tx);
        throw new Error('undone');
      })
      .catch(() => {});
    expect(await told()).toEqual([]);
    await recordAck(app, { doseId, answer: 'taken', road: 'api' });
    await recordAck(app, { doseId, answer: 'taken', road: 'api' });
    expect(typesOf(await told())).toEqual(['dose.confirmed']);
  });

  it('nothing it did not ask for, or while it is disabled, and nothing of another tenant', async () => {
    await app.sql`TRUNCATE callback_endpoints`;
    const other = await createTenant(app.sql, 'Otro hospital', app.clock.now());
    await listen(other.tenantId, CALLBACK_EVENT_NAMES);
    await listen(tenantId, ['dose.missed']);
    const off = await listen(tenantId, CALLBACK_EVENT_NAMES);
    await changeEndpoint(app.sql, app.cipher, {
      tenantId,
      id: off,
      change: { state: 'disabled' },
      now: app.clock.now(),
    });
    const { doseId } = await seed();
    await recordAck(app, { doseId, answer: 'taken', road: 'api' });
    expect(await app.sql`SELECT 1 FROM callbacks`).toHaveLength(0);
  });

  it('each of its systems once, of many answers at once', async () => {
    await listen(tenantId, ['dose.confirmed']);
    const patient = await seedPatient(app);
    const rrules = ['FREQ=MINUTELY;INTERVAL=15;UNTIL=20261124T000000'];
    for (let i = 0; i < 5; i++) await seedPrescription(app, patient, { rrules });
    const doses = await app.sql<{ id: string }[]>`SELECT id FROM doses WHERE due_at < '2026-11-23T20:00:00Z'`;
    expect(doses.length).toBeGreaterThan(100);
    await Promise.all(doses.map(({ id }) => recordAck(app, { doseId: id, answer: 'taken', road: 'link' })));
    await send();
    expect(receiver.received).toHaveLength(2 * doses.length);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2 * doses.length);
    const named = receiver.received.map(({ body }) => JSON.parse(body).data.dose);
    expect(new Set(named)).toEqual(new Set(doses.map(({ id }) => id)));
  });
});

it('callbacks are kept for 30 days', async () => {
  await enqueueTest(app.sql, { tenantId, endpointId, now: app.clock.now() });
  await send();
  app.clock.advance(30 * 86_400 - 1);
  await housekeepingPass(app);
  expect(await app.sql`SELECT 1 FROM callbacks`).toHaveLength(1);
  app.clock.advance(2);
  await enqueueTest(app.sql, { tenantId, endpointId, now: app.clock.now() });
  await housekeepingPass(app);
  expect(await app.sql`SELECT state FROM callbacks`).toEqual([{ state: 'pending' }]);
});

describe('a worker', () => {
  const dir = mkdtempSync(join(tmpdir(), 'callbacks-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const key = (byte: number) => Buffer.alloc(32, byte).toString('base64'); // as in the test's own settings
  const start = (name: string, env: NodeJS.ProcessEnv = {}) =>
    spawnService({
      name,
      entry: join(ROOT, 'src/bin/worker.ts'),
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: app.config.databaseUrl,
        REDIS_URL: app.config.redisUrl,
        PORT: '0',
        TICK_MS: '50',
        CALLBACK_ALLOW_PRIVATE: 'true',
        PUBLIC_URL: 'http://127.0.0.1',
        DATA_KEYS: `k1:${key(1)}`,
        TOKEN_SECRET: key(2),
        FCM_SERVICE_ACCOUNT: JSON.stringify({ project_id: 'p', client_email: 'c@example.org', private_key: pem }),
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 'token',
        TWILIO_FROM: '+15005550006',
        SMTP_URL: 'smtp://127.0.0.1:1',
        EMAIL_FROM: 'dosebell <reminders@example.org>',
        ...env,
      },
      ready: { line: 'ready' },
      logFile: join(dir, `${name}.log`),
    });

  it('that dies after the answer sends again with the same id; its log has no URL and no secret', async () => {
    const now = new Date();
    await makePartitionsAhead(app.sql, now);
    const dying = await start('dying', { FAILPOINT: 'told' });
    const id = await enqueueTest(app.sql, { tenantId, endpointId, now });
    await dying.exited;
    expect(receiver.received.map((got) => got.id)).toEqual([id]);
    expect(await app.sql`SELECT state, tries FROM callbacks`).toEqual([{ state: 'pending', tries: 1 }]);
    await app.sql`UPDATE callbacks SET next_at = ${plusSeconds(now, -1)}`; // its lease is over
    const next = await start('next');
    const ofState = (state: string) => app.sql`SELECT id FROM callbacks WHERE state = ${state} AND status IS NOT NULL`;
    await expect.poll(() => ofState('delivered'), { timeout: 20_000 }).toEqual([{ id }]);
    expect(receiver.received.map((got) => got.id)).toEqual([id, id]);
    receiver.replies = [500];
    const refused = await enqueueTest(app.sql, { tenantId, endpointId, now: new Date() });
    await expect.poll(() => ofState('pending'), { timeout: 20_000 }).toEqual([{ id: refused }]);
    await next.stop();
    for (const got of receiver.received) receiver.verify(got, secret, new Date());
    const log = readFileSync(join(dir, 'next.log'), 'utf8');
    expect(log).toContain(`"endpoint":"${endpointId}","status":500`);
    for (const hidden of [secret, '/hook', String(receiver.port)]) expect(log).not.toContain(hidden);
  });
});

describe('docs/callbacks.md', () => {
  const text = readFileSync(join(ROOT, 'docs/callbacks.md'), 'utf8');

  it('lists the events of the catalogue, with their data', () => {
    const rows = [...text.matchAll(/^\| `(\w+\.\w+)` \| (.*) \| (.*) \|$/gm)].map(([, event, when, data = '']) => [
      event,
      { when, data: [...data.matchAll(/`(\w+)`/g)].map(([, field]) => field) },
    ]);
    expect(Object.fromEntries(rows)).toEqual(CALLBACK_EVENTS);
  });

  it('shows ten lines that take what is signed, and refuse what is not', async () => {
    const code = (/```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '').replace(
      'listen(3000)',
      "listen(0, '127.0.0.1', function () { console.log(this.address().port) }); const keepOnce = (id) => console.log(id)",
    );
    expect(code.trim().split('\n').length).toBeLessThanOrEqual(11);
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: ROOT,
      env: { DOSEBELL_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const port = (await lines.next()).value;
    const body = JSON.stringify({ type: 'callback.test', timestamp: new Date().toISOString(), data: {} });
    const post = async (secrets: string[]) => {
      const headers = signedHeaders(secrets, { id: 'the-id', at: new Date(), body });
      return (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, headers })).status;
    };
    expect(await post([newSecret()])).toBe(401);
    expect(await post([newSecret(), secret])).toBe(204);
    expect((await lines.next()).value).toBe('the-id');
    child.kill();
  });
});
