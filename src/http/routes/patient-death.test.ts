import { beforeAll, expect, test } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import { planDoses } from '#src/dispatch/plan.ts';
import { PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const put = (id: string, body: object = {}) => api.call('PUT', `/v1/patients/${id}`, { ...PATIENT, ...body });
const statesOf = async (id: string): Promise<string[]> =>
  (await api.call('GET', `/v1/prescriptions/${id}/doses`))
    .json()
    .items.map((dose: { state: string; reason: string | null }) => `${dose.state} ${dose.reason}`);
const stateOf = async (id: string) => (await api.call('GET', `/v1/prescriptions/${id}`)).json().state;

test('a death stops every prescription and ends what is open, at once; what has ended stays', async () => {
  const { prescriptionId, doseId, laterDoseId, openEscalation } = await dueDose(api, 'd1');
  await api.call('POST', `/v1/doses/${doseId}/confirmations`, { answer: 'taken' });
  const caseId = await openEscalation();
  api.app.clock.advance(12 * 3600 + 60); // the second dose is due and open
  await api.app.sql`
    UPDATE doses SET state = 'open', opened_at = due_at WHERE id = ${laterDoseId}`;
  const paused = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'd1' })).json().id;
  await api.call('PATCH', `/v1/prescriptions/${paused}`, { state: 'paused' });
  const pausedBefore = await statesOf(paused);
  await put('d2');
  const other = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'd2' })).json();
  const otherBefore = await statesOf(other.id);

  const died = await put('d1', { deceased: true });
  expect(died.statusCode).toBe(200);
  expect(died.json().deceasedAt).toBe(api.app.clock.now().toISOString());
  expect(await statesOf(prescriptionId)).toEqual(['taken null', ...Array(3).fill('excluded deceased')]);
  expect([await stateOf(prescriptionId), await stateOf(paused)]).toEqual(['stopped', 'stopped']);
  expect(await statesOf(paused)).toEqual(pausedBefore);
  expect(await statesOf(other.id)).toEqual(otherBefore);
  const open = (await api.call('GET', '/v1/escalations')).json().items;
  expect(open.find((one: { id: string }) => one.id === caseId)).toMatchObject({
    state: 'resolved',
    resolution: 'deceased',
  });
  const [todo] = await api.app.sql`
    SELECT count(*)::int AS n FROM doses d JOIN patients p ON p.id = d.patient_id
    WHERE p.external_id = 'd1' AND d.next_action_at IS NOT NULL`;
  expect(todo?.n).toBe(0);
});

test('nothing is planned for the dead: not by the horizon, not by a new prescription, not by a change', async () => {
  api.app.clock.set('2026-11-23T12:00:00Z');
  await put('d3');
  const { id } = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'd3' })).json();
  await put('d3', { deceased: true, zone: 'Europe/Madrid' });
  api.app.clock.set(plusSeconds(api.app.clock.now(), 3 * 86_400));
  expect(await api.app.sql.begin((tx) => planDoses(api.app, tx, [id]))).toBe(0);
  expect(await statesOf(id)).toEqual(Array(4).fill('excluded deceased'));
  for (const path of ['', '/preview']) {
    const refused = await api.call('POST', `/v1/prescriptions${path}`, { ...PRESCRIPTION, patient: 'd3' });
    expect(refused.statusCode).toBe(422);
    expect(refused.json().errors).toEqual([{ field: 'patient', detail: expect.stringContaining('deceased') }]);
  }
  expect((await api.call('PATCH', `/v1/prescriptions/${id}`, { state: 'active' })).statusCode).toBe(409);
});

test('told twice, the first moment stays; told in error, the patient can be prescribed for anew', async () => {
  api.app.clock.set('2026-11-23T12:00:00Z');
  await put('d4', { deceased: true });
  api.app.clock.advance(60);
  expect((await put('d4', { deceased: true })).json().deceasedAt).toBe('2026-11-23T12:00:00.000Z');
  expect((await put('d4', { deceased: false })).json().deceasedAt).toBeUndefined();
  const again = await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'd4' });
  expect(again.statusCode).toBe(201);
});

test('a death that cannot be written whole is not written at all', async () => {
  api.app.clock.set('2026-11-23T12:00:00Z');
  await put('d5');
  const { id } = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'd5' })).json();
  const before = await statesOf(id);
  const refused = await put('d5', { deceased: true, contacts: [{ kind: 'phone', value: '12' }] });
  expect(refused.statusCode).toBe(422);
  expect(await stateOf(id)).toBe('active');
  await api.app.sql`ALTER TABLE doses ADD CONSTRAINT no_death CHECK (reason <> 'deceased') NOT VALID`;
  expect((await put('d5', { deceased: true })).statusCode).toBe(500);
  await api.app.sql`ALTER TABLE doses DROP CONSTRAINT no_death`;
  expect(await stateOf(id)).toBe('active');
  expect(await statesOf(id)).toEqual(before);
  expect((await api.call('GET', '/v1/patients/d5')).json().deceasedAt).toBeUndefined();
});

test('a prescription made while the death is told has no dose left, whoever comes first', async () => {
  api.app.clock.set('2026-11-23T12:00:00Z');
  for (let i = 0; i < 5; i++) {
    await put(`r${i}`);
    const [made] = await Promise.all([
      api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: `r${i}` }),
      put(`r${i}`, { deceased: true }),
    ]);
    expect([201, 422]).toContain(made.statusCode);
  }
  const [left] = await api.app.sql`
    SELECT count(*)::int AS n FROM doses d JOIN patients p ON p.id = d.patient_id
    WHERE p.deceased_at IS NOT NULL AND d.state IN ('planned', 'open')`;
  expect(left?.n).toBe(0);
});
