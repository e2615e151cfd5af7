import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, test } from 'vitest';
import { expectRefusal, PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

/** Every endpoint with a body meets every kind of bad body: a 4xx problem that names a field, nothing stored, never a 500. */
let api: TestApi;
let ids: Awaited<ReturnType<typeof dueDose>> & { caseId: string };
beforeAll(async () => {
  api = await testApi();
  const story = await dueDose(api, 'p1');
  ids = { ...story, caseId: await story.openEscalation() };
});
const refused = (make: () => Promise<LightMyRequestResponse>, field: string | RegExp, statuses?: number[]) =>
  expectRefusal(api.app, make, field, statuses);

/** Every endpoint with a JSON body, with a body it accepts. */
const bodies = (): Record<string, [method: string, url: string, body: Record<string, unknown>]> => ({
  'PUT patient': ['PUT', '/v1/patients/p1', PATIENT],
  'POST prescription': ['POST', '/v1/prescriptions', PRESCRIPTION],
  'POST preview': ['POST', '/v1/prescriptions/preview', PRESCRIPTION],
  'PATCH prescription': ['PATCH', `/v1/prescriptions/${ids.prescriptionId}`, { instructions: 'x' }],
  'POST dose confirmation': ['POST', `/v1/doses/${ids.doseId}/confirmations`, { answer: 'taken' }],
  'POST token confirmation': ['POST', '/v1/confirmations', { token: 'x', action: 'taken' }],
  'POST acknowledge': ['POST', `/v1/escalations/${ids.caseId}/acknowledge`, { by: 'x' }],
  'POST resolve': ['POST', `/v1/escalations/${ids.caseId}/resolve`, { by: 'x', resolution: 'x' }],
  'POST callback endpoint': [
    'POST',
    '/v1/callback-endpoints',
    { url: 'https://his.example.org/', events: ['dose.missed'] },
  ],
});
const ENDPOINTS = [
  'PUT patient',
  'POST prescription',
  'POST preview',
  'PATCH prescription',
  'POST dose confirmation',
  'POST token confirmation',
  'POST acknowledge',
  'POST resolve',
  'POST callback endpoint',
];
const raw = (endpoint: string, payload: string | Buffer, type = 'application/json') => {
  const [method, url] = bodies()[endpoint] as [string, string, object];
  return api.call(method, url, payload, { headers: { 'content-type': type } });
};

describe.each(ENDPOINTS)('%s', (endpoint) => {
  const given = () => bodies()[endpoint] as [string, string, Record<string, unknown>];
  const firstField = () => Object.keys(given()[2])[0] as string;
  const send = (change: object) => {
    const [method, url, body] = given();
    return api.call(method, url, { ...body, ...change });
  };

  test('a wrong type', async () => {
    for (const wrong of [42, null, [], {}, true]) await refused(() => send({ [firstField()]: wrong }), firstField());
  });
  test('an unknown field', () => refused(() => send({ surprise: 1 }), /^surprise$/));
  test('a missing field, an empty body, another JSON value', async () => {
    for (const body of ['{}', '[]', '"text"', '1', 'null']) await refused(() => raw(endpoint, body), /./, [400, 422]);
    await refused(() => raw(endpoint, ''), 'body', [400]);
  });
  test('malformed JSON, poisoned prototypes', async () => {
    for (const body of ['{', '{"a":1,}', '{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}', '\ud800']) {
      await refused(() => raw(endpoint, body), 'body', [400]);
    }
  });
  test('another media type', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      await refused(() => raw(endpoint, 'a=1', type), 'content-type', [415]);
    }
  });
  test('a 10 MB body', () =>
    refused(() => raw(endpoint, `{"${firstField()}":"${'x'.repeat(10 * 1024 * 1024)}"}`), 'body', [413]));
  test('a NUL byte, half a surrogate pair', async () => {
    for (const text of ['a\0b', '\ud800', 'ok\udc00']) {
      await refused(() => raw(endpoint, JSON.stringify({ ...given()[2], [firstField()]: text })), firstField());
    }
    await refused(() => raw(endpoint, '{"a\\u0000b":1}'), 'body');
  });
  test('bodies too deep or too wide', async () => {
    await refused(() => raw(endpoint, '['.repeat(100_000) + ']'.repeat(100_000)), 'body');
    await refused(() => raw(endpoint, `{"${firstField()}":[${'1,'.repeat(200_000)}1]}`), 'body');
  });
  test('an Idempotency-Key that was used with another body', async () => {
    if (given()[0] !== 'POST' || endpoint === 'POST token confirmation') return;
    const used = { headers: { 'idempotency-key': `used for ${endpoint}`.replaceAll(' ', '-') } };
    await api.call('POST', '/v1/prescriptions/preview?days=2', PRESCRIPTION, used);
    await refused(() => api.call('POST', given()[1], given()[2], used), 'idempotency-key');
  });
  test('no key', async () => {
    if (endpoint === 'POST token confirmation') return;
    const [method, url, body] = given();
    await refused(() => api.call(method, url, body, { headers: { authorization: '' } }), 'authorization', [401]);
  });
});
