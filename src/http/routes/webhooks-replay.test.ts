import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countRows, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';
import { twilioCaller } from '#test/helpers/twilio.ts';
import { buildServer } from '../server.ts';

/** Twilio's signature has no time: a request that was recorded stays good. What was told once must not be told again. */
let api: TestApi;
let call: ReturnType<typeof twilioCaller>;
beforeAll(async () => {
  api = await testApi();
  const { http, sms } = api.app.config;
  const account = sms.twilio as NonNullable<typeof sms.twilio>;
  const voice = { ...account, from: '+15005550006', perSecond: 1 };
  const server = await buildServer({ ...api.app, config: { ...api.app.config, voice } });
  afterAll(() => server.close());
  call = twilioCaller(server, { publicUrl: http.publicUrl, authToken: account.authToken });
});

let dose: Awaited<ReturnType<typeof dueDose>>;
let patients = 0;
beforeEach(async () => {
  await api.app.sql`TRUNCATE patients, doses, attempts, confirmations, inbound_messages CASCADE`;
  dose = await dueDose(api, `r${++patients}`);
});

const trace = async () => (await api.call('GET', `/v1/doses/${dose.doseId}`)).json();
const write = (sid: string, body: string) =>
  call({
    url: '/webhooks/twilio/messages',
    fields: { MessageSid: sid, From: '+51987654321', To: '+15005550006', Body: body },
  });
const tell = (status: string, sid = 'SM1', more = {}) =>
  call({
    url: `/webhooks/twilio/status?attempt=${dose.attemptId}`,
    fields: { MessageSid: sid, MessageStatus: status, ...more },
  });

describe('an inbound message that is replayed', () => {
  test('changes nothing after a correction, and gets the answer it got', async () => {
    const first = await write('SM1', 'ya la tomé');
    expect(await trace()).toMatchObject({ state: 'taken' });
    api.app.clock.advance(60);
    await write('SM2', 'me equivoqué, no la tomé');
    const corrected = await trace();
    expect(corrected).toMatchObject({ state: 'skipped' });
    const before = await countRows(api.app);
    for (const seconds of [0, 3600, 30 * 86_400]) {
      api.app.clock.advance(seconds);
      expect((await write('SM1', 'ya la tomé')).body).toBe(first.body);
    }
    expect(await trace()).toEqual(corrected);
    expect(await countRows(api.app)).toEqual(before);
  });

  test('ten times at once is one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => write('SM3', '1')));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect((await trace()).answers).toHaveLength(1);
  });

  test('STOP does not undo a START that came later', async () => {
    await write('SM4', 'STOP');
    await write('SM5', 'START');
    await write('SM4', 'STOP');
    await write('SM6', '1');
    expect(await trace()).toMatchObject({ state: 'taken' });
  });
});

describe('a status', () => {
  const stateOf = async () => (await trace()).attempts[0];

  test.each([
    [['sent', 'delivered', 'delivered', 'sent', 'queued'], 'delivered'],
    [['delivered', 'sent'], 'delivered'],
    [['delivered', 'undelivered', 'failed'], 'delivered'],
    [['sent', 'undelivered', 'delivered', 'sent'], 'failed'],
    [['read', 'delivered', 'sent'], 'delivered'],
  ])('%j leaves the message %s', async (statuses, state) => {
    for (const status of statuses) expect((await tell(status)).statusCode).toBe(204);
    expect(await stateOf()).toMatchObject({ state });
  });

  test('replayed later changes nothing, not even a time', async () => {
    for (const status of ['sent', 'delivered']) await tell(status);
    const known = await trace();
    api.app.clock.advance(3600);
    for (const status of ['sent', 'delivered', 'failed']) await tell(status);
    expect(await trace()).toEqual(known);
  });

  test('of another message than the one this attempt is known to be is not believed', async () => {
    await tell('sent', 'SM1');
    await tell('delivered', 'SM2');
    expect(await stateOf()).toMatchObject({ state: 'accepted' });
  });

  test('that was read is no answer', async () => {
    for (const status of ['sent', 'delivered', 'read']) await tell(status);
    expect(await trace()).toMatchObject({ state: 'open', answers: [] });
  });

  test('that failed, replayed after the dose was answered, brings no new reminder', async () => {
    await tell('sent');
    await write('SM7', '1');
    await tell('undelivered', 'SM1', { ErrorCode: '30003' });
    const known = await trace();
    await tell('undelivered', 'SM1', { ErrorCode: '30003' });
    expect(await trace()).toEqual(known);
    expect(known).toMatchObject({ state: 'taken' });
  });
});

test('a key of a call that is replayed changes nothing after a correction', async () => {
  await api.app.sql`UPDATE attempts SET channel = 'voice' WHERE id = ${dose.attemptId}`;
  const press = (Digits: string) =>
    call({
      url: `/webhooks/twilio/voice/key?attempt=${dose.attemptId}`,
      fields: { CallSid: 'CA1', CallStatus: 'in-progress', Digits },
    });
  await press('1');
  expect(await trace()).toMatchObject({ state: 'taken' });
  api.app.clock.advance(60);
  await press('2');
  const corrected = await trace();
  expect(corrected).toMatchObject({ state: 'skipped' });
  api.app.clock.advance(60);
  expect((await press('1')).statusCode).toBe(200);
  expect(await trace()).toEqual(corrected);
});
