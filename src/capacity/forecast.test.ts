import { describe, expect, it } from 'vitest';
import { completePolicy, type Rung } from '../domain/policy.ts';
import { forecastOf, headlines } from './forecast.ts';
import type { DueMinute } from './queue.ts';
import type { Capacity } from './senders.ts';
import { ONE_EACH } from './testing.ts';

const FROM = Date.parse('2026-11-23T12:30:00Z') / 60_000;
const TO = FROM + 90; // 14:00
const at = (time: string) => new Date(`2026-11-23T${time}:00Z`);

const capacity: Capacity = {
  senders: [
    { channel: 'push', provider: 'fcm', sender: 'project', weight: 1, perSecond: 100 },
    { channel: 'sms', provider: 'twilio', sender: '+1', weight: 3, perSecond: 3 },
    { channel: 'sms', provider: 'http', sender: '+2', weight: 1, perSecond: 1 },
    { channel: 'email', provider: 'smtp', sender: 'a@b', weight: 1, perSecond: 14 },
  ],
  units: { ...ONE_EACH, sms: { patient: 2, caregiver: 2 } },
};

const due = (time: string, doses: number, given: Partial<DueMinute> = {}): DueMinute => ({
  minute: at(time).getTime() / 60_000,
  rung: 0,
  policy: completePolicy({}),
  doses,
  ...given,
});
const rows = (given: DueMinute[]) => forecastOf(given, capacity, { from: FROM, to: TO });
const SMS_FIRST: Rung[] = [{ afterSeconds: 0, channel: 'sms', to: 'patient' }];

describe('the forecast', () => {
  it('says for each sender and hour what it is to send, by rung and by its share', () => {
    const { hours, overloads } = rows([due('13:00', 1000), due('13:30', 200)]);
    expect(hours.map(({ sender, hour, doses, messages, units }) => [sender, hour, doses, messages, units])).toEqual([
      ['project', at('13:00'), 1200, [1200], 1200],
      ['+1', at('13:00'), 1200, [0, 900], 1800],
      ['+2', at('13:00'), 1200, [0, 300], 600],
      ['a@b', at('13:00'), 1200, [0, 0, 1200], 1200],
    ]);
    expect(hours[1]).toMatchObject({
      capacity: 3 * 3600,
      busiest: { minute: at('13:10'), lateSeconds: 500, usefulSeconds: 900 },
      verdict: 'fits',
    });
    expect(overloads).toEqual([]);
  });

  it.each([
    ['too many fallbacks', due('13:00', 1801), 'late_if_unanswered'],
    ['too many first reminders', due('13:00', 1801, { policy: completePolicy({ ladder: SMS_FIRST }) }), 'late'],
    ['as many as fit', due('13:00', 1800), 'fits'],
  ])('%s', (_, load, verdict) => {
    const { hours, overloads } = rows([load]);
    const sms = hours.filter(({ channel }) => channel === 'sms');
    expect(sms.map((row) => row.verdict)).toEqual([verdict, verdict]);
    expect(overloads.map(({ channel }) => channel)).toEqual(verdict === 'fits' ? [] : ['sms']);
    if (verdict !== 'fits')
      expect(overloads[0]?.why).toContain('1,801 SMS (3,602 segments) on 2 senders at 4 segments/s');
  });

  it('an hour that begins with what the last one left is late too', () => {
    const policy = completePolicy({ ladder: SMS_FIRST });
    const { hours } = rows([due('12:59', 1800, { policy }), due('13:00', 200, { policy })]);
    expect(hours.filter(({ sender }) => sender === '+1').map(({ hour, verdict }) => [hour, verdict])).toEqual([
      [at('12:00'), 'fits'],
      [at('13:00'), 'late'],
    ]);
  });

  it('leaves out what lies beyond it, and sends at once what is overdue', () => {
    const { hours } = rows([due('13:55', 10), due('12:00', 4, { rung: 1 })]);
    expect(hours.map(({ sender, hour, doses, messages }) => [sender, hour, doses, messages])).toEqual([
      ['+1', at('12:00'), 0, [0, 3]],
      ['+2', at('12:00'), 0, [0, 1]],
      ['a@b', at('12:00'), 0, [0, 0, 4]],
      ['project', at('13:00'), 10, [10]],
    ]);
  });

  it('has one headline for each channel and provider', () => {
    const { hours } = rows([due('12:40', 1000), due('13:00', 3600)]);
    expect(headlines(hours)).toEqual([
      { channel: 'push', provider: 'fcm', ratio: 0.04, lateSeconds: 36 },
      { channel: 'sms', provider: 'twilio', ratio: 2, lateSeconds: 1800 },
      { channel: 'sms', provider: 'http', ratio: 2, lateSeconds: 1800 },
      { channel: 'email', provider: 'smtp', ratio: expect.closeTo(0.2857), lateSeconds: expect.closeTo(257.14) },
    ]);
  });
});
