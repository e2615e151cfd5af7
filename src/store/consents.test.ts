import { beforeEach, describe, expect, it, vi } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { putPatient } from '#src/intake/commands.ts';
import { seedPatient, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear } from '#test/helpers/drive.ts';
import { consentHistory, optIn, optOut } from './consents.ts';
import { retireContacts } from './contacts.ts';
import { transaction } from './transaction.ts';

const app = await testDispatcher();
const NUMBER = '+51987000001';
const OTHER = '+51987000002';
const START = new Date('2026-11-23T12:00:00Z');

beforeEach(async () => {
  await clear(app);
  app.clock.set(START);
});

const own = (...values: string[]) => values.map((value) => ({ kind: 'phone' as const, value }));

/** Something happens at `seconds`: a message from a number, what a provider says of a contact point, or a PUT. */
const said =
  (change: typeof optOut, sourceId: string, from = NUMBER) =>
  (seconds: number) =>
    transaction(app.sql, (tx) =>
      change(tx, { lookup: app.cipher.lookup(from), source: 'reply', sourceId, at: plusSeconds(START, seconds) }),
    );
const stop = (sourceId: string, from?: string) => said(optOut, sourceId, from);
const start = (sourceId: string, from?: string) => said(optIn, sourceId, from);

const retired =
  (code: string, which: { kind?: string; owner?: string } = {}) =>
  async (seconds: number) => {
    const { kind = 'phone', owner = 'patient' } = which;
    const contacts = await app.sql<{ id: string }[]>`
      SELECT id FROM contact_points WHERE kind = ${kind} AND owner = ${owner} ORDER BY created_at, position LIMIT 1`;
    const told = contacts.map(({ id }) => ({
      contactPointId: id,
      attemptId: `attempt ${seconds}`,
      optedOut: code === '21610',
      code,
    }));
    await transaction(app.sql, (tx) => retireContacts(tx, told, plusSeconds(START, seconds)));
  };

const put = (record: PatientRecord) => (seconds: number) => {
  app.clock.set(plusSeconds(START, seconds));
  return transaction(app.sql, (tx) => putPatient(app, tx, app.tenantId, record));
};

async function patientWith(given: Partial<PatientRecord> = {}): Promise<PatientRecord> {
  return seedPatient(app, { contacts: own(NUMBER), caregivers: [], clinicians: [], ...given });
}

async function idOf({ externalId }: PatientRecord): Promise<string> {
  const [row] = await app.sql<{ id: string }[]>`SELECT id FROM patients WHERE external_id = ${externalId}`;
  return row?.id as string;
}

/** Newest last: `+reply phone 10s` is a contact point that was opted in by a message at second 10. */
async function history(record: PatientRecord): Promise<string[]> {
  const events = await consentHistory(app.sql, app.cipher, { patientId: await idOf(record), after: null, limit: 100 });
  return events
    .map(({ granted, source, contact, channel, purpose, at }) => {
      const what = contact === null ? (channel ?? purpose) : `${contact.owner} ${contact.kind}`;
      return `${granted ? '+' : '-'}${source} ${what} ${(at.getTime() - START.getTime()) / 1000}s`;
    })
    .reverse();
}

async function states(record: PatientRecord): Promise<string[]> {
  const rows = await app.sql`
    SELECT owner, kind, state FROM contact_points WHERE patient_id = ${await idOf(record)} ORDER BY created_at, position, id`;
  return rows.map(({ owner, kind, state }) => `${owner} ${kind} ${state}`);
}

const cases = async () =>
  (await app.sql`SELECT state, resolution FROM escalations WHERE kind = 'unreachable' ORDER BY id`).map((row) =>
    row.state === 'resolved' ? row.resolution : row.state,
  );

type Step = (seconds: number) => Promise<unknown>;
const GIVEN = '+api reminders 0s';

