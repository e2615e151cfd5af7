import { beforeEach, describe, expect, it } from 'vitest';
import { attendedPass } from '#schedulers/ladder.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, readyChunks } from '#test/helpers/drive.ts';
import { seedDueDoses } from '#test/helpers/due.ts';
import { completePolicy } from '../domain/policy.ts';
import { advanceDoses } from './advance.ts';
import { deliverChunk } from './deliver.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1;
/** Local times of 2026-11-23 in Lima. */
const at = (local: string) => new Date(`2026-11-23T${local}:00-05:00`);
const SMS_LATER = {
  ladder: [
    { afterSeconds: 0, channel: 'push', to: 'patient' },
    { afterSeconds: 600, channel: 'sms', to: 'patient' },
  ],
} as const;

beforeEach(async () => {
  await clear(app);
  await app.sql`TRUNCATE attendance, incidents, escalations CASCADE`;
  for (const queue of app.queues.lanes.values()) await queue.obliterate({ force: true });
  app.clock.set(at('06:59'));
});

/** Doses are looked after at this time, and everything that is ready is sent. */
async function attended(local: string): Promise<void> {
  app.clock.set(at(local));
  for (let round = 0; round < 10; round++) {
    const more = await attendedPass(app);
    const ready = await readyChunks(app);
    for (const chunk of ready) await deliverChunk(app, chunk);
    if (!more && ready.length === 0) return;
  }
  throw new Error('there is always more to do');
}

/** The same every two minutes from one time to another. */
async function attendedFrom(from: string, to: string): Promise<void> {
  const minutes = (local: string) => Number(local.slice(0, 2)) * 60 + Number(local.slice(3));
  const two = (n: number) => String(n).padStart(2, '0');
  for (let m = minutes(from); m <= minutes(to); m += 2) await attended(`${two(Math.floor(m / 60))}:${two(m % 60)}`);
}

async function prescribe(times: string[], policy: Parameters<typeof completePolicy>[0] = {}): Promise<string> {
  const id = await seedPrescription(app, await seedPatient(app), { times, policy });
  await app.sql`DELETE FROM doses WHERE due_at > ${at('23:59')}`;
  return id;
}

const doses = async (prescription?: string) =>
  (
    await app.sql`
      SELECT state, reason FROM doses WHERE ${prescription ?? null}::uuid IS NULL OR prescription_id = ${prescription ?? null}
      ORDER BY due_at`
  ).map(({ state, reason }) => (reason === null ? state : `${state} (${reason})`));
const outages = () =>
  app.sql`SELECT subject, affected, closed_at IS NOT NULL AS closed FROM incidents WHERE kind = 'outage'`;
const cases = () => app.sql`SELECT kind FROM escalations`;

describe('after three hours in which nothing ran', () => {
  it('what is useful is sent, the rest is nobody’s miss, and one incident tells of it', async () => {
    const over = await prescribe(['09:00', '09:30']);
    const late = await prescribe(['10:40']); // its window is open, and it is too late for a first reminder
    const useful = await prescribe(['10:50']);
    await attended('08:00');
    await attended('11:00');
    expect(await doses(over)).toEqual(['undelivered (system)', 'undelivered (system)']);
    expect(await doses(late)).toEqual(['undelivered (system)']);
    expect(await doses(useful)).toEqual(['open']);
    expect(app.scripted.push.sent).toHaveLength(1);
    expect(await outages()).toEqual([{ subject: 'dosebell', affected: 3, closed: true }]);
    expect(await cases()).toEqual([]);
    await attendedFrom('11:02', '11:50');
    expect(await doses(useful)).toEqual(['missed']); // reminded of, and nobody answered
    expect(await outages()).toHaveLength(1);
  });

  it('a patient who was reminded before could not be heard: no miss', async () => {
    const reminded = await prescribe(['07:55']);
    await attended('07:55');
    expect(app.scripted.push.sent).toHaveLength(1);
    await attended('11:00');
    expect(await doses(reminded)).toEqual(['undelivered (system)']);
    expect(app.scripted.sms.sent).toEqual([]);
  });

  it('critical doses still open their case, one for each patient', async () => {
    await prescribe(['09:00', '10:00'], { critical: true });
    await prescribe(['09:00', '10:00']);
    await attended('08:00');
    await attended('11:00');
    expect(await cases()).toEqual([{ kind: 'undelivered_critical' }]);
    expect(await outages()).toMatchObject([{ affected: 4 }]);
  });

  it('of several overdue doses of a prescription only the newest is reminded of', async () => {
    const policy = { usefulSeconds: 7200, windowSeconds: 10_800 };
    const id = await prescribe(['09:30', '10:10', '10:50'], policy);
    await attended('08:00');
    await attended('11:00');
    expect(await doses(id)).toEqual(['undelivered (system)', 'undelivered (system)', 'open']);
    expect(app.scripted.push.sent).toHaveLength(1);
  });

  it('schedulers that come back together count each dose once', async () => {
    for (let i = 0; i < 5; i++) await prescribe(['09:00']);
    await attended('08:00');
    app.clock.set(at('11:00'));
    await Promise.all([attendedPass(app), attendedPass(app), attendedPass(app)]);
    await attended('11:00');
    expect(await doses()).toEqual(Array.from({ length: 5 }, () => 'undelivered (system)'));
    const counted = (await outages()).reduce((sum, { affected }) => sum + affected, 0);
    expect(counted).toBe(5);
  });
});

