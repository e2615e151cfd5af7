import { beforeEach, expect, it, vi } from 'vitest';
import type { Capacity } from '#src/capacity/senders.ts';
import { ONE_EACH } from '#src/capacity/testing.ts';
import { completePolicy } from '#src/domain/policy.ts';
import { testApp } from '#test/helpers/app.ts';
import { seedDueDoses } from '#test/helpers/due.ts';
import { forecastPass } from './forecast.ts';

const app = await testApp();
const policy = completePolicy({});
const capacity: Capacity = {
  senders: [
    { channel: 'push', provider: 'fcm', sender: 'p', weight: 1, perSecond: 100 },
    { channel: 'sms', provider: 'twilio', sender: '+1', weight: 1, perSecond: 1 },
    { channel: 'email', provider: 'smtp', sender: 'a@b', weight: 1, perSecond: 10 },
  ],
  units: { ...ONE_EACH, sms: { patient: 2, caregiver: 2 } },
};

async function read(name: 'forecastRatio' | 'forecastLate'): Promise<Record<string, number>> {
  const { values } = await app.metrics[name].get();
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels.channel} ${labels.provider}`, value]));
}

beforeEach(async () => {
  await app.sql`TRUNCATE tenants, doses CASCADE`;
  app.clock.set('2026-11-23T12:10:00Z');
});

it('sets the gauges by the busiest minute of the next 24 hours, and warns of what is too much', async () => {
  const warned = vi.spyOn(app.log, 'warn');
  await seedDueDoses(app.sql, { doses: 900, dueAt: new Date('2026-11-23T13:00:00Z'), policy });
  await seedDueDoses(app.sql, { doses: 10, dueAt: new Date('2026-11-24T01:00:00Z'), policy });
  await seedDueDoses(app.sql, { doses: 950, dueAt: new Date('2026-11-24T14:00:00Z'), policy }); // later than that
  await forecastPass(app, capacity);
  expect(await read('forecastRatio')).toEqual({ 'push fcm': 0.01, 'sms twilio': 2, 'email smtp': 0.1 });
  expect(await read('forecastLate')).toEqual({ 'push fcm': 9, 'sms twilio': 1800, 'email smtp': 90 });
  expect(warned.mock.calls).toEqual([
    [
      {
        channel: 'sms',
        minute: new Date('2026-11-23T13:10:00Z'),
        why: expect.stringContaining('900 SMS (1,800 segments) on 1 sender at 1 segment/s take 30 min'),
      },
      'more is planned than can be sent in time',
    ],
  ]);
});

it('falls back to 0 when the rush has passed', async () => {
  await seedDueDoses(app.sql, { doses: 900, dueAt: new Date('2026-11-23T13:00:00Z'), policy });
  await forecastPass(app, capacity);
  app.clock.set('2026-11-23T14:00:00Z');
  await forecastPass(app, capacity);
  expect(await read('forecastRatio')).toEqual({ 'push fcm': 0, 'sms twilio': 0, 'email smtp': 0 });
});