describe('what was said of a number', () => {
  it.each<{ name: string; steps: Step[]; state: string; events: string[] }>([
    { name: 'stop', steps: [stop('1')], state: 'opted_out', events: ['-reply patient phone 1s'] },
    {
      name: 'stop, the webhook twice',
      steps: [stop('1'), stop('1')],
      state: 'opted_out',
      events: ['-reply patient phone 1s'],
    },
    {
      name: 'stop, said twice',
      steps: [stop('1'), stop('2')],
      state: 'opted_out',
      events: ['-reply patient phone 1s'],
    },
    { name: 'start, which nobody had stopped', steps: [start('1')], state: 'active', events: [] },
    {
      name: 'stop, then start',
      steps: [stop('1'), start('2')],
      state: 'active',
      events: ['-reply patient phone 1s', '+reply patient phone 2s'],
    },
    {
      name: 'stop, start, and the webhook of the stop again',
      steps: [stop('1'), start('2'), stop('1')],
      state: 'active',
      events: ['-reply patient phone 1s', '+reply patient phone 2s'],
    },
    {
      name: 'a stop that was older than the start, and came later',
      steps: [stop('1'), start('3'), () => stop('2')(1.5)],
      state: 'active',
      events: ['-reply patient phone 1s', '+reply patient phone 2s'],
    },
    {
      name: 'the carrier, twice, then start',
      steps: [retired('21610'), retired('21610'), start('1')],
      state: 'active',
      events: ['-provider patient phone 1s', '+reply patient phone 3s'],
    },
    { name: 'a dead number, then start', steps: [retired('30005'), start('1')], state: 'invalid', events: [] },
    {
      name: 'a dead number, then stop and start',
      steps: [retired('30005'), stop('1'), start('2')],
      state: 'invalid',
      events: [],
    },
    { name: 'another number', steps: [stop('1', OTHER)], state: 'active', events: [] },
  ])('$name', async ({ steps, state, events }) => {
    const patient = await patientWith();
    for (const [i, step] of steps.entries()) await step(i + 1);
    expect(await states(patient)).toEqual([`patient phone ${state}`]);
    expect(await history(patient)).toEqual([GIVEN, ...events]);
  });

  it('tells whether it changed anything, so that it is confirmed once', async () => {
    await patientWith();
    const answers = [];
    for (const step of [stop('1'), stop('1'), stop('2'), start('3'), start('3'), stop('4', OTHER)])
      answers.push(await step(answers.length));
    expect(answers).toEqual([true, false, false, true, false, false]);
  });

  it('the same webhook many times at once is one change', async () => {
    const patient = await patientWith();
    const answers = await Promise.all(Array.from({ length: 6 }, () => stop('1')(1)));
    expect(answers.filter(Boolean)).toEqual([true]);
    expect(await history(patient)).toEqual([GIVEN, '-reply patient phone 1s']);
  });

  it('holds for every patient it leads to, as phone and on WhatsApp, whoever it is to them; not for their other roads', async () => {
    const ana = await patientWith({
      contacts: [...own(NUMBER), { kind: 'whatsapp', value: NUMBER }, { kind: 'email', value: 'ana@example.org' }],
    });
    const luis = await patientWith({ contacts: own(OTHER), caregivers: [{ contacts: own(NUMBER) }] });
    await stop('1')(1);
    expect(await states(ana)).toEqual([
      'patient phone opted_out',
      'patient whatsapp opted_out',
      'patient email active',
    ]);
    expect(await states(luis)).toEqual(['patient phone active', 'caregiver phone opted_out']);
    expect((await history(ana)).slice(1).sort()).toEqual(['-reply patient phone 1s', '-reply patient whatsapp 1s']);
    expect(await history(luis)).toEqual([GIVEN, '-reply caregiver phone 1s']);
    expect(await cases()).toEqual([]);
    await start('2')(2);
    expect([...(await states(ana)), ...(await states(luis))].filter((each) => !each.endsWith('active'))).toEqual([]);
  });

  it('holds for everything the number leads to, too, when the carrier says so of one', async () => {
    await patientWith();
    const other = await patientWith({ contacts: [{ kind: 'whatsapp', value: NUMBER }] });
    await retired('21610')(1);
    expect(await states(other)).toEqual(['patient whatsapp opted_out']);
    expect(await history(other)).toEqual([GIVEN, '-provider patient whatsapp 1s']);
  });

  it('holds where the number comes back, or comes to somebody new, until it says start', async () => {
    const ana = await patientWith();
    await put({ ...ana, contacts: [] })(1);
    await stop('1')(2);
    expect(await history(ana)).toEqual([GIVEN, '-reply patient phone 2s']);
    await put(ana)(3);
    const luis = await patientWith({ contacts: [{ kind: 'whatsapp', value: NUMBER }, ...own(OTHER)] });
    expect([...(await states(ana)), ...(await states(luis))]).toEqual([
      'patient phone opted_out',
      'patient whatsapp opted_out',
      'patient phone active',
    ]);
    await put({ ...luis, contacts: own(OTHER) })(4);
    await start('2')(5);
    await put(luis)(6);
    expect([...(await states(ana)), ...(await states(luis))].filter((each) => !each.endsWith('active'))).toEqual([]);
  });
});

