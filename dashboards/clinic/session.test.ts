import { createSecretKey, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSession, SESSION_SECONDS, sealSession } from './session.ts';
import { type TestClinic, testClinic } from './testing.ts';

const NAME = 'dosebell_clinic';
const SECRET = createSecretKey(Buffer.alloc(32, 2));
let clinic: TestClinic;
beforeAll(async () => {
  clinic = await testClinic();
});

describe('signing in', () => {
  test('a valid key opens twelve hours in a cookie no script can read', async () => {
    const response = await clinic.post('/clinic/sign-in', { key: ` ${clinic.apiKey} `, by: 'Dr. Uno' }, { cookie: '' });
    expect([response.statusCode, response.headers.location]).toEqual([303, '/clinic/cases']);
    const cookie = String(response.headers['set-cookie']);
    expect(cookie).toMatch(/; Path=\/clinic; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(clinic.apiKey);
  });

  test.each([
    ['an unknown key', { key: `dbk_${'A'.repeat(43)}`, by: 'x' }, 401, 'Esa clave no es válida'],
    ['no key', { by: 'x' }, 401, 'Esa clave no es válida'],
    ['what is no key', { key: '<b>', by: 'x' }, 401, 'Esa clave no es válida'],
    ['no name', { key: 'dbk_', by: '  ' }, 422, 'Escriba su nombre'],
    ['a name of 201 characters', { key: 'dbk_', by: 'x'.repeat(201) }, 422, 'Escriba su nombre'],
    ['a name with a line break', { key: 'dbk_', by: 'x\ny' }, 422, 'Escriba su nombre'],
    ['a name with a NUL', { key: 'dbk_', by: 'x\0y' }, 422, 'no se puede guardar'],
  ])('%s is refused with its reason and no cookie', async (_name, form, status, reason) => {
    const response = await clinic.post('/clinic/sign-in', form as Record<string, string>, { cookie: '' });
    expect(response.statusCode).toBe(status);
    expect(response.body).toContain(reason);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  test('the page in English, for who asks for it', async () => {
    const { body } = await clinic.get('/clinic', { 'accept-language': 'en-GB,en;q=0.9' });
    expect(body).toContain('<html lang="en">');
    expect(body).toContain('Sign in');
    expect((await clinic.get('/clinic')).body).toContain('<html lang="es">');
  });

  test.each([
    ['/clinic/cases/019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4', '/clinic/cases/019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4'],
    ['https://evil.example/', '/clinic/cases'],
    ['//evil.example/clinic/cases', '/clinic/cases'],
    ['/clinic/cases\r\nset-cookie: a=b', '/clinic/cases'],
    ['/clinic/../../etc', '/clinic/cases'],
  ])('a sign-in for %j leads to %s', async (next, expected) => {
    const response = await clinic.post('/clinic/sign-in', { key: clinic.apiKey, by: 'x', next });
    expect(response.headers.location).toBe(expected);
    const shown = (await clinic.get(`/clinic?next=${encodeURIComponent(next)}`)).body;
    expect(shown.includes('href="/clinic/cases/019ab1c2')).toBe(expected !== '/clinic/cases');
    expect(shown).not.toContain('evil');
  });

  test('signing out ends the cookie', async () => {
    const response = await clinic.post('/clinic/sign-out');
    expect(response.statusCode).toBe(303);
    expect(String(response.headers['set-cookie'])).toMatch(/^dosebell_clinic=; Path=\/clinic; Max-Age=0;/);
  });
});

describe('without a session', () => {
  const payload = (session: object) => Buffer.from(JSON.stringify(session)).toString('base64url');
  const later = 2_000_000_000;

  test.each<[string, (value: string) => string]>([
    ['no cookie', () => ''],
    ['an empty cookie', () => `${NAME}=`],
    ['another cookie', () => 'a=b; c=d'],
    ['a cookie cut short', (value) => `${NAME}=${value.slice(0, -4)}`],
    ['a cookie without its mac', (value) => `${NAME}=${value.split('.')[0]}`],
    [
      'a cookie with a changed payload',
      (value) => `${NAME}=${payload({ keyHash: '', by: 'x', expiresAt: later })}.${value.split('.')[1]}`,
    ],
    [
      'a cookie signed with another secret',
      () => `${NAME}=${sealSession(createSecretKey(randomBytes(32)), { keyHash: 'x', by: 'x', expiresAt: later })}`,
    ],
    [
      'a cookie of an unknown key',
      () => `${NAME}=${sealSession(SECRET, { keyHash: 'AAAA', by: 'x', expiresAt: later })}`,
    ],
    ['what is not base64', () => `${NAME}=%%%.%%%`],
  ])('%s leads to the sign-in, on every page', async (_name, forge) => {
    const cookie = forge(clinic.cookie.slice(NAME.length + 1));
    const id = '019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4';
    for (const url of [
      '/clinic/cases',
      `/clinic/cases/${id}`,
      `/clinic/patients/${id}`,
      '/clinic/fragments/cases',
      '/clinic/events',
    ]) {
      const response = await clinic.get(url, { cookie });
      expect([response.statusCode, response.headers.location]).toEqual([
        303,
        `/clinic?next=${encodeURIComponent(url)}`,
      ]);
    }
    const posted = await clinic.post(`/clinic/cases/${id}/acknowledge`, {}, { cookie });
    expect([posted.statusCode, posted.headers.location]).toEqual([303, '/clinic']);
  });

  test('a session ends after twelve hours', () => {
    const now = new Date('2026-11-23T12:00:00Z');
    const expiresAt = now.getTime() / 1000 + SESSION_SECONDS;
    const value = sealSession(SECRET, { keyHash: 'x', by: 'x', expiresAt });
    expect(openSession(SECRET, value, new Date(expiresAt * 1000 - 1))?.by).toBe('x');
    expect(openSession(SECRET, value, new Date(expiresAt * 1000))).toBeNull();
  });

  test('a session ends when its API key is revoked', async () => {
    const own = await clinic.post('/clinic/sign-in', { key: clinic.apiKey, by: 'x' });
    const cookie = String(own.headers['set-cookie']).split(';')[0] as string;
    expect((await clinic.get('/clinic/cases', { cookie })).statusCode).toBe(200);
    await clinic.app
      .sql`UPDATE api_keys SET revoked_at = ${clinic.app.clock.now()} WHERE tenant_id = ${clinic.tenantId}`;
    try {
      expect((await clinic.get('/clinic/cases', { cookie })).statusCode).toBe(303);
    } finally {
      await clinic.app.sql`UPDATE api_keys SET revoked_at = NULL WHERE tenant_id = ${clinic.tenantId}`;
    }
  });
});

describe('every page', () => {
  test('loads nothing from elsewhere, runs nothing inline, and is kept by nobody', async () => {
    for (const url of ['/clinic', '/clinic/cases', '/clinic/nothing-here']) {
      const { headers, body } = await clinic.get(url);
      expect(headers['content-security-policy']).toContain("default-src 'none'; style-src 'self'; script-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(body).not.toMatch(/<style|style=|<script(?! src="\/clinic\/clinic\.js")|\son\w+=|https?:\/\//);
    }
  });

  test('the files it loads are there', async () => {
    const [css, js] = await Promise.all([
      clinic.get('/clinic/clinic.css', { cookie: '' }),
      clinic.get('/clinic/clinic.js', { cookie: '' }),
    ]);
    expect([css.statusCode, css.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
    expect([js.statusCode, js.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(js.body).toContain('/clinic/events');
  });

  test('pages are no part of the description of the API', async () => {
    const { paths } = (await clinic.get('/openapi.json')).json() as { paths: Record<string, unknown> };
    expect(Object.keys(paths).filter((path) => path.startsWith('/clinic'))).toEqual([]);
    expect(Object.keys(paths).length).toBeGreaterThan(5);
  });

  test('an unknown path is a page of its own', async () => {
    const response = await clinic.get('/clinic/nothing-here');
    expect(response.statusCode).toBe(404);
    expect(response.body).toContain('No existe, o no es de su clínica');
  });
});

describe('a change asked for by another site', () => {
  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another scheme and host', { origin: 'http://clinic.test.evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['no origin', { origin: '' }],
  ])('%s is refused', async (_name, headers) => {
    for (const url of [
      '/clinic/sign-in',
      '/clinic/sign-out',
      '/clinic/cases/019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4/acknowledge',
    ]) {
      const response = await clinic.post(url, { key: clinic.apiKey, by: 'x' }, headers);
      expect(response.statusCode).toBe(403);
      expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(response.body).toContain('La petición no vino de esta página');
      expect(response.headers['set-cookie']).toBeUndefined();
    }
  });

  test('the public address counts as ours behind a proxy', async () => {
    const response = await clinic.post('/clinic/sign-out', {}, { origin: 'http://127.0.0.1:8080', host: 'inner:1234' });
    expect(response.statusCode).toBe(303);
  });
});