describe('a follow-up that fell into an outage', () => {
  it('is sent late while the window is open', async () => {
    const id = await prescribe(['08:00'], { ...SMS_LATER, ladder: [...SMS_LATER.ladder] });
    await attended('08:00');
    await attended('08:50');
    expect(app.scripted.sms.sent).toHaveLength(1);
    expect(await doses(id)).toEqual(['open']);
    expect(await outages()).toEqual([]); // nobody was harmed
  });
});

describe('what is no outage', () => {
  it('a restart: a window that ends meanwhile ends as ever', async () => {
    const id = await prescribe(['08:00']);
    await attendedFrom('08:00', '09:00');
    expect(await doses(id)).toEqual(['missed']);
    expect(await outages()).toEqual([]);
  });

  it('a first start with doses of yesterday: they end as too late', async () => {
    await prescribe(['08:00']);
    await attended('11:00');
    expect(await doses()).toEqual(['undelivered (too_late)']);
    expect(await outages()).toEqual([]);
  });
});

describe('catching up', () => {
  const DUE = at('10:55');
  const policy = completePolicy(SMS_LATER as never);

  it('puts no more in front of what is due now than leaves soon', async () => {
    await attended('08:00');
    await seedDueDoses(app.sql, { doses: 5200, dueAt: DUE, policy });
    await app.sql`UPDATE doses SET shard = 0`;
    await app.sql`
      INSERT INTO contact_points (id, tenant_id, patient_id, owner, kind, value, lookup, position, created_at)
      SELECT gen_random_uuid(), tenant_id, id, 'patient', 'push', ${app.cipher.seal('token')}, 'x', 0, now()
      FROM patients WHERE external_id = 'p'`;
    const due = await prescribe(['11:01']);
    app.clock.set(at('11:00'));
    while (await attendedPass(app));
    const [row] = await app.sql`SELECT sum(size)::int AS waiting FROM chunks WHERE state = 'queued'`;
    expect(row?.waiting).toBe(5000);
    app.clock.set(at('11:01'));
    while (await attendedPass(app));
    expect(await doses(due)).toEqual(['open']);
    expect(await app.sql`SELECT 1 FROM doses WHERE state = 'planned'`).toHaveLength(200);
    for (const chunk of await readyChunks(app)) await deliverChunk(app, chunk);
    while (await attendedPass(app));
    expect(await app.sql`SELECT 1 FROM doses WHERE state = 'planned'`).toEqual([]);
  }, 30_000);

  it('takes critical doses first, and the newest first', async () => {
    const ids = {
      old: await prescribe(['10:50']),
      critical: await prescribe(['10:46'], { critical: true }),
      newer: await prescribe(['10:58']),
    };
    app.clock.set(at('11:00'));
    const opened: string[] = [];
    for (let i = 0; i < 3; i++) {
      await advanceDoses(app, { shard: 0, until: at('11:00'), states: ['planned'], usefulAt: at('11:00'), limit: 1 });
      const rows = await app.sql`SELECT prescription_id AS id FROM doses WHERE state = 'open'`;
      opened.push(rows.map(({ id }) => id).find((id) => !opened.includes(id)));
    }
    expect(opened).toEqual([ids.critical, ids.newer, ids.old]);
  });
});
