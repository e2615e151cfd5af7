import { describe, expect, it } from 'vitest';
import { recordAck } from '#src/ack/record.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { driveTo } from '#test/helpers/drive.ts';
import { answersByRoad, attemptRows, doseCounts, escalationCount, latenessMs } from './accounting.ts';

const app = await testDispatcher();
const at = (time: string) => new Date(`2026-11-23T${time}Z`); // 13:00Z is 08:00 in Lima

describe('the account of a tenant', () => {
  it('has every dose by state, every message, the lateness of first reminders, the answers and the cases', async () => {
    const critical = { policy: { critical: true } };
    const [taken] = [
      await seedPrescription(app, await seedPatient(app)),
      await seedPrescription(app, await seedPatient(app), critical),
      await seedPrescription(app, await seedPatient(app, { contacts: [] }), critical),
    ];
    await driveTo(app, at('13:00:02'));
    expect(await latenessMs(app.sql, app.tenantId, [0.5, 0.99])).toEqual([2000, 2000]);
    for (const time of ['13:10:00', '13:15:00', '13:20:00', '13:30:00', '14:00:00']) await driveTo(app, at(time));
    const [dose] = await app.sql<{ id: string }[]>`
      SELECT id FROM doses WHERE prescription_id = ${taken} AND due_at = ${at('13:00:00')}`;
    await recordAck(app, { doseId: dose?.id ?? '', answer: 'taken', road: 'link', takenAt: at('14:30:00') });
    const now = at('15:00:00');
    expect(await doseCounts(app.sql, app.tenantId, now)).toEqual({
      byState: { taken: 1, missed: 1, undelivered: 1 },
      takenLate: 1,
    });
    expect(await answersByRoad(app.sql, app.tenantId)).toEqual({ link: 1 });
    expect(await escalationCount(app.sql, app.tenantId)).toBe(2);
    const attempts = await attemptRows(app.sql, app.tenantId);
    const accepted = attempts.filter((attempt) => attempt.accepted).map(({ channel }) => channel);
    expect(accepted.sort()).toEqual([
      'email',
      'email',
      'email',
      'email',
      'push',
      'push',
      'sms',
      'sms',
      'sms',
      'sms',
      'voice',
    ]);
    expect(attempts.filter((attempt) => attempt.underWay)).toEqual([]);
    expect(attempts.filter((attempt) => !attempt.accepted).map(({ code }) => code)).toEqual([
      'no_contact',
      'no_contact',
      'no_contact',
      'no_contact',
    ]);
  });

  it('of a tenant without doses is empty, and has no lateness', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000';
    expect(await doseCounts(app.sql, nobody, at('15:00:00'))).toEqual({ byState: {}, takenLate: 0 });
    expect(await latenessMs(app.sql, nobody, [0.5])).toEqual([null]);
  });
});
