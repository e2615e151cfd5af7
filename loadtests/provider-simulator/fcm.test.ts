import { sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultKind, FaultOrder } from './faults.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { connectFcm, firebaseToken, postFcm, until } from './testing.ts';

let simulator: Simulator;
let session: ClientHttp2Session;
let token: string;

beforeAll(async () => {
  simulator = await startSimulator();
  session = connectFcm(simulator);
  token = await firebaseToken(simulator);
});
afterAll(async () => {
  session?.destroy();
  await simulator?.close();
});
afterEach(() => {
  simulator.faults.clear();
  simulator.ledger.clear();
  simulator.outbox.clear();
});

const reminder = (to: string) => ({
  message: {
    token: to,
    notification: { title: 'Reminder', body: 'Time for your dose' },
    data: { attemptId: 'attempt-1', purpose: 'reminder', token: 'secret' },
    android: { ttl: '3600s', priority: 'high', notification: { tag: 'dose-1' } },
    apns: { headers: { 'apns-collapse-id': 'dose-1' } },
  },
});
const send = (body: unknown = reminder('device-1')) => postFcm(session, { token, body });
const order = (fault: Omit<FaultOrder, 'provider'>) => simulator.faults.add({ provider: 'fcm', ...fault });
const decisions = () => [...simulator.ledger.entries()];

test('a message is accepted, named, entered in the ledger and shown in the outbox', async () => {
  const { status, body } = await send();
  const { name } = JSON.parse(body);
  expect(status).toBe(200);
  expect(name).toMatch(/^projects\/dosebell-sim\/messages\/0:\d+%[0-9a-f]{16}$/);
  expect(decisions()).toEqual([
    expect.objectContaining({
      seq: 1,
      provider: 'fcm',
      channel: 'push',
      attemptId: 'attempt-1',
      outcome: 'accepted',
      identity: 'dose-1',
    }),
  ]);
  expect(simulator.outbox.newest({ limit: 10 })).toEqual([
    expect.objectContaining({ channel: 'push', to: 'device-1', text: 'Reminder\nTime for your dose', ref: name }),
  ]);
});

const faultAnswers: { kind: FaultKind; more?: Partial<FaultOrder>; status: number; code: string; rpc: string }[] = [
  { kind: 'rate_limited', status: 429, code: 'QUOTA_EXCEEDED', rpc: 'RESOURCE_EXHAUSTED' },
  { kind: 'server_error', status: 500, code: 'INTERNAL', rpc: 'INTERNAL' },
  { kind: 'server_error', more: { status: 503 }, status: 503, code: 'UNAVAILABLE', rpc: 'UNAVAILABLE' },
  { kind: 'unregistered', status: 404, code: 'UNREGISTERED', rpc: 'NOT_FOUND' },
  { kind: 'sender_id_mismatch', status: 403, code: 'SENDER_ID_MISMATCH', rpc: 'PERMISSION_DENIED' },
  { kind: 'unauthenticated', status: 401, code: 'UNAUTHENTICATED', rpc: 'UNAUTHENTICATED' },
];

test.each(faultAnswers)('fault $kind answers $status $code and is refused in the ledger', async (expected) => {
  order({ kind: expected.kind, ...expected.more, times: 1 });
  const { status, body } = await send();
  expect(status).toBe(expected.status);
  const { error } = JSON.parse(body);
  expect(error).toMatchObject({ code: expected.status, status: expected.rpc });
  if (expected.code !== 'UNAUTHENTICATED') expect(error.details[0].errorCode).toBe(expected.code);
  expect(decisions()).toMatchObject([{ outcome: 'refused', code: expected.code, attemptId: 'attempt-1', ref: null }]);
  expect((await send()).status, 'the fault was ordered once').toBe(200);
});

test('Retry-After says what the fault ordered', async () => {
  order({ kind: 'rate_limited', retryAfterSeconds: 7, times: 1 });
  order({ kind: 'server_error', status: 503, retryAfterSeconds: 3, times: 1 });
  expect((await send()).headers['retry-after']).toBe('7');
  expect((await send()).headers['retry-after']).toBe('3');
});

test('timeout_after_accept: no answer, yet accepted; other sends of the connection go on', async () => {
  order({ kind: 'timeout_after_accept', to: 'device-lost' });
  const [lost, other] = await Promise.allSettled([send(reminder('device-lost')), send(reminder('device-2'))]);
  expect(lost.status).toBe('rejected');
  expect(other).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
  const codes = decisions().map(({ outcome, code }) => `${outcome} ${code}`);
  expect(codes.sort()).toEqual(['accepted null', 'accepted timeout_after_accept']);
  expect(session.closed).toBe(false);
});

test('latency makes the answer wait', async () => {
  order({ kind: 'latency', latencyMs: 80 });
  const start = performance.now();
  expect((await send()).status).toBe(200);
  expect(performance.now() - start).toBeGreaterThanOrEqual(75);
});

test('a client that vanishes while it waits harms nobody, and its message counts as accepted', async () => {
  order({ kind: 'latency', latencyMs: 50, to: 'device-gone' });
  const vanishing = connectFcm(simulator);
  const lost = postFcm(vanishing, { token, body: reminder('device-gone') }).catch(() => 'lost');
  await until(() => simulator.faults.list()[0]?.used === 1);
  vanishing.destroy();
  expect(await lost).toBe('lost');
  await until(() => decisions().length === 1);
  expect((await send()).status).toBe(200);
});

