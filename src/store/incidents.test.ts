import { describe, expect, it } from 'vitest';
import { testApp } from '#test/helpers/app.ts';
import { closeIncident, openIncident, openIncidents } from './incidents.ts';

const { sql } = await testApp();
const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 13, minute));
const SMS = { kind: 'channel_down', subject: 'sms' } as const;
const TWILIO = { kind: 'provider_down', subject: 'twilio:+15005550006' } as const;

describe('incidents', () => {
  it('are opened once, however many calls there are at a time, and can come again', async () => {
    const told = await Promise.all(Array.from({ length: 20 }, () => openIncident(sql, SMS, at(0))));
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(await openIncident(sql, TWILIO, at(1))).toBe(true);
    expect(await openIncidents(sql)).toEqual([
      { ...SMS, openedAt: at(0) },
      { ...TWILIO, openedAt: at(1) },
    ]);

    const closed = await Promise.all(Array.from({ length: 20 }, () => closeIncident(sql, SMS, at(2))));
    expect(closed.filter(Boolean)).toHaveLength(1);
    expect(await openIncidents(sql)).toEqual([{ ...TWILIO, openedAt: at(1) }]);
    expect(await openIncident(sql, SMS, at(3))).toBe(true);
    expect(await sql`SELECT opened_at, closed_at FROM incidents WHERE subject = 'sms' ORDER BY opened_at`).toEqual([
      { opened_at: at(0), closed_at: at(2) },
      { opened_at: at(3), closed_at: null },
    ]);
  });
});
