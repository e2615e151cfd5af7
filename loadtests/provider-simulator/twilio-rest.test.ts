import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultKind, FaultOrder } from './faults.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { order, read, type SeenRequest, type Service, startService, twilioClient, until } from './testing.ts';

let simulator: Simulator;
let service: Service;
let client: ReturnType<typeof twilioClient>;

beforeAll(async () => {
  service = await startService();
  simulator = await startSimulator({ publicUrl: `${service.url}/` });
  client = twilioClient(simulator);
});
afterAll(async () => {
  await simulator?.close();
  service?.close();
});
afterEach(async () => {
  await until(async () => (await callbackCounts()).pending === 0);
  await order(simulator, 'DELETE', '/state');
  service.seen.length = 0;
});

const PATIENT = '+51987654321';
const send = (more: object = {}) =>
  client.messages.create({
    to: PATIENT,
    from: simulator.twilio.from,
    body: 'Es hora de su dosis',
    statusCallback: `${service.url}/webhooks/twilio/status?attempt=attempt-3`,
    validityPeriod: 600,
    ...more,
  });
const fault = (more: Omit<FaultOrder, 'provider'>) => simulator.faults.add({ provider: 'twilio', ...more });
const decisions = () => [...simulator.ledger.entries()];
const seenAfter = (count: number) => until(() => service.seen.length >= count && service.seen);
const statuses = (seen: readonly SeenRequest[]) => seen.map(({ form }) => form.MessageStatus);
interface CallbackCounts {
  posted: number;
  failed: number;
  pending: number;
}
const callbackCounts = async () => (await read<{ callbacks: CallbackCounts }>(simulator, '/ledger/summary')).callbacks;
const isSigned = ({ path, headers, form }: SeenRequest) =>
  twilio.validateRequest(simulator.twilio.authToken, String(headers['x-twilio-signature']), service.url + path, form);

test('a message is created with the real resource, entered, and found again', async () => {
  const before = Math.floor(Date.now() / 1_000) * 1_000;
  const message = await send();
  expect(message).toMatchObject({
    to: PATIENT,
    from: simulator.twilio.from,
    body: 'Es hora de su dosis',
    status: 'queued',
    numSegments: '1',
    direction: 'outbound-api',
    apiVersion: '2010-04-01',
    price: null,
    accountSid: simulator.twilio.accountSid,
    uri: `/2010-04-01/Accounts/${simulator.twilio.accountSid}/Messages/${message.sid}.json`,
  });
  expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
  expect(message.dateCreated.getTime()).toBeGreaterThanOrEqual(before);
  expect(decisions()).toMatchObject([
    { provider: 'twilio', channel: 'sms', attemptId: 'attempt-3', outcome: 'accepted', ref: message.sid },
  ]);
  const delivered = await until(async () => {
    const found = await client.messages(message.sid).fetch();
    return found.status === 'delivered' && found;
  });
  expect(delivered.dateSent).toBeInstanceOf(Date);
});

test('a sender chosen by a messaging service is known only once the message is sent', async () => {
  const message = await send({ from: undefined, messagingServiceSid: 'MG1' });
  expect(message).toMatchObject({ status: 'accepted', from: null, messagingServiceSid: 'MG1' });
  const [sent] = await seenAfter(2);
  expect(sent?.form).toMatchObject({ From: simulator.twilio.from, MessagingServiceSid: 'MG1' });
});

const refusals: { kind: FaultKind; more?: Partial<FaultOrder>; status: number; code: number }[] = [
  { kind: 'rate_limited', status: 429, code: 20429 },
  { kind: 'server_error', status: 500, code: 20500 },
  { kind: 'server_error', more: { status: 503 }, status: 503, code: 20503 },
  { kind: 'unauthenticated', status: 401, code: 20003 },
  { kind: 'invalid_number', status: 400, code: 21211 },
  { kind: 'not_mobile', status: 400, code: 21614 },
  { kind: 'opted_out', status: 400, code: 21610 },
];

test.each(refusals)('fault $kind answers $status with code $code, once', async ({ kind, more, status, code }) => {
  fault({ kind, ...more, times: 1 });
  const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
  await expect(send()).rejects.toMatchObject({ status, code, moreInfo });
  expect((await send()).status).toBe('queued');
  expect(decisions()).toMatchObject([
    { outcome: 'refused', code: String(code), attemptId: 'attempt-3', ref: null },
    { outcome: 'accepted' },
  ]);
});

