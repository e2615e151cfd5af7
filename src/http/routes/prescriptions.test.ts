import { beforeAll, describe, expect, test } from 'vitest';
import { completePolicy } from '#src/domain/policy.ts';
import { countRows, PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  await api.call('PUT', '/v1/patients/p1', PATIENT);
});

interface Dose {
  id: string;
  dueAt: string;
  state: string;
  reason: string | null;
  prescriptionVersion: number;
}
const create = async (body: object = {}) =>
  (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, ...body })).json();
const dosesOf = async (id: string): Promise<Dose[]> =>
  (await api.call('GET', `/v1/prescriptions/${id}/doses`)).json().items;
const statesOf = async (id: string) =>
  (await dosesOf(id)).map((dose) => `${dose.state} ${dose.reason} v${dose.prescriptionVersion}`);

describe('POST /v1/prescriptions', () => {
  test('stores it, plans from now, tells where it is', async () => {
    const response = await api.call('POST', '/v1/prescriptions', {
      ...PRESCRIPTION,
      externalId: 'rx-1',
      instructions: 'with food',
    });
    expect(response.statusCode).toBe(201);
    const created = response.json();
    expect(response.headers.location).toBe(`/v1/prescriptions/${created.id}`);
    expect(created).toMatchObject({
      patient: 'p1',
      externalId: 'rx-1',
      version: 1,
      state: 'active',
      medication: 'Metformin 850 mg',
      instructions: 'with food',
      regimen: { mode: 'wall', ...PRESCRIPTION.regimen, rdates: [], exdates: [] },
      policy: completePolicy({}),
    });
    const { warnings, ...stored } = created;
    expect(warnings).toEqual([]);
    expect((await api.call('GET', `/v1/prescriptions/${created.id}`)).json()).toEqual(stored);
    const doses = await dosesOf(created.id);
    expect(doses.map((dose) => dose.dueAt.slice(0, 16))).toEqual([
      '2026-11-23T13:00',
      '2026-11-24T01:00',
      '2026-11-24T13:00',
      '2026-11-25T01:00',
    ]);
    expect(doses[0]).toMatchObject({
      localDate: '2026-11-23',
      localTime: '08:00:00',
      zone: 'America/Lima',
      late: false,
    });
  });

  test('an external id is taken once', async () => {
    await create({ externalId: 'rx-2' });
    const again = await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, externalId: 'rx-2' });
    expect(again.statusCode).toBe(409);
    expect(again.json().errors[0].field).toBe('externalId');
  });

  test('preview gives the exact doses and stores nothing', async () => {
    const before = await countRows(api.app);
    const regimen = { start: '2026-11-24T08:00:00', rrules: ['FREQ=DAILY'], exdates: ['2026-11-25T08:00:00'] };
    const response = await api.call('POST', '/v1/prescriptions/preview?days=4', { ...PRESCRIPTION, regimen });
    expect(response.json()).toEqual({
      zone: 'America/Lima',
      words:
        'todos los días a las 08:00, excepto el 25 de noviembre de 2026 a las 08:00, desde el 24 de noviembre de 2026',
      warnings: [],
      doses: [
        { dueAt: '2026-11-24T13:00:00.000Z', localDate: '2026-11-24', localTime: '08:00:00' },
        { dueAt: '2026-11-26T13:00:00.000Z', localDate: '2026-11-26', localTime: '08:00:00' },
      ],
      more: false,
    });
    const much = await api.call('POST', '/v1/prescriptions/preview?days=366', PRESCRIPTION);
    expect(much.json().doses).toHaveLength(200);
    expect(much.json().more).toBe(true);
    expect(await countRows(api.app)).toEqual(before);
  });
});

