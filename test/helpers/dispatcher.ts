import { afterAll, inject } from 'vitest';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { NOT_STARTED } from '#channels/outcome.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { openHealth } from '#src/dispatch/health.ts';
import { openLimits } from '#src/dispatch/limits.ts';
import { openQueues } from '#src/dispatch/queues.ts';
import { Turns } from '#src/dispatch/turns.ts';
import type { ChannelName, Outcome } from '#src/domain/attempt.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { completePolicy, type Policy } from '#src/domain/policy.ts';
import { createPrescription, putPatient } from '#src/intake/commands.ts';
import { openFailingFast } from '#src/redis/connection.ts';
import { createTenant } from '#src/store/tenants.ts';
import { type TestApp, testApp } from './app.ts';

/** A channel that answers as it is told and remembers what left: for the outcomes no provider gives on demand. */
interface ScriptedChannel extends Channel {
  sent: OutboundMessage[];
  /** The next answers, in order; `accepted` once they are used up. A function may look at the message. */
  script: (Outcome | ((message: OutboundMessage) => Outcome))[];
  /** What `lookup` answers, when set. */
  found: Outcome | null | undefined;
}

export type TestDispatcher = Omit<Dispatcher, 'clock' | 'channels'> &
  TestApp & {
    channels: Map<ChannelName, Channel[]>;
    scripted: Record<ChannelName, ScriptedChannel>;
    tenantId: string;
    apiKey: string;
  };

/** A dispatcher on a database and a Redis database of its own, with a tenant, a movable clock and scripted channels. */
export async function testDispatcher(): Promise<TestDispatcher> {
  const app = await testApp();
  const redisUrl = `${inject('redisUrl')}/${process.env.VITEST_POOL_ID ?? '0'}`;
  const carried = await onRedis(app, redisUrl);
  await carried.redis.flushdb();
  afterAll(carried.close);
  const scripted = {
    push: scriptedChannel('push', true),
    webpush: scriptedChannel('webpush', true),
    sms: scriptedChannel('sms', false),
    whatsapp: scriptedChannel('whatsapp', false),
    voice: scriptedChannel('voice', false),
    email: scriptedChannel('email', true),
  };
  const channels = Map.groupBy<ChannelName, Channel>(Object.values(scripted), (channel) => channel.name);
  const tenant = await createTenant(app.sql, 'Test hospital', app.clock.now());
  return { ...app, ...carried.parts, channels, scripted, ...tenant };
}

/** The parts of a dispatcher that live on Redis, on the one at `redisUrl` (which may be away). */
export async function onRedis(app: TestApp, redisUrl: string) {
  const redis = openFailingFast(redisUrl);
  const queues = await openQueues(redis);
  return {
    redis,
    parts: {
      config: { ...app.config, redisUrl },
      redis,
      queues,
      limits: openLimits(app, redis),
      health: openHealth(app, redis),
      turns: new Turns(),
    },
    async close() {
      await queues.close();
      redis.disconnect();
    },
  };
}

function scriptedChannel(name: ChannelName, idempotent: boolean): ScriptedChannel {
  const channel: ScriptedChannel = {
    name,
    provider: `scripted-${name}`,
    sender: `sender-${name}`,
    weight: 1,
    perSecond: 10_000,
    width: 100,
    units: () => 1,
    idempotent,
    receipts: !idempotent,
    sent: [],
    script: [],
    found: undefined,
    async send(batch, mayStart = () => true) {
      return batch.map((message) => {
        if (!mayStart()) return NOT_STARTED;
        channel.sent.push(message);
        const next = channel.script.shift() ?? { kind: 'accepted', ref: `ref-${message.attemptId}` };
        return typeof next === 'function' ? next(message) : next;
      });
    },
    async close() {},
  };
  if (!idempotent) channel.lookup = async () => channel.found ?? null;
  return channel;
}

let patients = 0;

/** Stores a patient with every kind of contact, a caregiver and a clinician; `given` replaces parts. */
export async function seedPatient(app: TestDispatcher, given: Partial<PatientRecord> = {}): Promise<PatientRecord> {
  patients += 1;
  const n = String(patients).padStart(4, '0');
  const record: PatientRecord = {
    externalId: `P-${n}`,
    name: `Paciente Ficticio ${n}`,
    locale: 'es-PE',
    zone: 'America/Lima',
    routine: {},
    contacts: [
      { kind: 'push', value: `sim-token-${n}` },
      { kind: 'phone', value: `+5190000${n}` },
      { kind: 'email', value: `p${n}@example.org` },
    ],
    caregivers: [{ name: 'Cuidadora', contacts: [{ kind: 'phone', value: `+5191000${n}` }] }],
    clinicians: [
      {
        name: 'Dra. Prueba',
        contacts: [
          { kind: 'email', value: 'guardia@example.org' },
          { kind: 'phone', value: '+51920000000' },
        ],
      },
    ],
    consent: { reminders: true },
    ...given,
  };
  await app.sql.begin((tx) => putPatient(app, tx, app.tenantId, record));
  return record;
}

/** Stores a prescription daily at these local times (default 08:00) from 2026-11-23; returns its id. */
export async function seedPrescription(
  app: TestDispatcher,
  patient: PatientRecord,
  given: { times?: string[]; policy?: Partial<Policy>; rrules?: string[]; medication?: string } = {},
): Promise<string> {
  const rrules = (given.times ?? ['08:00']).map((time) => {
    const [hour, minute] = time.split(':').map(Number);
    return `FREQ=DAILY;BYHOUR=${hour};BYMINUTE=${minute};BYSECOND=0`;
  });
  const { prescription } = await app.sql.begin((tx) =>
    createPrescription(app, tx, app.tenantId, {
      patient: patient.externalId,
      medication: given.medication ?? 'Medicina de prueba',
      regimen: { mode: 'wall', start: '2026-11-23T00:00:00', rrules: given.rrules ?? rrules, rdates: [], exdates: [] },
      policy: completePolicy(given.policy ?? {}),
    }),
  );
  return prescription.id;
}
