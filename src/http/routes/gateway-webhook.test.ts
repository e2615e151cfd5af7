import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callbackUrl } from '#channels/sms-http/callbacks.ts';
import { countRows, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';
import { readSmsGateway } from '../../sms-gateway.ts';
import { buildServer } from '../server.ts';

const SECRET = 'sixteen-letters-x';
const gateway = readSmsGateway(
  JSON.stringify({
    url: 'https://gateway.example/send',
    from: 'Hospital',
    body: { to: '{{ to }}' },
    id: '/message/id',
    states: { SENT: 'accepted', OK: 'delivered', LOST: 'failed' },
    callback: { secret: SECRET, id: '/id', status: '/state' },
  }),
);

let api: TestApi;
let server: FastifyInstance;
beforeAll(async () => {
  api = await testApi();
  server = await buildServer({ ...api.app, config: { ...api.app.config, sms: { http: gateway } } });
});
afterAll(() => server?.close());

const urlOf = (attemptId: string, secret = SECRET) => callbackUrl('', secret, attemptId);
const post = (url: string, payload: object) => server.inject({ method: 'POST', url, payload });
const trace = async (id: string) => (await api.call('GET', `/v1/doses/${id}`)).json();

test('JSON or a form moves the attempt forward; repeats and late arrivals change nothing', async () => {
  const { doseId, attemptId } = await dueDose(api, 'g1');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await post(urlOf(attemptId), { id: 7, state: 'SENT' })).statusCode).toBe(204);
  expect((await trace(doseId)).attempts[0]).toMatchObject({ state: 'accepted' });
  const form = await server.inject({ method: 'POST', url: urlOf(attemptId), headers, payload: 'id=7&state=OK' });
  expect(form.statusCode).toBe(204);
  expect((await post(urlOf(attemptId), { id: 7, state: 'SENT' })).statusCode).toBe(204);
  expect((await trace(doseId)).attempts[0]).toMatchObject({ state: 'delivered' });
});

describe('what is not ours changes nothing', () => {
  test.each([
    ['without signature', (id: string) => `/webhooks/sms/${id}`, 403],
    ['with another secret', (id: string) => urlOf(id, 'another-secret-of-it'), 403],
    ['of another attempt', (id: string) => urlOf('x').replace('/x?', `/${id}?`), 403],
    ['of no attempt', () => urlOf('x'), 422],
  ])('a callback %s', async (_name, url, status) => {
    const { attemptId } = await dueDose(api, 'g2');
    const before = await countRows(api.app);
    expect((await post(url(attemptId), { id: 'm', state: 'OK' })).statusCode).toBe(status);
    expect(await countRows(api.app)).toEqual(before);
  });

  test.each([{}, { id: 'm' }, { id: 'm', state: 'NEW' }])('%j is 422', async (body) => {
    const { attemptId } = await dueDose(api, 'g3');
    const response = await post(urlOf(attemptId), body);
    expect([response.statusCode, response.json().errors[0].field]).toEqual([422, 'body']);
  });
});

test('only the providers in use are listened to', async () => {
  const payload = new URLSearchParams({ MessageSid: 'SM1' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const twilio = await server.inject({ method: 'POST', url: '/webhooks/twilio/messages', headers, payload });
  expect(twilio.statusCode).toBe(404);
  const { attemptId } = await dueDose(api, 'g4');
  const sms = await api.server.inject({ method: 'POST', url: urlOf(attemptId), payload: { id: 'm', state: 'OK' } });
  expect(sms.statusCode).toBe(404);
});

test('a URL that we signed is good for a week', async () => {
  const { doseId, attemptId } = await dueDose(api, 'g5');
  const before = await trace(doseId);
  api.app.clock.advance(7 * 86_400 + 1);
  const late = await post(urlOf(attemptId), { id: 'm', state: 'OK' });
  expect([late.statusCode, late.json().errors[0].field]).toEqual([410, 'attempt']);
  expect((await trace(doseId)).attempts).toEqual(before.attempts);
  api.app.clock.advance(-2);
  expect((await post(urlOf(attemptId), { id: 'm', state: 'OK' })).statusCode).toBe(204);
  expect((await trace(doseId)).attempts[0]).toMatchObject({ state: 'delivered' });
});