describe('words and warnings', () => {
  const night = { quietHours: { from: '22:00', to: '07:00' } };
  const W1 = { ...PATIENT, ...night, locale: 'pt-BR' };
  const monthly = { start: '2026-12-31T06:00:00', rrules: ['FREQ=MONTHLY'] };
  const ask = async (regimen: object, headers = {}) =>
    (
      await api.call('POST', '/v1/prescriptions/preview', { ...PRESCRIPTION, patient: 'w1', regimen }, { headers })
    ).json();
  beforeAll(async () => {
    await api.call('PUT', '/v1/patients/w1', W1);
  });

  test('are in the patient’s language, unless Accept-Language names another', async () => {
    const told = await ask(monthly);
    expect(told.words).toBe('no dia 31 de cada mês às 06:00, desde 31 de dezembro de 2026');
    expect(told.warnings).toEqual([
      { code: 'quiet_hours', detail: expect.stringContaining('horário de silêncio (22:00–07:00): 06:00') },
      { code: 'short_months', detail: expect.stringContaining('último dia do mês') },
    ]);
    expect((await ask(monthly, { 'accept-language': '*' })).words).toBe(told.words);
    const english = await ask(monthly, { 'accept-language': 'fr, en-GB;q=0.8, es;q=0.5' });
    expect(english.words).toBe('on the 31st of each month at 06:00, from 31 December 2026');
    expect(english.warnings[1].detail).toContain('months without day 31');
  });

  test('monthEnd gives the dose on the last day, and is kept', async () => {
    const regimen = { ...monthly, monthEnd: 'last_day' };
    const year = await api.call('POST', '/v1/prescriptions/preview?days=100', {
      ...PRESCRIPTION,
      patient: 'w1',
      regimen,
    });
    expect(year.json().doses.map((dose: { localDate: string }) => dose.localDate)).toEqual([
      '2026-12-31',
      '2027-01-31',
      '2027-02-28',
    ]);
    expect(year.json().warnings.map((warning: { code: string }) => warning.code)).toEqual(['quiet_hours']);
    const created = await create({ patient: 'w1', regimen });
    expect(created.regimen.monthEnd).toBe('last_day');
    expect(created.warnings).toEqual(year.json().warnings);
    const read = (await api.call('GET', `/v1/prescriptions/${created.id}`)).json();
    expect(read.regimen).toEqual(created.regimen);
    expect(read.warnings).toBeUndefined();
  });

  test('a change is looked at as a whole; what is stopped is not', async () => {
    const { id } = await create({ patient: 'w1', policy: { critical: true } });
    const patch = async (body: object) => (await api.call('PATCH', `/v1/prescriptions/${id}`, body)).json().warnings;
    const night = { start: '2026-11-24T08:00:00', rrules: ['FREQ=DAILY;BYHOUR=8,23', 'FREQ=DAILY'] };
    const [quiet] = await patch({ regimen: night });
    expect(quiet.detail).toContain('23:00; nesse horário não se avisa');
    await api.call('PUT', '/v1/patients/w1', { ...W1, consent: { reminders: true, criticalInQuietHours: true } });
    expect(await patch({ regimen: night })).toEqual([
      { code: 'quiet_hours', detail: expect.stringContaining('23:00; por ser crítica') },
      { code: 'same_time', detail: expect.stringContaining('24 de novembro de 2026 às 08:00') },
    ]);
    expect(await patch({ medication: 'Insulina' })).toHaveLength(2);
    expect(await patch({ state: 'stopped' })).toEqual([]);
  });
});

