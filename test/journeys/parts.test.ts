import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startBuckets } from '#schedulers/buckets.ts';
import { startGauges } from '#schedulers/gauges.ts';
import { startHorizon } from '#schedulers/horizon.ts';
import { startHousekeeping } from '#schedulers/housekeeping.ts';
import { startLadder } from '#schedulers/ladder.ts';
import { startRescue } from '#schedulers/rescue.ts';
import { startWorkers } from '#src/dispatch/workers.ts';
import { onRedis, seedPatient, seedPrescription, type TestDispatcher, testDispatcher } from '../helpers/dispatcher.ts';
import { clear } from '../helpers/drive.ts';

const app = await testDispatcher();
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const NOBODY = 'redis://127.0.0.1:1';

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
  await seedPrescription(app, await seedPatient(app));
});

const attempts = () => app.sql`SELECT channel, state FROM attempts ORDER BY id`;
const sentOnce = { timeout: 10_000, interval: 20 };

describe('the parts of the running processes', () => {
  it('all together send a dose once, and stop', async () => {
    app.clock.set(DUE);
    const start = [startHousekeeping, startHorizon, startBuckets, startLadder, startGauges, startRescue, startWorkers];
    const parts = [...start, ...start].map((each) => each(app)); // as in two processes
    await vi.waitFor(async () => expect(await attempts()).toEqual([{ channel: 'push', state: 'accepted' }]), sentOnce);
    app.clock.advance(5);
    await Promise.all(parts.map((part) => part.stop()));
    expect(app.scripted.push.sent).toHaveLength(1);
  });

  it('started while Redis is away: the ladder and the rescue send the dose, and everything stops', async () => {
    const { parts: carried, close } = await onRedis(app, NOBODY);
    const without: TestDispatcher = { ...app, ...carried };
    app.clock.set(DUE);
    const start = [startHorizon, startBuckets, startLadder, startGauges, startRescue, startWorkers];
    const parts = start.map((each) => each(without));
    await vi.waitFor(async () => expect(await attempts()).toEqual([{ channel: 'push', state: 'intent' }]), sentOnce);
    app.clock.advance(3);
    await vi.waitFor(async () => expect(await attempts()).toEqual([{ channel: 'push', state: 'accepted' }]), sentOnce);
    for (const part of parts.reverse()) await part.stop();
    await close();
    expect(app.scripted.push.sent).toHaveLength(1);
  });
});