describe('what a PUT changes', () => {
  it('is in the history, and what it leaves as it was is not', async () => {
    const ana = await patientWith({ consent: { reminders: true, channels: ['sms', 'email'] } });
    await put(ana)(1);
    await put({ ...ana, consent: { reminders: false, channels: ['sms'], criticalInQuietHours: true } })(2);
    await put({ ...ana, consent: { reminders: false, channels: ['sms'] } })(3);
    expect((await history(ana)).slice(5)).toEqual([
      '-api reminders 2s',
      '-api email 2s',
      '+api critical_in_quiet_hours 2s',
      '-api critical_in_quiet_hours 3s',
    ]);
  });
});

describe('a patient whom nothing reaches', () => {
  const PUSH = { kind: 'push' as const, value: 'a-token-of-some-length' };

  it.each<{ name: string; given?: Partial<PatientRecord>; steps: (patient: PatientRecord) => Step[]; cases: string[] }>(
    [
      { name: 'after stop', steps: () => [stop('1')], cases: ['open'] },
      { name: 'after stop, the webhook twice', steps: () => [stop('1'), stop('1')], cases: ['open'] },
      { name: 'after a dead number', steps: () => [retired('30005')], cases: ['open'] },
      { name: 'after start', steps: () => [stop('1'), start('2')], cases: ['reachable again'] },
      {
        name: 'after stop, start and stop',
        steps: () => [stop('1'), start('2'), stop('3')],
        cases: ['reachable again', 'open'],
      },
      { name: 'by one of two roads', given: { contacts: [...own(NUMBER), PUSH] }, steps: () => [stop('1')], cases: [] },
      {
        name: 'by either of two roads',
        given: { contacts: [...own(NUMBER), PUSH] },
        steps: () => [stop('1'), retired('UNREGISTERED', { kind: 'push' })],
        cases: ['open'],
      },
      {
        name: 'until the clinic knows another number',
        steps: (patient) => [stop('1'), put({ ...patient, contacts: own(NUMBER, OTHER) })],
        cases: ['reachable again'],
      },
      {
        name: 'once the clinic takes the only good road away',
        given: { contacts: [...own(NUMBER), PUSH] },
        steps: (patient) => [
          stop('1'),
          put({ ...patient, contacts: own(NUMBER) }),
          put({ ...patient, contacts: own(NUMBER) }),
        ],
        cases: ['open'],
      },
      {
        name: 'whose caregiver stopped',
        given: { contacts: own(OTHER), caregivers: [{ contacts: own(NUMBER) }] },
        steps: () => [stop('1')],
        cases: [],
      },
      { name: 'who wants no reminders', given: { consent: { reminders: false } }, steps: () => [stop('1')], cases: [] },
      { name: 'who has died', given: { deceased: true }, steps: () => [stop('1')], cases: [] },
      {
        name: 'and whom a person has looked after already',
        steps: (patient) => [
          stop('1'),
          () => app.sql`UPDATE escalations SET state = 'resolved', resolution = 'called', resolved_at = now()`,
          put(patient),
          stop('2'),
        ],
        cases: ['called'],
      },
    ],
  )('$name', async ({ given, steps, cases: expected }) => {
    const patient = await patientWith(given);
    for (const [i, step] of steps(patient).entries()) await step(i + 1);
    expect(await cases()).toEqual(expected);
  });

  it('whose number was stopped before it was theirs', async () => {
    await patientWith();
    await stop('1')(1);
    const other = await patientWith();
    await put(other)(2);
    expect(await cases()).toEqual(['open', 'open']);
  });

  it('whose last two roads close at the same moment', async () => {
    await patientWith({ contacts: [...own(NUMBER), PUSH] });
    const lookup = app.cipher.lookup(NUMBER);
    let other: Promise<unknown> = Promise.resolve();
    await transaction(app.sql, async (tx) => {
      await optOut(tx, { lookup, source: 'reply', sourceId: '1', at: START });
      other = retired('UNREGISTERED', { kind: 'push' })(1);
      await Promise.race([other, somebodyWaits()]);
    });
    await other;
    expect(await cases()).toEqual(['open']);
  });
});

/** Until a transaction waits for another one. */
async function somebodyWaits(): Promise<void> {
  await vi.waitUntil(async () => (await app.sql`SELECT 1 FROM pg_locks WHERE NOT granted`).length > 0, 5000);
}
