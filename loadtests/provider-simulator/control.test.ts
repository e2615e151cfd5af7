import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';
import { order, read, twilioClient } from './testing.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator?.close());
afterEach(() => order(simulator, 'DELETE', '/state'));

const send = (to: string, body: string) =>
  twilioClient(simulator).messages.create({
    to,
    from: simulator.twilio.from,
    body,
    statusCallback: `http://127.0.0.1:1/status?attempt=of-${to.slice(-1)}`,
  });

test('the ledger is NDJSON, one line per decision, with a summary', async () => {
  await send('+51911111111', 'uno');
  await expect(send('nobody', 'dos')).rejects.toThrow();
  const response = await order(simulator, 'GET', '/ledger');
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    {
      seq: 1,
      at: expect.any(String),
      provider: 'twilio',
      channel: 'sms',
      attemptId: 'of-1',
      outcome: 'accepted',
      code: null,
      ref: expect.stringMatching(/^SM/),
      identity: null,
    },
    {
      seq: 2,
      at: expect.any(String),
      provider: 'twilio',
      channel: 'sms',
      attemptId: 'of-y',
      outcome: 'refused',
      code: '21211',
      ref: null,
      identity: null,
    },
  ]);
  expect(await read(simulator, '/ledger/summary')).toMatchObject({
    fcm: { accepted: 0, refused: 0 },
    twilio: { accepted: 1, refused: 1 },
    smtp: { accepted: 0, refused: 0 },
  });
});

test('a ledger longer than a piece is told whole and in order', async () => {
  for (let count = 0; count < 2_500; count += 1)
    simulator.ledger.append({ provider: 'fcm', outcome: 'accepted', attemptId: `a-${count}`, code: null, ref: null });
  const lines = (await (await order(simulator, 'GET', '/ledger')).text()).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).seq)).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  await order(simulator, 'DELETE', '/state');
  expect(await (await order(simulator, 'GET', '/ledger')).text()).toBe('');
});

test('the outbox is newest first, filtered and limited', async () => {
  await send('+51911111111', 'uno');
  await send('+51922222222', 'dos');
  await send('+51911111111', 'tres');
  const texts = async (query: string) => {
    const messages = await read<{ text: string }[]>(simulator, `/outbox${query}`);
    return messages.map(({ text }) => text);
  };
  expect(await texts('')).toEqual(['tres', 'dos', 'uno']);
  expect(await texts('?to=%2B51911111111')).toEqual(['tres', 'uno']);
  expect(await texts('?limit=1&channel=sms')).toEqual(['tres']);
  expect(await texts('?channel=push')).toEqual([]);
});

test('the outbox page shows messages and escapes whatever they hold', async () => {
  await send('+51911111111', '<script>alert("1")</script> & more');
  for (const path of ['/', '/outbox.html?to=%2B51911111111&channel=']) {
    const response = await order(simulator, 'GET', path);
    const page = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more');
    expect(page).toContain('<b>sms</b> 1 accepted, 0 refused');
    expect(page).not.toMatch(/(src|href)=/);
  }
  const injected = await order(simulator, 'GET', '/?to=%22%3E%3Cimg%20src%3Dx%3E');
  expect(await injected.text()).toContain('value="&quot;&gt;&lt;img src=x&gt;"');
});

test('faults are ordered, listed with their use, and removed', async () => {
  const fault = { provider: 'twilio', kind: 'opted_out', to: '+51911111111', times: 2, probability: 1 };
  const created = await order(simulator, 'POST', '/faults', fault);
  expect([created.status, await created.json()]).toEqual([201, { ...fault, id: 1, used: 0 }]);
  await expect(send('+51911111111', 'uno')).rejects.toMatchObject({ code: 21610 });
  expect(await read(simulator, '/faults')).toEqual([{ ...fault, id: 1, used: 1 }]);
  expect((await order(simulator, 'DELETE', '/faults')).status).toBe(204);
  expect(await read(simulator, '/faults')).toEqual([]);
  expect((await send('+51911111111', 'uno')).status).toBe('queued');
});

