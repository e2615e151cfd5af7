import { beforeAll, describe, expect, test } from 'vitest';
import { type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const list = async (query = '') => (await api.call('GET', `/v1/escalations${query}`)).json();
const act = (id: string, what: string, body: object) => api.call('POST', `/v1/escalations/${id}/${what}`, body);

describe('/v1/escalations', () => {
  test('open → acknowledged → resolved, each once', async () => {
    const { openEscalation, doseId, prescriptionId } = await dueDose(api, 'e1');
    const id = await openEscalation();
    expect((await list('?state=open')).items).toEqual([
      {
        id,
        patient: 'e1',
        prescriptionId,
        kind: 'missed_critical',
        state: 'open',
        openedAt: '2026-11-23T13:00:00.000Z',
        acknowledgedAt: null,
        acknowledgedBy: null,
        resolvedAt: null,
        resolvedBy: null,
        resolution: null,
        doseIds: [doseId],
      },
    ]);
    const taken = await act(id, 'acknowledge', { by: 'Dr. Rojas' });
    expect(taken.json()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Dr. Rojas' });
    const again = await act(id, 'acknowledge', { by: 'Dr. Vega' });
    expect([again.statusCode, again.json().errors[0].field]).toEqual([409, 'id']);
    const closed = await act(id, 'resolve', { by: 'Dr. Vega', resolution: 'called_patient' });
    expect(closed.json()).toMatchObject({
      state: 'resolved',
      acknowledgedBy: 'Dr. Rojas',
      resolvedBy: 'Dr. Vega',
      resolution: 'called_patient',
    });
    expect((await act(id, 'resolve', { by: 'Dr. Vega', resolution: 'again' })).statusCode).toBe(409);
    expect((await act(id, 'acknowledge', { by: 'Dr. Vega' })).statusCode).toBe(409);
    expect((await list('?state=open')).items).toEqual([]);
    expect((await list('?state=resolved')).items).toHaveLength(1);
  });

  test('who resolves an open case acknowledges it', async () => {
    const id = await (await dueDose(api, 'e2')).openEscalation();
    const closed = await act(id, 'resolve', { by: 'Dr. Rojas', resolution: 'home_visit' });
    expect(closed.json()).toMatchObject({
      state: 'resolved',
      acknowledgedBy: 'Dr. Rojas',
      acknowledgedAt: expect.any(String),
    });
  });

  test('two at once: one takes it', async () => {
    const id = await (await dueDose(api, 'e3')).openEscalation();
    const both = await Promise.all(['A', 'B'].map((by) => act(id, 'acknowledge', { by })));
    expect(both.map((each) => each.statusCode).sort()).toEqual([200, 409]);
  });

  test('pages oldest first', async () => {
    const first = await list('?limit=2');
    const rest = await list(`?limit=2&cursor=${first.next}`);
    const ids = [...first.items, ...rest.items].map((item: { id: string }) => item.id);
    expect(ids).toEqual((await list()).items.map((item: { id: string }) => item.id));
    expect(rest.next).toBeNull();
  });
});