const unreadable: { name: string; body: unknown; field: string }[] = [
  { name: 'not JSON', body: '{', field: 'message' },
  { name: 'no message', body: {}, field: 'message' },
  { name: 'no recipient', body: { message: { data: {} } }, field: 'message' },
  { name: 'two recipients', body: { message: { token: 'a', topic: 'b' } }, field: 'message' },
  { name: 'unknown field', body: { message: { token: 'a', tokn: 'b' } }, field: 'message' },
  { name: 'a token with a space', body: { message: { token: 'a b' } }, field: 'message.token' },
  { name: 'a number in data', body: { message: { token: 'a', data: { n: 12 } } }, field: 'message.data[0].value' },
  { name: 'a reserved data key', body: { message: { token: 'a', data: { from: 'b' } } }, field: 'message.data' },
  {
    name: 'a ttl that is no duration',
    body: { message: { token: 'a', android: { ttl: 60 } } },
    field: 'message.android.ttl',
  },
  {
    name: 'an unknown priority',
    body: { message: { token: 'a', android: { priority: 'x' } } },
    field: 'message.android.priority',
  },
  {
    name: 'a numeric APNs header',
    body: { message: { token: 'a', apns: { headers: { p: 5 } } } },
    field: 'message.apns.headers[0].value',
  },
  { name: 'over 4,096 bytes', body: { message: { token: 'a', data: { text: 'x'.repeat(4_096) } } }, field: 'message' },
  { name: 'over 64 KB', body: { message: { token: 'a', data: { text: 'x'.repeat(70_000) } } }, field: 'message' },
];

test.each(unreadable)('$name: 400 INVALID_ARGUMENT at $field', async ({ body, field }) => {
  const answer = await send(body);
  expect(answer.status).toBe(400);
  const { error } = JSON.parse(answer.body);
  expect(error.status).toBe('INVALID_ARGUMENT');
  expect(error.details[1].fieldViolations[0].field).toBe(field);
  expect(decisions()).toMatchObject([{ outcome: 'refused', code: 'INVALID_ARGUMENT' }]);
});

test('a token of another issuer is refused, and so is another project', async () => {
  expect((await postFcm(session, { token: 'forged', body: reminder('d') })).status).toBe(401);
  expect((await postFcm(session, { token, body: reminder('d'), project: 'other' })).status).toBe(403);
  expect(decisions().map(({ code }) => code)).toEqual(['UNAUTHENTICATED', 'PERMISSION_DENIED']);
});

describe('the token endpoint', () => {
  const jwt = (claims: object, key: string) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  const grant = async (changes: object) => {
    const account = JSON.parse(readFileSync(simulator.serviceAccount, 'utf8'));
    const scope = 'https://www.googleapis.com/auth/firebase.messaging';
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const claims = { iss: account.client_email, aud: account.token_uri, scope, exp, ...changes };
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jwt(claims, account.private_key),
    };
    return fetch(account.token_uri, { method: 'POST', body: new URLSearchParams(form) });
  };

  test('the service account token_uri grants a token that FCM takes', async () => {
    const response = await grant({});
    const { access_token, token_type, expires_in } = (await response.json()) as Record<string, string>;
    expect({ token_type, expires_in }).toEqual({ token_type: 'Bearer', expires_in: 3_599 });
    expect((await postFcm(session, { token: access_token as string, body: reminder('d') })).status).toBe(200);
  });

  test.each([
    { name: 'another account', changes: { iss: 'x@y' }, told: 'account not found' },
    { name: 'another audience', changes: { aud: 'https://example.org/token' }, told: 'audience' },
    { name: 'an expired assertion', changes: { exp: 1 }, told: 'expired' },
    { name: 'another scope', changes: { scope: 'https://www.googleapis.com/auth/drive' }, told: 'scope' },
  ])('$name is refused', async ({ changes, told }) => {
    const response = await grant(changes);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: 'invalid_grant',
      error_description: expect.stringContaining(told),
    });
  });

  test.each([
    { form: 'grant_type=password', error: 'unsupported_grant_type' },
    { form: '', error: 'unsupported_grant_type' },
    { form: 'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b', error: 'invalid_grant' },
    { form: 'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b.c', error: 'invalid_grant' },
  ])('"$form" is refused with $error', async ({ form, error }) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${simulator.http}/token`, { method: 'POST', headers, body: form });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error });
  });
});

describe('the error bodies are those documented by others', () => {
  const file = fileURLToPath(new URL('../../../shared/data/messaging/fcm-responses.json', import.meta.url));
  const found = existsSync(file);
  if (!found) console.warn('skipped: shared third-party FCM responses are not here');
  const documented = new Map<string, unknown>(
    found
      ? JSON.parse(readFileSync(file, 'utf8')).cases.map((one: { name: string; body: unknown }) => [one.name, one.body])
      : [],
  );

  test.skipIf(!found).each([
    { name: 'Unregistered token', fault: { kind: 'unregistered' } },
    { name: 'Internal server error', fault: { kind: 'server_error' } },
    { name: 'Unavailable', fault: { kind: 'server_error', status: 503 } },
  ] as const)('$name', async ({ name, fault }) => {
    order(fault);
    expect(JSON.parse((await send()).body)).toEqual(documented.get(name));
  });

  test.skipIf(!found)('Missing registration token', async () => {
    const { error } = JSON.parse((await send({ message: {} })).body);
    const expected = documented.get('Missing registration token') as { error: { details: unknown[] } };
    expect({ ...error, details: new Set(error.details) }).toEqual({
      ...expected.error,
      details: new Set(expected.error.details),
    });
  });
});
