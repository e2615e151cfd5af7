import { beforeEach, describe, expect, it } from 'vitest';
import { LANES, laneName } from '#src/dispatch/queues.ts';
import { closeIncident, openIncident } from '#src/store/incidents.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { gaugesPass } from './gauges.ts';
import { ladderPass } from './ladder.ts';

const app = await testDispatcher();
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const past = (seconds: number) => new Date(DUE.getTime() + seconds * 1000);

beforeEach(async () => {
  await clear(app);
  for (const queue of app.queues.lanes.values()) await queue.obliterate({ force: true });
  app.clock.set('2026-11-23T12:00:00Z');
});

type Named =
  | 'unaccounted'
  | 'unknownMessages'
  | 'doses'
  | 'openEscalations'
  | 'openIncidents'
  | 'queueDepth'
  | 'queueAge';
async function read(name: Named): Promise<Record<string, number>> {
  await gaugesPass(app);
  const { values } = await app.metrics[name].get();
  return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join() || 'value', value]));
}

describe('the gauges', () => {
  it.each([
    { seconds: 0, unaccounted: 0 },
    { seconds: 60, unaccounted: 0 },
    { seconds: 61, unaccounted: 2 },
  ])(
    '$seconds s after two doses were due and nobody took them: $unaccounted unaccounted',
    async ({ seconds, unaccounted }) => {
      const patient = await seedPatient(app);
      await seedPrescription(app, patient);
      await seedPrescription(app, patient);
      app.clock.set(past(seconds));
      expect(await read('unaccounted')).toEqual({ held_by_nobody: unaccounted });
    },
  );

  it('count the doses of the last day by state, and fall back to 0', async () => {
    await seedPrescription(app, await seedPatient(app), { times: ['08:00', '20:00'], policy: { critical: true } });
    await driveTo(app, DUE);
    expect(await read('doses')).toMatchObject({ open: 1, planned: 0, missed: 0, taken: 0 });
    await driveTo(app, past(3600));
    expect(await read('doses')).toMatchObject({ open: 0, missed: 1 });
    expect(await read('openEscalations')).toEqual({ missed_critical: 1 });
    app.clock.set(past(24 * 3600 + 1));
    await app.sql`UPDATE escalations SET state = 'resolved', resolved_at = ${DUE}, resolution = 'x'`;
    expect(await read('doses')).toMatchObject({ missed: 0 });
    expect(await read('openEscalations')).toEqual({});
  });

  it('count the messages of the last day whose fate nobody will ever know', async () => {
    await seedPrescription(app, await seedPatient(app));
    app.scripted.push.script = [{ kind: 'unknown', code: 'timeout' }];
    await driveTo(app, DUE);
    expect(await read('unknownMessages')).toEqual({ value: 0 }); // still being found out
    await app.sql`UPDATE attempts SET check_at = 'infinity'`;
    expect(await read('unknownMessages')).toEqual({ value: 1 });
    app.clock.set(past(24 * 3600));
    expect(await read('unknownMessages')).toEqual({ value: 0 });
  });

  it('count the open incidents by kind, and fall back to 0', async () => {
    const sms = { kind: 'channel_down', subject: 'sms' } as const;
    await openIncident(app.sql, sms, DUE);
    await openIncident(app.sql, { ...sms, subject: 'push' }, DUE);
    expect(await read('openIncidents')).toMatchObject({ provider_down: 0, channel_down: 2 });
    await closeIncident(app.sql, sms, DUE);
    await closeIncident(app.sql, { ...sms, subject: 'push' }, DUE);
    expect(await read('openIncidents')).toMatchObject({ provider_down: 0, channel_down: 0 });
  });

  it('show how many jobs wait and how old the oldest chunk is', async () => {
    await seedPrescription(app, await seedPatient(app));
    app.clock.set(DUE);
    await ladderPass(app);
    app.clock.set(past(7));
    const others = Object.fromEntries(LANES.map((lane) => [laneName(lane), 0]));
    expect(await read('queueDepth')).toEqual({ ...others, push: 1 });
    expect(await read('queueAge')).toEqual({ ...others, push: 7 });
  });
});
