import { beforeEach, expect, test } from 'vitest';
import { accountOf, type Inbox } from '#channels/channel.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import { uuidv7 } from '../domain/ids.ts';
import { keepRefs } from '../store/provider-refs.ts';
import { openInbox } from './inbox.ts';

const app = await testDispatcher();
const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const PHONE = '+51900009999';
let inbox: Inbox;
app.scripted.sms.receive = (given) => {
  inbox = given;
};
openInbox(app);

beforeEach(async () => {
  await clear(app);
  app.clock.set('2026-11-23T12:00:00Z');
  const ladder = [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] as const;
  const patient = await seedPatient(app, { contacts: [{ kind: 'phone', value: PHONE }] });
  await seedPrescription(app, patient, { policy: { ladder: [...ladder] } });
  await driveTo(app, DUE);
});

const attempt = async () => (await app.sql`SELECT id, state, ref, code FROM attempts`)[0];

test("a receipt that names only the provider's message finds its attempt", async () => {
  const { ref } = (await attempt()) as { ref: string };
  await inbox.receipts([{ state: 'delivered', ref }]);
  expect(await attempt()).toMatchObject({ state: 'delivered', ref });
});

test('a receipt of a message that is not ours changes nothing', async () => {
  await inbox.receipts([{ state: 'failed', ref: 'somebody else', code: '1' }]);
  expect(await attempt()).toMatchObject({ state: 'accepted' });
});

test('one that names its attempt needs no look-up', async () => {
  const { id, ref } = (await attempt()) as { id: string; ref: string };
  await inbox.receipts([{ attemptId: id, state: 'failed', ref, code: '30003' }]);
  expect(await attempt()).toMatchObject({ state: 'failed', code: '30003' });
});

test.each([
  { apart: 'at once', hours: 0, state: 'accepted' },
  { apart: 'while receipts may come', hours: 23, state: 'accepted' },
  { apart: 'long after', hours: 48, state: 'delivered' },
])('an id that the provider gives to two messages, $apart: the new one is $state', async ({ hours, state }) => {
  const one = (await attempt()) as { id: string; ref: string };
  const account = accountOf(app.scripted.sms);
  const id = uuidv7(DUE);
  await app.sql`UPDATE attempts SET id = ${id} WHERE id = ${one.id}`; // as if the id had been another message's before
  await app.sql`DELETE FROM provider_refs`;
  const later = new Date(DUE.getTime() + hours * 3_600_000);
  await keepRefs(app.sql, account, [{ attemptId: one.id, ref: one.ref }], DUE);
  await keepRefs(app.sql, account, [{ attemptId: id, ref: one.ref }], later);
  await keepRefs(app.sql, account, [{ attemptId: id, ref: one.ref }], later);
  await inbox.receipts([{ state: 'delivered', ref: one.ref }]);
  expect(await attempt()).toMatchObject({ id, state });
});

test('an id given to two messages of one chunk is nobody’s', async () => {
  const one = (await attempt()) as { id: string; ref: string };
  await app.sql`DELETE FROM provider_refs`;
  const refs = [one.id, uuidv7(DUE)].map((attemptId) => ({ attemptId, ref: one.ref }));
  await keepRefs(app.sql, accountOf(app.scripted.sms), refs, DUE);
  await inbox.receipts([{ state: 'delivered', ref: one.ref }]);
  expect(await attempt()).toMatchObject({ state: 'accepted' });
});

test("a patient's message is an answer like any other", async () => {
  expect(await inbox.reply({ sid: 'MO1', from: PHONE, body: '1' })).toContain('08:00');
  expect(await app.sql`SELECT state FROM doses WHERE due_at = ${DUE}`).toEqual([{ state: 'taken' }]);
});

test('ids of messages are kept only where somebody tells of them', async () => {
  expect(await app.sql`SELECT account FROM provider_refs`).toContainEqual({ account: 'scripted-sms:sender-sms' });
  delete app.scripted.sms.receive;
  await app.sql`DELETE FROM provider_refs`;
  await driveTo(app, new Date(DUE.getTime() + 24 * 3_600_000));
  expect(app.scripted.sms.sent.length).toBe(2);
  expect(await app.sql`SELECT * FROM provider_refs`).toEqual([]);
});
