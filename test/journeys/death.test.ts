import { beforeEach, expect, test } from 'vitest';
import { ladderPass } from '#schedulers/ladder.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import { putPatient } from '#src/intake/commands.ts';
import { seedPatient, seedPrescription, testDispatcher } from '../helpers/dispatcher.ts';
import { clear, driveTo, readyChunks } from '../helpers/drive.ts';

const app = await testDispatcher();
const DUE = Date.parse('2026-11-23T13:00:00Z'); // 08:00 in Lima
const at = (minutes: number) => driveTo(app, new Date(DUE + minutes * 60_000));
const sent = () => Object.values(app.scripted).flatMap((channel) => channel.sent.map((message) => message.purpose));

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
});

async function seed() {
  const patient = await seedPatient(app);
  const id = await seedPrescription(app, patient, { policy: { critical: true } });
  const die = () => app.sql.begin((tx) => putPatient(app, tx, app.tenantId, { ...patient, deceased: true }));
  return { id, die };
}

test('a reminder that is ready to leave does not leave once the death is told', async () => {
  const { die } = await seed();
  app.clock.set(new Date(DUE));
  await ladderPass(app);
  const chunks = await readyChunks(app);
  expect(chunks.length).toBeGreaterThan(0);
  await die();
  for (const chunk of chunks) await deliverChunk(app, chunk);
  expect(sent()).toEqual([]);
  expect(await app.sql`SELECT DISTINCT state, code FROM attempts`).toEqual([
    { state: 'cancelled', code: 'dose_excluded' },
  ]);
});

test('in the middle of the ladder the next rungs, the caregiver and the case stay silent', async () => {
  const { die } = await seed();
  await at(0);
  await at(10);
  const before = sent();
  expect(before).toHaveLength(2);
  await die();
  await at(24 * 60 + 90);
  expect(sent()).toEqual(before);
  expect(await app.sql`SELECT 1 FROM escalations`).toHaveLength(0);
});

test('a clinician who was to hear of an open case hears nothing', async () => {
  const { id, die } = await seed();
  await at(59);
  app.clock.set(new Date(DUE + 60 * 60_000));
  await ladderPass(app); // the window is over: a case is open, and its message is ready
  const before = sent();
  const chunks = await readyChunks(app);
  await die();
  for (const chunk of chunks) await deliverChunk(app, chunk);
  expect(sent()).toEqual(before);
  const cases = await app.sql`SELECT state, resolution FROM escalations WHERE prescription_id = ${id}`;
  expect(cases).toEqual([{ state: 'resolved', resolution: 'deceased' }]);
});
