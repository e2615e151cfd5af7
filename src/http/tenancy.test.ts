import { beforeAll, describe, expect, test } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import { createTenant } from '#src/store/tenants.ts';
import { countRows, PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
let other: { tenantId: string; apiKey: string };
let ours: Awaited<ReturnType<typeof dueDose>> & { caseId: string };
beforeAll(async () => {
  api = await testApi();
  other = await createTenant(api.app.sql, 'Hospital Dos', api.app.clock.now());
  const story = await dueDose(api, 'p1');
  ours = { ...story, caseId: await story.openEscalation() };
});

const asOther = (method: string, url: string, body?: unknown, headers = {}) =>
  api.call(method, url, body, { headers: { authorization: `Bearer ${other.apiKey}`, ...headers } });

describe('another tenant', () => {
  test('finds nothing of ours by id, and changes nothing', async () => {
    const before = await countRows(api.app);
    const responses = await Promise.all([
      asOther('GET', '/v1/patients/p1'),
      asOther('GET', `/v1/prescriptions/${ours.prescriptionId}`),
      asOther('PATCH', `/v1/prescriptions/${ours.prescriptionId}`, { state: 'stopped' }),
      asOther('GET', `/v1/prescriptions/${ours.prescriptionId}/doses`),
      asOther('GET', `/v1/doses/${ours.doseId}`),
      asOther('POST', `/v1/doses/${ours.doseId}/confirmations`, { answer: 'taken' }),
      asOther('POST', `/v1/escalations/${ours.caseId}/acknowledge`, { by: 'x' }),
      asOther('POST', `/v1/escalations/${ours.caseId}/resolve`, { by: 'x', resolution: 'x' }),
    ]);
    expect(responses.map((each) => each.statusCode)).toEqual(Array(responses.length).fill(404));
    expect(await countRows(api.app)).toEqual(before);
    expect((await api.call('GET', `/v1/doses/${ours.doseId}`)).json().state).toBe('open');
    expect((await api.call('GET', '/v1/escalations')).json().items[0].state).toBe('open');
  });

  test('sees its own lists only', async () => {
    expect((await asOther('GET', '/v1/prescriptions')).json().items).toEqual([]);
    expect((await asOther('GET', '/v1/escalations')).json().items).toEqual([]);
    expect((await asOther('GET', '/v1/adherence?from=2026-11-01&to=2026-12-01')).json().due).toBe(0);
    for (const url of [
      '/v1/prescriptions?patient=p1',
      '/v1/adherence?patient=p1',
      `/v1/adherence?prescription=${ours.prescriptionId}`,
    ]) {
      expect((await asOther('GET', url)).statusCode).toBe(422);
    }
  });

  test('may use the same external ids and the same Idempotency-Key', async () => {
    const body = { ...PRESCRIPTION, externalId: 'same' };
    const key = { 'idempotency-key': 'same' };
    const first = await api.call('POST', '/v1/prescriptions', body, { headers: key });
    expect((await asOther('POST', '/v1/prescriptions', body, key)).json().errors[0].field).toBe('patient');
    await asOther('PUT', '/v1/patients/p1', PATIENT);
    const second = await asOther('POST', '/v1/prescriptions', body, key);
    expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
    expect(second.json().id).not.toBe(first.json().id);
  });
});

describe('API keys', () => {
  test.each([
    ['no header', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['a malformed key', 'Bearer dbk_short'],
    ['an unknown key', `Bearer dbk_${'A'.repeat(43)}`],
  ])('%s is 401', async (_name, authorization) => {
    const response = await api.server.inject({
      url: '/v1/prescriptions',
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.headers['www-authenticate']).toContain('Bearer');
    expect(response.json().errors[0].field).toBe('authorization');
  });

  test('a revoked key ends within a minute', async () => {
    const { apiKey, tenantId } = await createTenant(api.app.sql, 'Hospital Tres', api.app.clock.now());
    const call = () => api.server.inject({ url: '/v1/prescriptions', headers: { authorization: `Bearer ${apiKey}` } });
    expect((await call()).statusCode).toBe(200);
    await api.app
      .sql`UPDATE api_keys SET revoked_at = ${plusSeconds(api.app.clock.now(), 0)} WHERE tenant_id = ${tenantId}`;
    api.app.clock.advance(61);
    expect((await call()).statusCode).toBe(401);
  });

  test('only its hash is stored', async () => {
    const rows = await api.app.sql<{ hash: Buffer }[]>`SELECT hash FROM api_keys`;
    expect(rows.every(({ hash }) => hash.length === 32)).toBe(true);
    expect(rows.some(({ hash }) => hash.toString('latin1').includes('dbk_'))).toBe(false);
  });
});
