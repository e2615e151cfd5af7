import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultOrder } from './faults.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import {
  connectFcm,
  firebaseToken,
  order,
  postFcm,
  type Service,
  startService,
  twilioClient,
  until,
} from './testing.ts';

const DELAY_MS = 150;
let simulator: Simulator;
let service: Service;

beforeAll(async () => {
  service = await startService();
  simulator = await startSimulator({ publicUrl: service.url });
});
afterAll(async () => {
  await simulator?.close();
  service?.close();
});
afterEach(async () => {
  await order(simulator, 'DELETE', '/state');
  service.seen.length = 0;
});

const PATIENT = '+51987654321';
const decisions = () => [...simulator.ledger.entries()];
/** A callback as it was told: which attempt, which message, what of it. */
interface Told {
  attempt: string | null;
  ref: string | undefined;
  status: string | undefined;
}

/** The two providers that call back: how a message is sent to them, and how they are asked for it. */
const SMS = {
  twilio: {
    send: async (attempt: string) => {
      const message = await twilioClient(simulator).messages.create({
        to: PATIENT,
        from: simulator.twilio.from,
        body: attempt,
        statusCallback: `${service.url}/status?attempt=${attempt}`,
      });
      return message.sid;
    },
    find: async (attempt: string) => {
      const found = await twilioClient(simulator).messages.list({ to: PATIENT });
      return found.filter(({ body }) => body === attempt).map(({ sid }) => sid);
    },
    told: (): Told[] =>
      service.seen.map(({ path, form }) => ({
        attempt: new URL(path, service.url).searchParams.get('attempt'),
        ref: form.MessageSid,
        status: form.MessageStatus,
      })),
    delivered: 'delivered',
  },
  sms_http: {
    send: async (reference: string) => {
      const body = { recipient: PATIENT, originator: 'H', content: 'hola', reference, validitySeconds: 60 };
      const answer = await gateway('', { ...body, notifyUrl: `${service.url}/status?attempt=${reference}` });
      return ((await answer.json()) as { message: { id: string } }).message.id;
    },
    find: async (reference: string) => {
      const { messages } = (await (await gateway(`?reference=${reference}`)).json()) as { messages: { id: string }[] };
      return messages.map(({ id }) => id);
    },
    told: (): Told[] =>
      service.seen.map(({ path, body }) => {
        const { id, state } = JSON.parse(body);
        return { attempt: new URL(path, service.url).searchParams.get('attempt'), ref: id, status: state };
      }),
    delivered: 'DELIVERED',
  },
};

function gateway(path: string, body?: object): Promise<Response> {
  return fetch(`${simulator.smsHttp.url}/v1/sms${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${simulator.smsHttp.token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

describe.each(Object.entries(SMS))('%s', (provider, { send, find, told, delivered }) => {
  const fault = (kind: FaultOrder['kind'], more: Partial<FaultOrder> = {}) =>
    simulator.faults.add({ provider, kind, ...more } as FaultOrder);
  const isDelivered = (attempt: string) =>
    until(() => told().find((one) => one.attempt === attempt && one.status === delivered));

  test('never_delivered: accepted, and nothing is told of it ever', async () => {
    fault('never_delivered', { times: 1 });
    await order(simulator, 'POST', '/patients', [
      { contacts: { sms: PATIENT }, answers: [{ on: 'sms', via: 'sms_reply', delayMs: 0, action: 'taken' }] },
    ]);
    const ref = await send('silent');
    await send('other');
    await isDelivered('other');
    expect(told().filter(({ attempt }) => attempt === 'silent')).toEqual([]);
    expect(await find('silent')).toEqual([ref]);
    expect(decisions()).toMatchObject([{ outcome: 'accepted', ref }, { outcome: 'accepted' }]);
    expect(service.seen.filter(({ form }) => form.SmsMessageSid).length).toBeLessThanOrEqual(1); // one patient heard
  });

  test('ref_reused: the next message has the id of the one before; each is told to its own attempt', async () => {
    const ref = await send('a');
    fault('ref_reused', { times: 1 });
    expect(await send('b')).toBe(ref);
    expect(await send('c')).not.toBe(ref);
    for (const attempt of ['a', 'b']) expect(await isDelivered(attempt)).toMatchObject({ ref });
  });

  test('delayed_callbacks: told so much later', async () => {
    fault('delayed_callbacks', { delayMs: DELAY_MS });
    await send('a');
    const start = performance.now();
    await isDelivered('a');
    expect(performance.now() - start).toBeGreaterThanOrEqual(DELAY_MS - 20);
  });

  test('duplicate_callbacks: told twice', async () => {
    fault('duplicate_callbacks');
    await send('a');
    await until(() => told().filter(({ status }) => status === delivered).length === 2);
  });

  test('stray_callbacks: told of another message under the attempt, and then the truth', async () => {
    fault('stray_callbacks');
    const ref = await send('a');
    await isDelivered('a');
    const strays = told().filter((one) => one.attempt === 'a' && one.ref !== ref);
    expect(strays).not.toEqual([]);
    expect(strays.every(({ status }) => status === 'FAILED' || status === 'undelivered')).toBe(true);
  });

  test('late_lookup: not found at first', async () => {
    fault('late_lookup', { delayMs: DELAY_MS });
    const ref = await send('a');
    expect(await find('a')).toEqual([]);
    expect(await until(async () => (await find('a'))[0])).toBe(ref);
  });

  test.each([
    { kind: 'reset_mid_answer', row: { outcome: 'accepted', code: 'reset_mid_answer' } },
    { kind: 'reset_mid_request', row: { outcome: 'refused', code: 'reset_mid_request', ref: null } },
  ] as const)('$kind: no whole answer, and the ledger says what became of it', async ({ kind, row }) => {
    fault(kind, { times: 1 });
    await expect(send('a')).rejects.toThrow();
    expect(decisions()).toMatchObject([{ attemptId: 'a', ...row }]);
    await send('b');
  });
});

test.each([
  { kind: 'reset_mid_answer', outcome: 'accepted' },
  { kind: 'reset_mid_request', outcome: 'refused' },
] as const)('fcm $kind: this stream is reset, the connection goes on', async ({ kind, outcome }) => {
  const [session, token] = [connectFcm(simulator), await firebaseToken(simulator)];
  const body = { message: { token: 'd', data: { attemptId: 'a' } } };
  simulator.faults.add({ provider: 'fcm', kind, times: 1 });
  await expect(postFcm(session, { token, body })).rejects.toThrow();
  expect((await postFcm(session, { token, body })).status).toBe(200);
  expect(decisions()).toMatchObject([
    { outcome, code: kind, attemptId: 'a' },
    { outcome: 'accepted', code: null },
  ]);
  session.close();
});

test.each(['delayed_callbacks', 'late_lookup'])('%s without delayMs is refused', async (kind) => {
  const response = await order(simulator, 'POST', '/faults', { provider: 'twilio', kind });
  expect([response.status, await response.json()]).toEqual([422, expect.objectContaining({ field: 'delayMs' })]);
});
