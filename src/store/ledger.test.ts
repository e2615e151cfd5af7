import { beforeEach, describe, expect, it } from 'vitest';
import { recordAck } from '#src/ack/record.ts';
import { createTenant } from '#src/store/tenants.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { doseAccounts, messageCounts, unaccountedByWhy, unaccountedOf, unknownMessages, type Why } from './ledger.ts';

const app = await testDispatcher();
const at = (time: string) => new Date(`2026-11-23T${time}Z`); // 13:00Z is 08:00 in Lima
const scopeAt = (now: Date, day = '2026-11-23') => ({
  tenantIds: [app.tenantId],
  from: day,
  to: `${day.slice(0, 8)}${Number(day.slice(8)) + 1}`,
  now,
});
const END = at('15:00:00');
const none = { due: 0, taken: 0, skipped: 0, missed: 0, undelivered: 0, excluded: 0, open: 0, unaccounted: 0 };

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

/** The dose of 08:00 that a fresh prescription has on the day. */
async function dose(contacts?: []): Promise<string> {
  const prescription = await seedPrescription(app, await seedPatient(app, contacts === undefined ? {} : { contacts }));
  const [row] = await app.sql<{ id: string }[]>`
    SELECT id FROM doses WHERE prescription_id = ${prescription} AND local_date = '2026-11-23'`;
  return row?.id as string;
}

const answer = (doseId: string, answer: 'taken' | 'skipped') => recordAck(app, { doseId, answer, road: 'api' });

/** One dose of each end: taken, skipped, missed, undelivered. */
async function aDay() {
  const doses = { taken: await dose(), skipped: await dose(), missed: await dose(), undelivered: await dose([]) };
  await driveTo(app, at('13:00:02'));
  await answer(doses.taken, 'taken');
  await answer(doses.skipped, 'skipped');
  for (const time of ['13:10:00', '13:20:00', '14:00:00']) await driveTo(app, at(time));
  return doses;
}

describe('the accounts of a day', () => {
  it('count each dose in its outcome, and leave nothing over', async () => {
    await aDay();
    expect(await doseAccounts(app.sql, scopeAt(END))).toEqual([
      { ...none, tenantId: app.tenantId, due: 4, taken: 1, skipped: 1, missed: 1, undelivered: 1 },
    ]);
    expect(await unaccountedOf(app.sql, scopeAt(END), 10)).toEqual([]);
  });

  it('know the doses of their local dates and their tenants only', async () => {
    await aDay();
    const { tenantId } = await createTenant(app.sql, 'Somebody else', app.clock.now());
    expect(await doseAccounts(app.sql, { ...scopeAt(END), tenantIds: [tenantId] })).toEqual([]);
    expect(await doseAccounts(app.sql, scopeAt(END, '2026-11-22'))).toEqual([]);
    expect(await doseAccounts(app.sql, scopeAt(END, '2026-11-24'))).toEqual([]); // planned, and not due yet
    expect(await messageCounts(app.sql, scopeAt(END, '2026-11-24'))).toEqual([]);
  });

  it('have a local date whole, in the farthest zones too', async () => {
    for (const [zone, planned] of [
      ['Pacific/Kiritimati', '2026-11-23T09:00:00Z'], // 14 hours before UTC
      ['Etc/GMT+12', '2026-11-23T12:00:00Z'],
    ] as const) {
      app.clock.set(planned);
      await seedPrescription(app, await seedPatient(app, { zone }), { times: ['00:00', '23:00'] });
    }
    const now = new Date('2026-11-26T12:10:00Z');
    const day = '2026-11-24';
    expect(await doseAccounts(app.sql, scopeAt(now, day))).toMatchObject([{ due: 4 }]);
  });

  it('move a late answer from missed to taken', async () => {
    const { missed } = await aDay();
    app.clock.set(END);
    await answer(missed, 'taken');
    expect(await doseAccounts(app.sql, scopeAt(END))).toMatchObject([{ due: 4, taken: 2, missed: 0, unaccounted: 0 }]);
  });

  it('leave out what was cancelled before it was due, and count what a pause excluded', async () => {
    const [cancelled, excluded] = [await dose(), await dose()];
    const end = (id: string, state: string) => app.sql`
      UPDATE doses SET state = ${state}, reason = 'x', resolved_at = ${at('12:59:59')}, next_action_at = NULL WHERE id = ${id}`;
    await end(cancelled, 'cancelled');
    await end(excluded, 'excluded');
    expect(await doseAccounts(app.sql, scopeAt(END))).toMatchObject([{ due: 1, excluded: 1, unaccounted: 0 }]);
  });
});

