import { beforeAll, describe, expect, test } from 'vitest';
import { type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
let doseOf: Awaited<ReturnType<typeof dueDose>>;
beforeAll(async () => {
  api = await testApi();
  doseOf = await dueDose(api, 'a1');
  await api.call('POST', `/v1/doses/${doseOf.doseId}/confirmations`, { answer: 'taken' });
  await dueDose(api, 'a2');
  api.app.clock.advance(2 * 3600);
});

const report = async (query: string) => (await api.call('GET', `/v1/adherence${query}`)).json();

describe('GET /v1/adherence', () => {
  test('counts the doses of a period', async () => {
    expect(await report('?from=2026-11-23&to=2026-11-23&patient=a1')).toMatchObject({
      from: '2026-11-23T00:00:00.000Z',
      to: '2026-11-24T00:00:00.000Z',
      due: 1,
      taken: 1,
      expected: 1,
      taking: 1,
      timing: 1,
      bounds: [1, 1],
    });
    expect(await report('')).toMatchObject({ due: 2, taken: 1, to: '2026-11-23T15:00:00.000Z' });
    expect(
      await report(`?prescription=${doseOf.prescriptionId}&from=2026-11-23T08:00:00-05:00&to=2026-11-25`),
    ).toMatchObject({
      due: 4,
    });
  });

  test('nothing to count is null, not 0', async () => {
    expect(await report('?from=2026-11-01&to=2026-11-02')).toMatchObject({ due: 0, taking: null, bounds: null });
  });

  test.each([
    ['?from=2026-02-30', 'from'],
    ['?to=yesterday', 'to'],
    ['?from=2026-11-23T08:00:00', 'from'],
    ['?from=2026-11-24&to=2026-11-23', 'to'],
    ['?from=2020-01-01&to=2026-01-01', 'from'],
    ['?patient=nobody', 'patient'],
    ['?prescription=019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4', 'prescription'],
    ['?prescription=1', 'prescription'],
    ['?since=2026-01-01', 'since'],
  ])('%s is refused naming %s', async (query, field) => {
    const response = await api.call('GET', `/v1/adherence${query}`);
    expect(response.statusCode).toBe(422);
    expect(response.json().errors[0].field).toBe(field);
  });
});
