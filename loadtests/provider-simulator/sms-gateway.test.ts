import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';
import { order, type Service, startService, until } from './testing.ts';

let simulator: Simulator;
let service: Service;
beforeAll(async () => {
  service = await startService();
  simulator = await startSimulator();
});
afterAll(async () => {
  await simulator?.close();
  service?.close();
});
afterEach(() => order(simulator, 'DELETE', '/state'));

const MESSAGE = { recipient: '+51900000000', originator: 'H', content: 'hola', reference: 'a-1', validitySeconds: 60 };
const call = async (path: string, body?: unknown, token = simulator.smsHttp.token) => {
  const response = await fetch(`${simulator.smsHttp.url}/v1/sms${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { message?: { id: string } },
  };
};

test('a message is taken, found by its reference, and its end called back', async () => {
  const { status, body } = await call('', { ...MESSAGE, notifyUrl: `${service.url}/cb` });
  expect([status, body]).toEqual([202, { message: { id: expect.stringMatching(/^gw-/), state: 'QUEUED' } }]);
  const id = body.message?.id;
  const seen = await until(() => service.seen[0]);
  expect([seen.path, JSON.parse(seen.body)]).toEqual(['/cb', { id, reference: 'a-1', state: 'DELIVERED' }]);
  expect((await call('?reference=a-1')).body).toEqual({ messages: [{ id, reference: 'a-1', state: 'DELIVERED' }] });
  expect((await call('?reference=a-2')).body).toEqual({ messages: [] });
  expect([...simulator.ledger.entries()]).toMatchObject([{ provider: 'sms_http', attemptId: 'a-1', ref: id }]);
});

test.each([
  ['another token', MESSAGE, 'x', 401, 'UNAUTHORIZED'],
  ['a number that is none', { ...MESSAGE, recipient: '123' }, undefined, 400, 'BAD_NUMBER'],
  ['a validity that is text', { ...MESSAGE, validitySeconds: '60' }, undefined, 422, 'INVALID'],
  ['no JSON', '{', undefined, 422, 'INVALID'],
  ['null', 'null', undefined, 422, 'INVALID'],
])('%s is refused', async (_, body, token, status, code) => {
  const answer = await call('', body, token);
  expect([answer.status, answer.body]).toEqual([status, { error: { code } }]);
});

test('a provider that is down refuses connections, the control port stays, and all is well again after', async () => {
  await order(simulator, 'POST', '/faults', { provider: 'sms_http', kind: 'down' });
  await order(simulator, 'POST', '/faults', { provider: 'twilio', kind: 'down' });
  await expect(call('', MESSAGE)).rejects.toThrow();
  await expect(fetch(`${simulator.twilio.baseUrl}/2010-04-01/`)).rejects.toThrow();
  await expect(fetch(`${simulator.http}/2010-04-01/`)).rejects.toThrow();
  expect((await order(simulator, 'DELETE', '/faults')).status).toBe(204);
  const status = await until(() =>
    call('', MESSAGE).then(
      (answer) => answer.status,
      () => false,
    ),
  );
  expect(status).toBe(202);
  expect((await fetch(`${simulator.twilio.baseUrl}/2010-04-01/`)).status).toBe(401);
});