describe('PATCH /v1/prescriptions/{id}', () => {
  const patch = (id: string, body: object) => api.call('PATCH', `/v1/prescriptions/${id}`, body);

  test('a change re-plans the future under the next version', async () => {
    const { id } = await create();
    const changed = await patch(id, {
      medication: 'Metformin 1000 mg',
      regimen: { start: '2026-11-01T09:00:00', rrules: ['FREQ=DAILY'] },
      policy: { critical: true },
      reason: 'dose_raised',
    });
    expect(changed.json()).toMatchObject({
      version: 2,
      medication: 'Metformin 1000 mg',
      policy: completePolicy({ critical: true }),
      regimen: { rrules: ['FREQ=DAILY'] },
    });
    expect((await statesOf(id)).sort()).toEqual([
      ...Array(4).fill('cancelled dose_raised v1'),
      ...Array(2).fill('planned null v2'),
    ]);
  });

  test('pause excludes, resume plans anew, stop is final', async () => {
    const { id } = await create();
    await patch(id, { state: 'paused' });
    expect(await statesOf(id)).toEqual(Array(4).fill('excluded paused v1'));
    await patch(id, { instructions: 'while paused' });
    expect(await statesOf(id)).toHaveLength(4);
    await patch(id, { state: 'active' });
    expect((await statesOf(id)).filter((state) => state === 'planned null v4')).toHaveLength(4);
    const stopped = await patch(id, { state: 'stopped', reason: 'side_effects' });
    expect(stopped.json().state).toBe('stopped');
    expect((await statesOf(id)).filter((state) => state === 'cancelled side_effects v4')).toHaveLength(4);
    const late = await patch(id, { state: 'active' });
    expect(late.statusCode).toBe(409);
    expect(late.json().errors[0].field).toBe('state');
  });

  test('what was due keeps its course', async () => {
    const { id } = await create();
    const start = api.app.clock.now();
    api.app.clock.advance(90 * 60); // 08:30 in Lima
    await patch(id, { state: 'stopped' });
    expect(await statesOf(id)).toEqual(['planned null v1', ...Array(3).fill('cancelled stopped v1')]);
    api.app.clock.set(start);
  });

  test('a change that fails changes nothing', async () => {
    const { id } = await create();
    const before = await dosesOf(id);
    const stored = (await api.call('GET', `/v1/prescriptions/${id}`)).json();
    const refused = await patch(id, {
      medication: 'x',
      regimen: { start: '2026-11-24T09:00:00', rrules: ['FREQ=NO'] },
    });
    expect(refused.statusCode).toBe(422);
    // No partition holds the doses of that day: the database itself fails, after the old doses were cancelled.
    const now = api.app.clock.now();
    api.app.clock.set('2028-01-01T00:00:00Z');
    const regimen = { start: '2028-01-01T09:00:00', rrules: ['FREQ=DAILY'] };
    expect((await patch(id, { regimen })).statusCode).toBe(500);
    api.app.clock.set(now);
    expect(await dosesOf(id)).toEqual(before);
    expect((await api.call('GET', `/v1/prescriptions/${id}`)).json()).toEqual(stored);
  });

  test('concurrent changes come one after another', async () => {
    const { id } = await create();
    const all = await Promise.all(Array.from({ length: 4 }, (_, i) => patch(id, { instructions: `n${i}` })));
    expect(all.map((each) => each.json().version).sort()).toEqual([2, 3, 4, 5]);
    expect((await dosesOf(id)).filter((dose) => dose.state === 'planned')).toHaveLength(4);
  });
});

describe('GET /v1/prescriptions', () => {
  test('pages through all, each once, and filters by patient', async () => {
    await api.call('PUT', '/v1/patients/p9', PATIENT);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      api.app.clock.advance(1);
      ids.push((await create({ patient: 'p9' })).id);
    }
    const seen: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 5; pages++) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const page = (await api.call('GET', `/v1/prescriptions?patient=p9&limit=2${cursor}`)).json();
      seen.push(...page.items.map((item: { id: string }) => item.id));
      next = page.next;
    }
    expect(seen).toEqual(ids);
    const all = (await api.call('GET', '/v1/prescriptions?limit=200')).json();
    expect(all.items.length).toBeGreaterThan(5);
    expect(all.next).toBeNull();
  });

  test('doses page by due time', async () => {
    const { id } = await create();
    const first = (await api.call('GET', `/v1/prescriptions/${id}/doses?limit=3`)).json();
    const rest = (await api.call('GET', `/v1/prescriptions/${id}/doses?limit=3&cursor=${first.next}`)).json();
    expect([...first.items, ...rest.items].map((dose: Dose) => dose.id)).toEqual(
      (await dosesOf(id)).map((dose) => dose.id),
    );
    expect(rest).toMatchObject({ items: [{}], next: null });
  });
});
