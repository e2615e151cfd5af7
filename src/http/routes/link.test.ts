import { beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '#src/ack/tokens.ts';
import { plusSeconds } from '#src/clock.ts';
import { PATIENT, type TestApi, testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const HTML = { accept: 'text/html,application/xhtml+xml' };
const linkOf = (doseId: string, seconds = 7200) =>
  `/c/${issueToken(api.app.config.tokenSecret, 'link', { doseId, expiresAt: plusSeconds(api.app.clock.now(), seconds) })}`;
const show = (url: string, headers: object = HTML) => api.server.inject({ url, headers: { ...headers } });
const press = (url: string, action: string, headers: object = HTML) =>
  api.server.inject({
    method: 'POST',
    url,
    payload: `action=${action}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
const trace = async (id: string) => (await api.call('GET', `/v1/doses/${id}`)).json();

describe('/c/{token}', () => {
  test('GET shows and never confirms; POST confirms; the page can correct', async () => {
    const { doseId } = await dueDose(api, 'l1');
    const url = linkOf(doseId);
    for (let i = 0; i < 3; i++) {
      const page = await show(url);
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.body).toContain('lang="es"');
      expect(page.body).toContain('Su medicina de las 08:00');
      for (const action of ['taken', 'skipped', 'snoozed']) expect(page.body).toContain(`value="${action}"`);
    }
    expect((await trace(doseId)).state).toBe('open');
    const done = await press(url, 'taken');
    expect(done.statusCode).toBe(200);
    expect(done.body).toContain('Está registrada como tomada');
    expect(done.body).toContain('value="skipped"');
    expect(done.body).not.toContain('value="taken"');
    expect(await trace(doseId)).toMatchObject({ state: 'taken', answers: [{ road: 'link', effect: 'applied' }] });
    expect((await press(url, 'skipped')).body).toContain('no tomada');
  });

  test('keeps to itself: no drug, no name, nothing loaded, nothing kept', async () => {
    const { doseId } = await dueDose(api, 'l2');
    const page = await show(linkOf(doseId));
    expect(page.body).not.toMatch(/Metformin|Ana|Quispe|https?:|<script/);
    expect(page.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  });

  test.each([
    ['en-GB', 'Your 08:00 medicine', 'Monday'],
    ['pt-BR', 'Seu remédio das 08:00', 'segunda-feira'],
    ['qu-PE', 'Your 08:00 medicine', 'Monday'],
  ])('speaks %s', async (locale, heading, day) => {
    const { doseId } = await dueDose(api, 'l3');
    await api.call('PUT', '/v1/patients/l3', { ...PATIENT, locale });
    const page = await show(linkOf(doseId));
    expect(page.body).toContain(heading);
    expect(page.body).toContain(day);
  });

  test('after the window it warns against doubling and offers no snooze', async () => {
    const { doseId } = await dueDose(api, 'l4');
    const url = linkOf(doseId);
    api.app.clock.advance(3700);
    const page = await show(url);
    expect(page.body).toContain('No tome una dosis doble');
    expect(page.body).not.toContain('value="snoozed"');
    expect((await press(url, 'snoozed')).statusCode).toBe(409);
  });

  test('a dose the clinic has cancelled is not answered', async () => {
    const { laterDoseId, prescriptionId } = await dueDose(api, 'l5');
    await api.call('PATCH', `/v1/prescriptions/${prescriptionId}`, { state: 'stopped' });
    const page = await show(linkOf(laterDoseId));
    expect(page.body).toContain('fue cambiada por su clínica');
    expect(page.body).not.toContain('<button');
    expect((await press(linkOf(laterDoseId), 'taken')).statusCode).toBe(409);
  });

  test('forged 404, expired 410: a page for a browser, a problem for anything else', async () => {
    const { doseId } = await dueDose(api, 'l6');
    const cases = [
      ['/c/AAAA', 404, 'enlace no es válido'],
      [linkOf(doseId, -5), 410, 'ya venció'],
    ] as const;
    for (const [url, status, text] of cases) {
      for (const call of [show, (to: string, headers: object) => press(to, 'taken', headers)]) {
        const page = await call(url, { ...HTML, 'accept-language': 'es-PE,es;q=0.9' });
        expect([page.statusCode, page.headers['cache-control']]).toEqual([status, 'no-store']);
        expect(page.body).toContain(text);
        const problem = await call(url, { accept: '*/*' });
        expect(problem.statusCode).toBe(status);
        expect(problem.headers['content-type']).toBe('application/problem+json');
        expect(problem.json().errors[0].field).toBe('token');
      }
    }
    expect((await trace(doseId)).answers).toEqual([]);
  });

  test('an answer that is none is refused in words', async () => {
    const { doseId } = await dueDose(api, 'l7');
    const response = await press(linkOf(doseId), '%3Cscript%3E');
    expect(response.statusCode).toBe(422);
    expect(response.body).not.toContain('<script>');
    expect((await press(linkOf(doseId), 'nothing', { accept: '*/*' })).json().errors[0].field).toBe('action');
  });
});
