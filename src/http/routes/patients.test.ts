import { beforeAll, describe, expect, test } from 'vitest';
import { PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const contactsOf = async (id: string) => (await api.call('GET', `/v1/patients/${id}`)).json().contactPoints;

describe('PUT and GET /v1/patients/{externalId}', () => {
  test('creates, then replaces as a whole; values are masked and encrypted', async () => {
    const created = await api.call('PUT', '/v1/patients/a%20b%2F1', PATIENT);
    expect(created.statusCode).toBe(201);
    expect(created.json()).toMatchObject({ externalId: 'a b/1', name: 'Ana Quispe', locale: 'es-PE', routine: {} });
    expect(created.json().contactPoints).toEqual([
      { owner: 'patient', kind: 'push', value: '***0001', state: 'active' },
      { owner: 'patient', kind: 'phone', value: '+51*******21', state: 'active' },
      { owner: 'patient', kind: 'email', value: 'a***@example.org', state: 'active' },
      { owner: 'caregiver', ownerName: 'Luis', kind: 'phone', value: '+51*******22', state: 'active' },
      { owner: 'clinician', ownerName: 'Dr. Rojas', kind: 'email', value: 'r***@example.org', state: 'active' },
    ]);
    const replaced = await api.call('PUT', '/v1/patients/a%20b%2F1', {
      locale: 'pt-br',
      zone: 'America/Sao_Paulo',
      consent: { reminders: false, channels: ['sms'] },
      routine: { breakfast: '07:30' },
      quietHours: { from: '22:00', to: '07:00' },
    });
    expect(replaced.statusCode).toBe(200);
    const { warnings, ...written } = replaced.json();
    expect(warnings).toEqual([]);
    const { createdAt, updatedAt, id, ...rest } = written;
    expect(rest).toEqual({
      externalId: 'a b/1',
      locale: 'pt-BR',
      zone: 'America/Sao_Paulo',
      consent: { reminders: false, channels: ['sms'] },
      routine: { breakfast: '07:30' },
      quietHours: { from: '22:00', to: '07:00' },
      canRead: true,
      contactPoints: [],
    });
    expect(id).toBe(created.json().id);
    expect((await api.call('GET', '/v1/patients/a%20b%2F1')).json()).toEqual(written);
    const [stored] = await api.app.sql`SELECT string_agg(encode(value, 'escape'), ' ') AS text FROM contact_points`;
    expect(stored?.text).not.toContain('987654321');
  });

  test('a contact point that opted out or proved invalid stays so until its value changes', async () => {
    const put = (contacts: unknown[]) => api.call('PUT', '/v1/patients/p2', { ...PATIENT, contacts });
    const phone = { kind: 'phone', value: '+51900000001' };
    const token = { kind: 'push', value: 'a-token-of-some-length' };
    await put([phone, token]);
    await api.app.sql`
      UPDATE contact_points SET state = CASE kind WHEN 'phone' THEN 'opted_out' ELSE 'invalid' END, state_code = 'x'
      WHERE owner = 'patient' AND patient_id = (SELECT id FROM patients WHERE external_id = 'p2')`;
    const states = async () =>
      (await contactsOf('p2'))
        .filter((each: { owner: string }) => each.owner === 'patient')
        .map((each: { kind: string; state: string; value: string }) => [each.kind, each.state, each.value]);
    await put([token, phone]);
    expect(await states()).toEqual([
      ['push', 'invalid', '***ngth'],
      ['phone', 'opted_out', '+51*******01'],
    ]);
    await put([{ kind: 'push', value: 'a-fresh-token-of-length-9' }]);
    expect(await states()).toEqual([['push', 'active', '***th-9']]);
    await put([phone, token]); // gone for a while is not consent
    expect(await states()).toEqual([
      ['phone', 'opted_out', '+51*******01'],
      ['push', 'invalid', '***ngth'],
    ]);
  });

  test('another zone moves the doses that are not due yet, and only those', async () => {
    await api.call('PUT', '/v1/patients/p1', PATIENT);
    const { id } = (await api.call('POST', '/v1/prescriptions', PRESCRIPTION)).json();
    const dosesOf = async (state: string) =>
      (await api.call('GET', `/v1/prescriptions/${id}/doses?state=${state}`))
        .json()
        .items.map((dose: { dueAt: string }) => dose.dueAt);
    const lima = [
      '2026-11-23T13:00:00.000Z',
      '2026-11-24T01:00:00.000Z',
      '2026-11-24T13:00:00.000Z',
      '2026-11-25T01:00:00.000Z',
    ];
    expect(await dosesOf('planned')).toEqual(lima);
    api.app.clock.advance(2 * 3600); // 14:00Z: the first has become due
    await api.call('PUT', '/v1/patients/p1', { ...PATIENT, zone: 'America/Santiago' });
    expect(await dosesOf('cancelled')).toEqual(lima.slice(1));
    expect(await dosesOf('planned')).toEqual([
      lima[0],
      '2026-11-23T23:00:00.000Z',
      '2026-11-24T11:00:00.000Z',
      '2026-11-24T23:00:00.000Z',
      '2026-11-25T11:00:00.000Z',
    ]);
  });

  test('another zone tells where it brings two doses too near', async () => {
    api.app.clock.set('2026-11-23T12:00:00Z');
    await api.call('PUT', '/v1/patients/z1', PATIENT);
    const { id } = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'z1' })).json();
    api.app.clock.advance(5 * 3600); // noon in Lima, 19:00 in Athens
    const moved = await api.call('PUT', '/v1/patients/z1', { ...PATIENT, zone: 'Europe/Athens' });
    expect(moved.json().warnings).toEqual([
      { prescriptionId: id, code: 'short_interval', detail: expect.stringContaining('solo 5 h en vez de 12 h') },
    ]);
  });

  test('a move that fails moves nothing', async () => {
    api.app.clock.set('2026-11-23T12:00:00Z');
    await api.call('PUT', '/v1/patients/z2', PATIENT);
    const { id } = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient: 'z2' })).json();
    const all = async () => [
      (await api.call('GET', '/v1/patients/z2')).json(),
      (await api.call('GET', `/v1/prescriptions/${id}/doses`)).json(),
    ];
    const before = await all();
    // No partition holds the doses of that day: planning anew fails after all else was done.
    api.app.clock.set('2028-01-01T00:00:00Z');
    const failed = await api.call('PUT', '/v1/patients/z2', { ...PATIENT, zone: 'Europe/Athens', contacts: [] });
    expect(failed.statusCode).toBe(500);
    api.app.clock.set('2026-11-23T12:00:00Z');
    expect(await all()).toEqual(before);
  });

  test('an unknown patient is 404', async () => {
    const response = await api.call('GET', '/v1/patients/nobody');
    expect(response.statusCode).toBe(404);
    expect(response.json().errors[0].field).toBe('externalId');
  });

  test('concurrent first PUTs make one patient', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => api.call('PUT', '/v1/patients/p5', PATIENT)));
    expect(all.map((each) => each.statusCode).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(await contactsOf('p5')).toHaveLength(5);
  });
});