describe('a dose is unaccounted for', () => {
  const broken: [Why, string, (doses: Awaited<ReturnType<typeof aDay>>) => [doseId: string, change: unknown]][] = [
    [
      'answer_missing',
      'taken, and nobody said so',
      ({ taken }) => [taken, app.sql`DELETE FROM confirmations WHERE dose_id = ${taken}`],
    ],
    [
      'answer_missing',
      'skipped, and the answer was refused',
      ({ skipped }) => [skipped, app.sql`UPDATE confirmations SET effect = 'refused' WHERE dose_id = ${skipped}`],
    ],
    [
      'answer_not_applied',
      'missed, and an answer was applied',
      ({ taken }) => [
        taken,
        app.sql`UPDATE doses SET state = 'missed', taken_at = NULL, missed_at = ${at('14:00:00')} WHERE id = ${taken}`,
      ],
    ],
    [
      'answer_not_applied',
      'taken, and a later answer said skipped',
      ({ taken }) => [
        taken,
        app.sql`
          INSERT INTO confirmations (id, tenant_id, dose_id, local_date, answer, road, reported_at, late, effect)
          SELECT gen_random_uuid(), tenant_id, dose_id, local_date, 'skipped', road, reported_at + interval '61 seconds', late, effect
          FROM confirmations WHERE dose_id = ${taken}`,
      ],
    ],
    [
      'no_reminder',
      'missed, and no provider took a reminder',
      ({ missed }) => [
        missed,
        app.sql`UPDATE attempts SET state = 'failed', code = 'x', ended_at = created_at, accepted_at = NULL WHERE dose_id = ${missed}`,
      ],
    ],
    [
      'no_reminder',
      'missed, and only a caregiver was reached',
      ({ missed }) => [missed, app.sql`UPDATE attempts SET purpose = 'caregiver' WHERE dose_id = ${missed}`],
    ],
    [
      'was_reminded',
      'undelivered, and a provider had taken a reminder',
      ({ missed }) => [missed, app.sql`UPDATE doses SET state = 'undelivered', reason = 'x' WHERE id = ${missed}`],
    ],
    [
      'cancelled_when_due',
      'cancelled after it was due',
      ({ missed }) => [missed, app.sql`UPDATE doses SET state = 'cancelled', reason = 'x' WHERE id = ${missed}`],
    ],
    [
      'held_by_nobody',
      'open, and nobody took its next action',
      ({ missed }) => [
        missed,
        app.sql`UPDATE doses SET state = 'open', resolved_at = NULL, next_action_at = ${at('14:58:59')} WHERE id = ${missed}`,
      ],
    ],
    [
      'window_over',
      'open, and put off beyond its window',
      ({ missed }) => [
        missed,
        app.sql`UPDATE doses SET state = 'open', resolved_at = NULL, next_action_at = 'infinity' WHERE id = ${missed}`,
      ],
    ],
  ];

  it.each(broken)('%s: %s', async (why, _words, breaks) => {
    const [doseId, change] = breaks(await aDay());
    await change;
    const [accounts] = await doseAccounts(app.sql, scopeAt(END));
    const { taken = 0, skipped = 0, missed = 0, undelivered = 0, open = 0 } = accounts ?? {};
    expect(accounts).toMatchObject({ due: 4, unaccounted: 1 });
    expect(taken + skipped + missed + undelivered + open).toBe(3);
    expect(await unaccountedOf(app.sql, scopeAt(END), 10)).toEqual([
      { tenantId: app.tenantId, doseId, localDate: '2026-11-23', why },
    ]);
    expect(await unaccountedByWhy(app.sql, scopeAt(END))).toEqual([{ why, count: 1 }]);
  });

  it('not because a provider said too late that it had taken the reminder', async () => {
    const { missed } = await aDay();
    await app.sql`UPDATE doses SET state = 'undelivered', reason = 'outcome_unknown' WHERE id = ${missed}`;
    await app.sql`UPDATE attempts SET accepted_at = ${at('14:00:30')} WHERE dose_id = ${missed}`;
    expect(await unaccountedOf(app.sql, scopeAt(END), 10)).toEqual([]);
  });

  it('not because a caught-up receipt says that an accepted reminder failed', async () => {
    const { missed } = await aDay();
    await app.sql`UPDATE attempts SET state = 'failed', code = '30003', ended_at = ${END} WHERE dose_id = ${missed}`;
    expect(await unaccountedOf(app.sql, scopeAt(END), 10)).toEqual([]);
  });

  it('not because two answers that came together were applied in the other order', async () => {
    const { taken } = await aDay();
    await answer(taken, 'skipped');
    await app.sql`
      UPDATE confirmations SET reported_at = ${at('12:59:03')} WHERE dose_id = ${taken} AND answer = 'skipped'`; // 59 s before
    expect(await unaccountedOf(app.sql, scopeAt(END), 10)).toEqual([]);
  });
});

describe('the messages of a day', () => {
  it('are counted by channel and state, and unknown ones are itemised', async () => {
    const id = await dose();
    app.scripted.push.script = [{ kind: 'contact_failed', code: 'UNREGISTERED', optedOut: false }];
    app.scripted.sms.script = [{ kind: 'unknown', code: 'timeout' }];
    app.scripted.sms.found = { kind: 'unknown', code: 'lookup_failed' };
    await driveTo(app, at('13:00:02'));
    const count = (channel: string, state: string) => ({ tenantId: app.tenantId, channel, state, count: 1 });
    const counts = await messageCounts(app.sql, scopeAt(at('13:01:00')));
    expect(counts.toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
      count('push', 'failed'),
      count('sms', 'unknown'),
    ]);
    expect(await unknownMessages(app.sql, scopeAt(at('13:01:00')), 10)).toEqual([
      {
        tenantId: app.tenantId,
        attemptId: app.scripted.sms.sent[0]?.attemptId,
        doseId: id,
        channel: 'sms',
        code: 'timeout',
        forGood: false,
      },
    ]);
  });
});
