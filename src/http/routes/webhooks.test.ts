import twilio from 'twilio';
import { beforeAll, describe, expect, test } from 'vitest';
import { countRows, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const authToken = () => api.app.config.sms.twilio?.authToken as string;

type Form = Record<string, string>;
/** As Twilio calls: a form, signed over the public URL with its query. */
function call(url: string, form: Form, signature?: string) {
  const { publicUrl } = api.app.config.http;
  const signed = twilio.getExpectedTwilioSignature(authToken(), publicUrl + url, form);
  return api.server.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature ?? signed },
  });
}
const trace = async (id: string) => (await api.call('GET', `/v1/doses/${id}`)).json();
const sms = (sid: string, body: string): Form => ({
  MessageSid: sid,
  From: '+51987654321',
  To: '+15005550006',
  Body: body,
});

describe('POST /webhooks/twilio/messages', () => {
  test('a reply answers the dose and is answered in TwiML, once', async () => {
    const { doseId } = await dueDose(api, 'w1');
    const first = await call('/webhooks/twilio/messages', sms('SM1', '1'));
    expect(first.statusCode).toBe(200);
    expect(first.headers['content-type']).toContain('text/xml');
    expect(first.body).toMatch(/^<\?xml.*<Response><Message>.*08:00.*<\/Message><\/Response>$/);
    expect(await trace(doseId)).toMatchObject({ state: 'taken', answers: [{ road: 'sms_reply' }] });
    expect((await call('/webhooks/twilio/messages', sms('SM1', '1'))).body).toBe(first.body);
    expect((await trace(doseId)).answers).toHaveLength(1);
  });

  test('STOP is answered by the carrier: an empty response', async () => {
    await dueDose(api, 'w2');
    const response = await call('/webhooks/twilio/messages', sms('SM2', 'STOP'));
    expect(response.body).toBe('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
  });

  test('a stranger’s message is kept and gets no answer', async () => {
    const response = await call('/webhooks/twilio/messages', { ...sms('SM3', 'hola & <b>'), From: '+15550001111' });
    expect(response.body).toContain('<Response></Response>');
  });
});

describe('POST /webhooks/twilio/status', () => {
  test('moves the attempt forward; repeats and late arrivals change nothing', async () => {
    const { doseId, attemptId } = await dueDose(api, 'w3');
    const url = `/webhooks/twilio/status?attempt=${attemptId}`;
    for (const status of ['sent', 'delivered', 'delivered', 'sent']) {
      expect((await call(url, { MessageSid: 'SM9', MessageStatus: status })).statusCode).toBe(204);
    }
    expect((await trace(doseId)).attempts[0]).toMatchObject({
      state: 'delivered',
      acceptedAt: expect.any(String),
      deliveredAt: expect.any(String),
    });
  });
});

describe('what is not signed changes nothing', () => {
  test.each([
    ['absent', ''],
    ['wrong', 'bm90IGEgc2lnbmF0dXJl'],
    ['of other fields', 'other'],
    ['of another path', 'path'],
  ])('a signature that is %s is 403', async (_name, kind) => {
    const { attemptId } = await dueDose(api, 'w4');
    const base = api.app.config.http.publicUrl;
    for (const [url, form] of [
      ['/webhooks/twilio/messages', sms('SM4', '1')],
      [`/webhooks/twilio/status?attempt=${attemptId}`, { MessageSid: 'SM5', MessageStatus: 'delivered' }],
    ] as [string, Form][]) {
      const signatures: Record<string, string> = {
        other: twilio.getExpectedTwilioSignature(authToken(), base + url, { ...form, Extra: '1' }),
        path: twilio.getExpectedTwilioSignature(authToken(), `${base}/other`, form),
      };
      const before = await countRows(api.app);
      const response = await call(url, form, signatures[kind] ?? kind);
      expect(response.statusCode).toBe(403);
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(response.json().errors[0].field).toBe('x-twilio-signature');
      expect(await countRows(api.app)).toEqual(before);
    }
  });

  test.each(['/webhooks/twilio/messages', '/webhooks/twilio/status', '/webhooks/twilio/status?attempt=x'])(
    'signed but incomplete is 422: %s',
    async (url) => {
      const response = await call(url, { MessageSid: 'SM6' });
      expect(response.statusCode).toBe(422);
      expect(response.json().errors[0].field).toBe('body');
    },
  );
});
