import { beforeAll, expect, test } from 'vitest';
import { optOut } from '#src/store/consents.ts';
import { transaction } from '#src/store/transaction.ts';
import { PATIENT, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const put = (id: string, consent: object) => api.call('PUT', `/v1/patients/${id}`, { ...PATIENT, consent });
const read = async (id: string, query = '') => (await api.call('GET', `/v1/patients/${id}/consent${query}`)).json();

test('what holds now, and every change of it, newest first', async () => {
  await put('c1', { reminders: true });
  api.app.clock.advance(60);
  await put('c1', { reminders: true, channels: ['sms', 'email'], criticalInQuietHours: true });
  api.app.clock.advance(60);
  const lookup = api.app.cipher.lookup('+51987654321');
  const at = api.app.clock.now();
  await transaction(api.app.sql, (tx) => optOut(tx, { lookup, source: 'reply', sourceId: 'SM1', at }));

  const { now, items, next } = await read('c1');
  expect(now).toMatchObject({ reminders: true, channels: ['sms', 'email'], criticalInQuietHours: true });
  expect(now.contactPoints).toContainEqual({
    owner: 'patient',
    kind: 'phone',
    value: '+51*******21',
    state: 'opted_out',
    stateCode: 'stop',
  });
  expect(next).toBeNull();
  const withdrawn = (channel: string) => ({ granted: false, purpose: 'reminders', channel, source: 'api' });
  expect(items.map(({ id: _, at: __, ...item }: Record<string, unknown>) => item)).toEqual([
    {
      granted: false,
      purpose: 'reminders',
      channel: null,
      source: 'reply',
      contact: { owner: 'patient', kind: 'phone', value: '+51*******21' },
    },
    { granted: true, purpose: 'critical_in_quiet_hours', channel: null, source: 'api' },
    ...['voice', 'whatsapp', 'webpush', 'push'].map(withdrawn),
    { granted: true, purpose: 'reminders', channel: null, source: 'api' },
  ]);
  expect(items[0].at).toBe(at.toISOString());
});

test('is read page by page', async () => {
  await put('c2', { reminders: true });
  for (const reminders of [false, true, false, true]) {
    api.app.clock.advance(1);
    await put('c2', { reminders });
  }
  const granted: boolean[] = [];
  for (let cursor = ''; ; ) {
    const page = await read('c2', `?limit=2${cursor}`);
    granted.push(...page.items.map((item: { granted: boolean }) => item.granted));
    expect(page.items.length).toBeLessThanOrEqual(2);
    if (page.next === null) break;
    cursor = `&cursor=${page.next}`;
  }
  expect(granted).toEqual([true, false, true, false, true]);
});

test('is nobody else’s', async () => {
  const response = await api.call('GET', '/v1/patients/nobody/consent');
  expect([response.statusCode, response.json().errors[0].field]).toEqual([404, 'externalId']);
});

test('quiet hours are those of the country where a patient has none of their own', async () => {
  const PE = { from: '21:00', to: '06:30' };
  await api.app.sql`
    UPDATE tenants SET conversation = ${api.app.sql.json({ quietHours: { PE } })} WHERE id = ${api.tenantId}`;
  const saved = async (id: string, more: object) =>
    (await api.call('PUT', `/v1/patients/${id}`, { ...PATIENT, ...more })).json().quietHours;
  expect(await saved('q1', {})).toEqual(PE);
  expect(await saved('q2', { zone: 'America/Santiago' })).toBeUndefined();
  expect(await saved('q3', { quietHours: { from: '23:00', to: '05:00' } })).toEqual({ from: '23:00', to: '05:00' });
});
