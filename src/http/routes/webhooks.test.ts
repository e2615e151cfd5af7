import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { countRows, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';
import { signTwilio, type TwilioFields, twilioCaller } from '#test/helpers/twilio.ts';
import { buildServer } from '../server.ts';

let api: TestApi;
let call: ReturnType<typeof twilioCaller>;
beforeAll(async () => {
  api = await testApi();
  call = twilioCaller(api.server, { publicUrl: publicUrl(), authToken: authToken() });
});

const publicUrl = () => api.app.config.http.publicUrl;
const account = () => api.app.config.sms.twilio as { accountSid: string; authToken: string };
const authToken = () => account().authToken;
const trace = async (id: string) => (await api.call('GET', `/v1/doses/${id}`)).json();

const MESSAGES = '/webhooks/twilio/messages';
const STATUS = '/webhooks/twilio/status';
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';
const sms = (sid: string, body: string): Record<string, string> => ({
  MessageSid: sid,
  From: '+51987654321',
  To: '+15005550006',
  Body: body,
});

describe('POST /webhooks/twilio/messages', () => {
  test('a reply answers the dose and is answered in TwiML, once', async () => {
    const { doseId } = await dueDose(api, 'w1');
    const first = await call({ url: MESSAGES, fields: sms('SM1', '1') });
    expect(first.statusCode).toBe(200);
    expect(first.headers['content-type']).toContain('text/xml');
    expect(first.body).toMatch(/^<\?xml.*<Response><Message>.*08:00.*<\/Message><\/Response>$/);
    expect(await trace(doseId)).toMatchObject({ state: 'taken', answers: [{ road: 'sms_reply' }] });
    expect((await call({ url: MESSAGES, fields: sms('SM1', '1') })).body).toBe(first.body);
    expect((await trace(doseId)).answers).toHaveLength(1);
  });

  test('STOP that Twilio has answered gets an empty response', async () => {
    await dueDose(api, 'w2');
    const response = await call({ url: MESSAGES, fields: { ...sms('SM2', 'STOP'), OptOutType: 'STOP' } });
    expect(response.body).toBe(EMPTY);
    await call({ url: MESSAGES, fields: { ...sms('SM2b', 'START'), OptOutType: 'START' } });
  });

  test('a stranger’s message is kept and gets no answer', async () => {
    const response = await call({ url: MESSAGES, fields: { ...sms('SM3', 'hola & <b>'), From: '+15550001111' } });
    expect(response.body).toBe(EMPTY);
  });

  test('a picture is refused in words, and the words beside another are understood', async () => {
    await api.app.sql`TRUNCATE patients CASCADE`; // one phone, one dose
    const { doseId } = await dueDose(api, 'w5');
    const picture = { NumMedia: '1', MediaUrl0: 'http://127.0.0.1:1/never-fetched', MediaContentType0: 'image/jpeg' };
    const alone = await call({ url: MESSAGES, fields: { ...sms('SM4', ''), ...picture } });
    expect(alone.body).toMatch(/<Message>[^<]*fotos[^<]*<\/Message>/);
    expect((await trace(doseId)).answers).toEqual([]);
    await call({ url: MESSAGES, fields: { ...sms('SM5', 'ya la tomé'), ...picture } });
    expect(await trace(doseId)).toMatchObject({ state: 'taken' });
  });
});

describe('the signature', () => {
  const url = MESSAGES;
  const fields = sms('SM6', 'hola');

  test.each([
    ['the fields in another order', () => ({ fields: Object.fromEntries(Object.entries(fields).reverse()) })],
    ['a field that is there twice', () => ({ fields: { ...fields, Extra: ['b', 'a', 'b'] } as TwilioFields })],
    ['letters of all kinds', () => ({ fields: { ...fields, Body: 'ñandú 🙏 & = + %20 ’', Más: 'ü' } })],
    ['the account', () => ({ fields: { ...fields, AccountSid: account().accountSid } })],
    ['JSON whose hash is in the URL', () => ({ json: fields })],
    // What a proxy, or anybody, says of the address is not asked.
    ['another host before it', () => ({ headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })],
    ['another scheme before it', () => ({ headers: { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' } })],
  ])('is good over %s', async (_, given) => {
    expect((await call({ url, fields, ...given() })).statusCode).toBe(200);
  });

  test.each([
    ['absent', () => ({ signature: '' })],
    ['wrong', () => ({ signature: 'bm90IGEgc2lnbmF0dXJl' })],
    ['cut short', () => ({ signature: signTwilio(authToken(), publicUrl() + url, fields).slice(0, -4) })],
    ['of other fields', () => ({ signature: signTwilio(authToken(), publicUrl() + url, { ...fields, Body: '1' }) })],
    ['of another path', () => ({ signature: signTwilio(authToken(), `${publicUrl()}${STATUS}`, fields) })],
    [
      'of another query',
      () => ({ url: `${url}?a=2`, signature: signTwilio(authToken(), `${publicUrl()}${url}?a=1`, fields) }),
    ],
    ['of another token', () => ({ signature: signTwilio('another', publicUrl() + url, fields) })],
    ['of no token', () => ({ signature: signTwilio('', publicUrl() + url, fields) })],
    [
      'of the address that a proxy names',
      () => ({
        signature: signTwilio(authToken(), `https://evil.example${url}`, fields),
        headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      }),
    ],
    ['of JSON without its hash', () => ({ json: fields, signature: signTwilio(authToken(), publicUrl() + url) })],
    ['of another account', () => ({ fields: { ...fields, AccountSid: `AC${'9'.repeat(32)}` } })],
    ['of two accounts', () => ({ fields: { ...fields, AccountSid: [account().accountSid, 'AC9'] } as TwilioFields })],
  ])('that is %s is 403, and nothing changes', async (_, given) => {
    const before = await countRows(api.app);
    const response = await call({ url, fields, ...given() });
    expect(response.statusCode).toBe(403);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json().errors[0].field).toMatch(/^(x-twilio-signature|AccountSid)$/);
    expect(await countRows(api.app)).toEqual(before);
  });

  test('is asked for before anything is said of the body', async () => {
    for (const path of [MESSAGES, STATUS, `${STATUS}?attempt=x`]) {
      const bare = await api.server.inject({ method: 'POST', url: path });
      expect(bare.statusCode).toBe(403);
      expect((await call({ url: path, fields: {}, signature: 'x' })).statusCode).toBe(403);
    }
  });

  test('is held against the public URL behind a proxy, under TLS and a path of its own', async () => {
    const config = { ...api.app.config, http: { ...api.app.config.http, publicUrl: 'https://r.example/dosebell' } };
    const server = await buildServer({ ...api.app, config });
    const behind = twilioCaller(server, { publicUrl: 'https://r.example/dosebell', authToken: authToken() });
    expect((await behind({ url, fields })).statusCode).toBe(200);
    const direct = twilioCaller(server, { publicUrl: publicUrl(), authToken: authToken() });
    expect((await direct({ url, fields })).statusCode).toBe(403);
    await server.close();
  });
});

test.each([
  [MESSAGES, {}],
  [MESSAGES, { MessageSid: 'SM7' }],
  ...['MessageSid', 'From', 'To', 'Body'].map((name): [string, TwilioFields] => {
    const { [name]: _, ...rest } = sms('SM7', '1');
    return [MESSAGES, rest];
  }),
  [MESSAGES, { ...sms('SM7', '1'), Body: ['1', '2'] }],
  [STATUS, { MessageSid: 'SM7', MessageStatus: 'sent' }],
  [`${STATUS}?attempt=x`, { MessageSid: 'SM7', MessageStatus: 'sent' }],
  [`${STATUS}?attempt=0195512c-8a00-7000-8000-000000000001`, { MessageSid: 'SM7' }],
  [`${STATUS}?attempt=0195512c-8a00-7000-8000-000000000001`, { MessageSid: 'SM7', MessageStatus: 'lost' }],
] as [string, TwilioFields][])('signed but incomplete is 422: %s %j', async (url, fields) => {
  const before = await countRows(api.app);
  const response = await call({ url, fields });
  expect([response.statusCode, response.headers['content-type']]).toEqual([422, 'application/problem+json']);
  expect(response.json().errors[0].field).toBe('body');
  expect(await countRows(api.app)).toEqual(before);
});

test('whatever is signed is answered, and never with a 5xx', async () => {
  const word = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('1', 'SM8', '', '\0', '%', '💊'));
  const address = fc.oneof(word, fc.constantFrom('+51987654321', 'whatsapp:+51987654321', 'whatsapp:', '+'));
  const attempt = fc.oneof(
    word,
    fc.constantFrom('0195512c-8a00-7000-8000-000000000001', '7fffffff-ffff-7fff-bfff-ffffffffffff'),
  );
  const given = fc.record(
    {
      MessageSid: word,
      From: address,
      To: address,
      Body: fc.oneof(word, fc.array(word, { minLength: 2, maxLength: 3 })),
      MessageStatus: fc.constantFrom('sent', 'delivered', 'failed', 'read', 'constructor'),
      ErrorCode: word,
      NumMedia: fc.oneof(word, fc.constantFrom('1', '-1', '1e9', 'NaN')),
      ButtonPayload: fc.oneof(word, fc.constant('taken:AAAA'), fc.constant(`skip:${'A'.repeat(43)}`)),
      OriginalRepliedMessageSid: word,
      OptOutType: fc.oneof(word, fc.constant('HELP')),
      AccountSid: fc.constant(account().accountSid),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(given, attempt, fc.boolean(), async (fields, id, isStatus) => {
      // What cannot be encoded cannot be sent.
      const url = isStatus ? `${STATUS}?attempt=${encodeURIComponent(id.toWellFormed())}` : MESSAGES;
      const sent = Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.map((one) => one.toWellFormed()) : value.toWellFormed(),
        ]),
      );
      const response = await call({ url, fields: sent });
      expect([200, 204, 422], JSON.stringify([url, sent, response.body])).toContain(response.statusCode);
    }),
    { numRuns: 150, seed: 7 },
  );
});
