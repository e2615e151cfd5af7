import { beforeAll, describe, expect, test } from 'vitest';
import { issueToken, issueUnsubscribeToken } from '#src/ack/tokens.ts';
import { plusSeconds } from '#src/clock.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { PATIENT, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const HTML = { accept: 'text/html,application/xhtml+xml' };
const FORM = 'application/x-www-form-urlencoded';

/** A patient with an e-mail address; the page of its messages, and what became of the address. */
async function mailed(patient: string, locale = 'es-PE') {
  await api.call('PUT', `/v1/patients/${patient}`, { ...PATIENT, locale });
  const [row] = await api.app.sql<{ id: string }[]>`
    SELECT c.id FROM contact_points c JOIN patients p ON p.id = c.patient_id
    WHERE p.external_id = ${patient} AND c.kind = 'email' AND c.owner = 'patient'`;
  const url = `/u/${issueUnsubscribeToken(api.app.config.tokenSecret, row?.id as string)}`;
  const consent = async () => (await api.call('GET', `/v1/patients/${patient}/consent`)).json();
  return {
    url,
    state: async () =>
      (await consent()).now.contactPoints.find((each: { kind: string }) => each.kind === 'email').state as string,
    events: async () =>
      (await consent()).items
        .filter((item: { source: string }) => item.source === 'mail_link')
        .map((item: { granted: boolean; contact: { kind: string } }) => [item.contact.kind, item.granted]),
  };
}

const show = (url: string, headers: object = HTML) => api.server.inject({ url, headers: { ...headers } });
const post = (url: string, payload: string | Buffer, type = FORM, headers: object = HTML) =>
  api.server.inject({ method: 'POST', url, payload, headers: { 'content-type': type, ...headers } });

describe('/u/{token}', () => {
  test('GET shows a button and changes nothing; POST stops; another POST takes it back', async () => {
    const { url, state, events } = await mailed('u1');
    for (let i = 0; i < 3; i++) {
      const page = await show(url);
      expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(page.body).toContain('name="List-Unsubscribe" value="One-Click"');
      expect(page.body).not.toMatch(/Ana|Quispe|example\.org|<script|https?:/);
    }
    expect([await state(), await events()]).toEqual(['active', []]);
    const stopped = await post(url, 'List-Unsubscribe=One-Click');
    expect(stopped.statusCode).toBe(200);
    expect(stopped.body).toContain('Ya no le enviaremos recordatorios a este correo');
    expect([await state(), await events()]).toEqual(['opted_out', [['email', false]]]);
    expect((await show(url)).body).toContain('value="Undo"');
    await post(url, 'List-Unsubscribe=One-Click');
    expect(await events()).toHaveLength(1);
    api.app.clock.advance(1);
    expect((await post(url, 'List-Unsubscribe=Undo')).body).toContain('value="One-Click"');
    expect([await state(), await events()]).toEqual([
      'active',
      [
        ['email', true],
        ['email', false],
      ],
    ]);
  });

  test.each([
    ['a form', FORM, 'List-Unsubscribe=One-Click'],
    [
      'RFC 8058’s own example',
      'multipart/form-data; boundary=---FormBoundaryjWmhtjORrn',
      '-----FormBoundaryjWmhtjORrn\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n-----FormBoundaryjWmhtjORrn--\r\n',
    ],
    ['a form with more in it', FORM, 'List-Unsubscribe=One-Click&utm=1'],
  ])('a mail service stops it with %s, without a cookie or a redirect', async (_, type, body) => {
    const { url, state } = await mailed(`u2 ${body.length}`);
    const answer = await post(url, body, type, { accept: '*/*' });
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([200, undefined]);
    expect(await state()).toBe('opted_out');
  });

  test.each([
    ['en-GB', 'Send me no more e-mails'],
    ['pt-BR', 'Não me enviar mais e-mails'],
    ['qu-PE', 'Send me no more e-mails'],
  ])('speaks %s', async (locale, words) => {
    const { url } = await mailed(`u3 ${locale}`, locale);
    expect((await show(url)).body).toContain(words);
  });

  test('an address that the clinic took away stays stopped when it comes back', async () => {
    const { url, state } = await mailed('u4');
    await api.call('PUT', '/v1/patients/u4', { ...PATIENT, contacts: [] });
    expect((await post(url, 'List-Unsubscribe=One-Click')).statusCode).toBe(200);
    await api.call('PUT', '/v1/patients/u4', PATIENT);
    expect(await state()).toBe('opted_out');
  });

  test.each<[string, string, string, number]>([
    ['another word', 'List-Unsubscribe=Two-Click', FORM, 422],
    ['nothing', '', FORM, 422],
    [
      'a file',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"; filename="a"\r\n\r\nOne-Click\r\n--x--\r\n',
      'multipart/form-data; boundary=x',
      422,
    ],
    [
      'a form cut off',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne',
      'multipart/form-data; boundary=x',
      400,
    ],
    ['a form without a boundary', 'List-Unsubscribe=One-Click', 'multipart/form-data', 400],
    ['a form too large', `--x\r\n${'a'.repeat(20_000)}`, 'multipart/form-data; boundary=x', 413],
    ['JSON', '{"List-Unsubscribe":"One-Click"}', 'application/json', 415],
  ])('%s stops nothing', async (_, body, type, status) => {
    const { url, state } = await mailed(`u5 ${body.length}`);
    const answer = await post(url, body, type);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await post(url, body, type, { accept: '*/*' })).headers['content-type']).toBe('application/problem+json');
    expect(await state()).toBe('active');
  });

  test('only a token of its own purpose, for an e-mail address there is', async () => {
    const { url, state } = await mailed('u6');
    const secret = api.app.config.tokenSecret;
    const now = api.app.clock.now();
    const [phone] = await api.app.sql<{ id: string }[]>`SELECT id FROM contact_points WHERE kind = 'phone' LIMIT 1`;
    const tokens = [
      'AAAA',
      `${url.slice(3, -1)}${url.endsWith('A') ? 'B' : 'A'}`,
      issueToken(secret, 'link', { doseId: uuidv7(now), expiresAt: plusSeconds(now, 60) }),
      issueUnsubscribeToken(secret, uuidv7(now)),
      issueUnsubscribeToken(secret, phone?.id as string),
    ];
    for (const token of tokens) {
      for (const answer of [await show(`/u/${token}`), await post(`/u/${token}`, 'List-Unsubscribe=One-Click')]) {
        expect(answer.statusCode).toBe(404);
        expect(answer.body).toContain('<html');
      }
    }
    expect((await show(`/c/${url.slice(3)}`)).statusCode).toBe(404);
    expect(await state()).toBe('active');
  });

  test('works years later', async () => {
    const { url, state } = await mailed('u7');
    api.app.clock.advance(3 * 365 * 86_400);
    await post(url, 'List-Unsubscribe=One-Click');
    api.app.clock.set('2026-11-23T12:00:00Z');
    expect(await state()).toBe('opted_out');
  });
});