const answer = { on: 'push', via: 'push_action', delayMs: 0, action: 'taken' };
const refused: {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  status?: number;
  field?: string;
  told?: string;
}[] = [
  {
    name: 'an unknown provider',
    method: 'POST',
    path: '/faults',
    body: { provider: 'apns', kind: 'latency' },
    field: 'provider',
    told: 'twilio_whatsapp, twilio_voice, sms_http, smpp, smtp',
  },
  {
    name: 'an unknown kind',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'slow' },
    field: 'kind',
    told: 'rate_limited',
  },
  {
    name: 'a kind of another provider',
    method: 'POST',
    path: '/faults',
    body: { provider: 'smtp', kind: 'unregistered' },
    field: 'provider',
  },
  {
    name: 'a rate without a number',
    method: 'POST',
    path: '/faults',
    body: { provider: 'smtp', kind: 'rate' },
    field: 'perSecond',
  },
  {
    name: 'a provider that is down for one contact',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'down', to: 'x' },
    field: 'to',
  },
  {
    name: 'latency without a length',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'latency' },
    field: 'latencyMs',
  },
  {
    name: 'an unknown setting',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'unregistered', till: 1 },
    field: 'till',
  },
  {
    name: 'a probability of 2',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'unregistered', probability: 2 },
    field: 'probability',
  },
  {
    name: 'no times',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'unregistered', times: 0 },
    field: 'times',
  },
  {
    name: 'a number as text',
    method: 'POST',
    path: '/faults',
    body: { provider: 'fcm', kind: 'unregistered', times: '1' },
    field: 'times',
  },
  { name: 'a fault without a kind', method: 'POST', path: '/faults', body: { provider: 'fcm' }, field: 'kind' },
  { name: 'patients that are no list', method: 'POST', path: '/patients', body: {}, field: '' },
  {
    name: 'an answer of an unknown action',
    method: 'POST',
    path: '/patients',
    body: [{ contacts: {}, answers: [{ ...answer, action: 'eaten' }] }],
    field: '0.answers.0.action',
  },
  {
    name: 'an SMS reply to a push',
    method: 'POST',
    path: '/patients',
    body: [{ contacts: {}, answers: [{ ...answer, via: 'sms_reply' }] }],
    field: '0.answers.0.via',
  },
  {
    name: 'a snooze by link',
    method: 'POST',
    path: '/patients',
    body: [{ contacts: {}, answers: [{ ...answer, on: 'sms', via: 'link', action: 'snoozed' }] }],
    field: '0.answers.0.action',
  },
  { name: 'a public URL that is none', method: 'PUT', path: '/public-url', body: { url: 'ftp://x' }, field: 'url' },
  {
    name: 'a public URL that cannot be read',
    method: 'PUT',
    path: '/public-url',
    body: { url: 'http://[' },
    field: 'url',
  },
  { name: 'an outbox limit of zero', method: 'GET', path: '/outbox?limit=0', field: 'limit' },
  { name: 'an unknown channel', method: 'GET', path: '/outbox?channel=fax', field: 'channel' },
  { name: 'an unknown path', method: 'GET', path: '/nothing', status: 404 },
  { name: 'a path that is not encoded', method: 'GET', path: '/%zz', status: 400 },
];

test.each(refused)('$name is refused', async ({ method, path, body, status = 422, field, told = '' }) => {
  const response = await order(simulator, method, path, body);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as { field?: string };
  expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.stringContaining(told) });
  expect(problem.field).toBe(field);
});

test.each([
  { name: 'broken JSON', type: 'application/json', body: '{', status: 400 },
  { name: 'a NUL byte', type: 'application/json', body: '{"provider":"fcm\0"}', status: 400 },
  { name: 'another type', type: 'text/xml', body: '<fault/>', status: 415 },
  { name: 'a body over 1 MB', type: 'application/json', body: JSON.stringify('x'.repeat(1_100_000)), status: 413 },
])('$name is refused with $status', async ({ type, body, status }) => {
  const response = await fetch(`${simulator.http}/faults`, { method: 'POST', headers: { 'content-type': type }, body });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});