test('20429 carries Retry-After', async () => {
  fault({ kind: 'rate_limited', retryAfterSeconds: 9 });
  const { accountSid, authToken } = simulator.twilio;
  const response = await fetch(`${simulator.http}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams({ To: PATIENT }),
  });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '9']);
});

test('timeout_after_accept: no answer, yet accepted, delivered, called back and found by number', async () => {
  fault({ kind: 'timeout_after_accept', times: 1 });
  await expect(send()).rejects.toThrow();
  expect(decisions()).toMatchObject([{ outcome: 'accepted', code: 'timeout_after_accept', attemptId: 'attempt-3' }]);
  const seen = await seenAfter(2);
  expect(seen[0]?.path).toBe('/webhooks/twilio/status?attempt=attempt-3');
  const found = await client.messages.list({ to: PATIENT, dateSent: new Date() });
  expect(found.map(({ sid }) => sid)).toEqual([decisions()[0]?.ref]);
});

test('latency makes the answer wait', async () => {
  fault({ kind: 'latency', latencyMs: 80, to: PATIENT });
  const start = performance.now();
  await send();
  expect(performance.now() - start).toBeGreaterThanOrEqual(75);
});

const badRequests: { name: string; more: object; code: number }[] = [
  { name: 'a number that is none', more: { to: '12' }, code: 21211 },
  { name: 'no number', more: { to: '' }, code: 21604 },
  { name: 'no sender', more: { from: undefined }, code: 21603 },
  { name: 'a sender that is none', more: { from: '+1' }, code: 21212 },
  { name: 'no body', more: { body: undefined }, code: 21602 },
  { name: 'a body over 1,600 characters', more: { body: 'x'.repeat(1_601) }, code: 21617 },
  { name: 'a validity over ten hours', more: { validityPeriod: 36_001 }, code: 21624 },
  { name: 'a callback that cannot be read', more: { statusCallback: 'http://[' }, code: 21609 },
  { name: 'a callback that is no URL', more: { statusCallback: 'here' }, code: 21609 },
];

test.each(badRequests)('$name is refused with $code', async ({ more, code }) => {
  await expect(send(more)).rejects.toMatchObject({ status: 400, code });
});

test('a wrong token, another account and an unknown message are refused as Twilio does', async () => {
  await expect(twilioClient(simulator, 'wrong').messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  await expect(client.messages('SM0').fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  const other = client.api.v2010.accounts('AC0').messages;
  await expect(other.list()).rejects.toMatchObject({ status: 404, code: 20404 });
});

describe('lists', () => {
  test('are filtered by number and walked page by page, newest first', async () => {
    const sids: string[] = [];
    for (let count = 0; count < 5; count += 1) sids.unshift((await send({ body: `n ${count}` })).sid);
    await send({ to: '+56911111111' });
    const found = await client.messages.list({ to: PATIENT, from: simulator.twilio.from, pageSize: 2 });
    expect(found.map(({ sid }) => sid)).toEqual(sids);
    expect(await client.messages.list({ pageSize: 4 })).toHaveLength(6);
    expect(await client.messages.list({ to: '+56900000000' })).toEqual([]);
    expect(await client.messages.list({ from: '+15550001111' })).toEqual([]);
  });

  test('are filtered by the date of sending', async () => {
    await send();
    await seenAfter(2);
    const hour = 3_600_000;
    const [past, now, future] = [new Date(Date.now() - 48 * hour), new Date(), new Date(Date.now() + hour)];
    const counts = await Promise.all(
      [
        { dateSent: now },
        { dateSent: past },
        { dateSentAfter: past },
        { dateSentAfter: future },
        { dateSentBefore: future },
        { dateSentBefore: past },
      ].map(async (filter) => (await client.messages.list({ to: PATIENT, ...filter })).length),
    );
    expect(counts).toEqual([1, 0, 1, 0, 1, 0]);
  });
});

describe('status callbacks', () => {
  test('are signed, form-encoded, and carry what Twilio tells', async () => {
    const { sid } = await send();
    const seen = await seenAfter(2);
    expect(statuses(seen)).toEqual(['sent', 'delivered']);
    expect(seen.every(isSigned)).toBe(true);
    expect(seen[1]).toMatchObject({ method: 'POST', path: '/webhooks/twilio/status?attempt=attempt-3' });
    expect(seen[1]?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(seen[1]?.form).toEqual({
      MessageSid: sid,
      SmsSid: sid,
      MessageStatus: 'delivered',
      SmsStatus: 'delivered',
      To: PATIENT,
      From: simulator.twilio.from,
      AccountSid: simulator.twilio.accountSid,
      ApiVersion: '2010-04-01',
      RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
    });
  });

  const told: { name: string; faults: Omit<FaultOrder, 'provider'>[]; statuses: string[]; errorCode?: string }[] = [
    {
      name: 'undeliverable',
      faults: [{ kind: 'undeliverable' }],
      statuses: ['sent', 'undelivered'],
      errorCode: '30003',
    },
    {
      name: 'undeliverable as filtered',
      faults: [{ kind: 'undeliverable', errorCode: 30007 }],
      statuses: ['sent', 'undelivered'],
      errorCode: '30007',
    },
    {
      name: 'undeliverable before sending',
      faults: [{ kind: 'undeliverable', errorCode: 30001 }],
      statuses: ['failed'],
      errorCode: '30001',
    },
    { name: 'reordered', faults: [{ kind: 'reordered_callbacks' }], statuses: ['delivered', 'sent'] },
    {
      name: 'duplicated',
      faults: [{ kind: 'duplicate_callbacks' }],
      statuses: ['sent', 'sent', 'delivered', 'delivered'],
    },
    {
      name: 'duplicated and reordered',
      faults: [{ kind: 'duplicate_callbacks' }, { kind: 'reordered_callbacks' }],
      statuses: ['delivered', 'delivered', 'sent', 'sent'],
    },
  ];

  test.each(told)('$name', async ({ faults, statuses: expected, errorCode }) => {
    for (const one of faults) fault(one);
    const { sid } = await send();
    const summary = await until(async () => {
      const callbacks = await callbackCounts();
      return callbacks.pending === 0 && callbacks.posted === expected.length && callbacks;
    });
    expect(summary.failed).toBe(0);
    expect(statuses(service.seen)).toEqual(expected);
    expect(service.seen.every(isSigned)).toBe(true);
    expect(service.seen.find(({ form }) => form.ErrorCode)?.form.ErrorCode).toBe(errorCode);
    const final = await client.messages(sid).fetch();
    expect(final.status).toBe(expected.find((status) => status !== 'sent'));
    expect(final.errorCode).toBe(errorCode === undefined ? null : Number(errorCode));
  });

  test('that the service refuses are counted', async () => {
    service.answer = () => ({ status: 500 });
    await send();
    await until(async () => (await callbackCounts()).failed === 2);
    service.answer = () => ({ status: 200 });
  });
});

test('STOP opts the patient out of that sender until START', async () => {
  await order(simulator, 'POST', '/patients', [
    {
      contacts: { sms: PATIENT },
      answers: [{ on: 'sms', via: 'sms_reply', delayMs: 0, action: 'skipped', text: ' stop ', nth: 1 }],
    },
  ]);
  const { from, authToken } = simulator.twilio;
  await send({ statusCallback: undefined });
  const [reply] = await seenAfter(1);
  expect(reply?.path).toBe('/webhooks/twilio/messages');
  expect(reply?.form).toMatchObject({ From: PATIENT, To: from, Body: ' stop ', NumMedia: '0', SmsStatus: 'received' });
  expect(reply && isSigned(reply)).toBe(true);
  expect(twilio.validateRequest(`${authToken}x`, String(reply?.headers['x-twilio-signature']), service.url, {})).toBe(
    false,
  );

  await expect(send()).rejects.toMatchObject({ status: 400, code: 21610 });
  expect((await send({ from: '+15005550007' })).status, 'another sender').toBe('queued');

  await order(simulator, 'POST', '/patients', [
    {
      contacts: { sms: PATIENT },
      answers: [{ on: 'sms', via: 'sms_reply', delayMs: 0, action: 'taken', text: 'Start' }],
    },
  ]);
  await send({ from: '+15005550007' });
  await expect(send(), 'START to another sender changes nothing here').rejects.toMatchObject({ code: 21610 });
  simulator.patients.clear();
});
