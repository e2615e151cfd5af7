import { describe, expect, test } from 'vitest';
import { testApi } from '#test/helpers/api.ts';

const api = await testApi();
const get = (url: string) => api.server.inject({ method: 'GET', url });

describe('/push/', () => {
  test.each([
    ['/push/', 'text/html', 'push.js'],
    ['/push/push.js', 'text/javascript', 'navigator.serviceWorker.register'],
    ['/push/push.css', 'text/css', 'body'],
    ['/push/sw.js', 'text/javascript', 'notificationclick'],
  ])('%s needs nothing from elsewhere', async (url, type, part) => {
    const { statusCode, headers, body } = await get(url);
    expect([statusCode, headers['content-type']?.split(';')[0]]).toEqual([200, type]);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; [^*]*frame-ancestors 'none'$/,
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).toContain(part);
    expect(body).not.toMatch(/https?:\/\//);
    expect(body.split('\n').length).toBeLessThan(150);
  });

  test('the key is there once web push is set up, for every origin', async () => {
    const without = await get('/push/key');
    expect([without.statusCode, without.json().errors[0].field]).toEqual([404, 'path']);
    const caFile = undefined;
    api.app.config.webpush = { publicKey: 'BKey', privateKey: '', subject: '', origins: [], caFile, perSecond: 1 };
    const { statusCode, headers, body } = await get('/push/key');
    expect([statusCode, JSON.parse(body)]).toEqual([200, { key: 'BKey' }]);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(body).not.toContain('privateKey');
  });
});

test("a tenant's page may answer from its own origin", async () => {
  const { statusCode, headers } = await api.server.inject({
    method: 'OPTIONS',
    url: '/v1/confirmations',
    headers: { origin: 'https://app.hospital.example', 'access-control-request-method': 'POST' },
  });
  expect(statusCode).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type, idempotency-key',
  });
  const refused = await api.server.inject({ method: 'POST', url: '/v1/confirmations', payload: {} });
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([422, '*']);
});
