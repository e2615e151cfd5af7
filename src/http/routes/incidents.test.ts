import { beforeAll, describe, expect, test } from 'vitest';
import { closeIncident, growIncidents, openIncident } from '#src/store/incidents.ts';
import { createTenant } from '#src/store/tenants.ts';
import { expectRefusal, PATIENT, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
let patientId: string;
beforeAll(async () => {
  api = await testApi();
  await api.call('PUT', '/v1/patients/p1', PATIENT);
  const [row] = await api.app.sql<{ id: string }[]>`SELECT id FROM patients`;
  patientId = (row as { id: string }).id;
});

const list = async (query = '') => (await api.call('GET', `/v1/incidents${query}`)).json();
const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 13, minute));

describe('/v1/incidents', () => {
  test("are the tenant's own, oldest first, by state and in pages", async () => {
    const { sql } = api.app;
    const { tenantId } = api;
    const other = await createTenant(sql, 'Hospital Dos', at(0));
    const patient = { kind: 'patient_silent', subject: patientId, tenantId, affected: 1 } as const;
    const tenant = { kind: 'tenant_silent', subject: tenantId, tenantId, affected: 40 } as const;
    const theirs = { ...tenant, subject: other.tenantId, tenantId: other.tenantId };
    await growIncidents(sql, [patient], at(1));
    await openIncident(sql, { kind: 'channel_down', subject: 'sms' }, at(2));
    expect(await growIncidents(sql, [tenant, theirs], at(3))).toEqual([tenant, theirs]);
    expect(await growIncidents(sql, [{ ...tenant, affected: 2 }], at(4))).toEqual([]);
    await closeIncident(sql, patient, at(5));

    const one = {
      id: expect.any(String),
      kind: 'patient_silent',
      patient: 'p1',
      affected: 1,
      state: 'closed',
      openedAt: '2026-11-23T13:01:00.000Z',
      closedAt: '2026-11-23T13:05:00.000Z',
    };
    const whole = {
      id: expect.any(String),
      kind: 'tenant_silent',
      patient: null,
      affected: 42,
      state: 'open',
      openedAt: '2026-11-23T13:03:00.000Z',
      closedAt: null,
    };
    expect(await list()).toEqual({ items: [one, whole], next: null });
    expect(await list('?state=open')).toEqual({ items: [whole], next: null });
    expect(await list('?state=closed')).toEqual({ items: [one], next: null });
    const first = await list('?limit=1');
    expect(first).toMatchObject({ items: [one], next: expect.any(String) });
    expect(await list(`?limit=1&cursor=${first.next}`)).toEqual({ items: [whole], next: null });
    const headers = { authorization: `Bearer ${other.apiKey}` };
    const { items } = (await api.call('GET', '/v1/incidents', undefined, { headers })).json();
    expect(items).toMatchObject([{ kind: 'tenant_silent', affected: 40 }]);
  });

  test.each([
    ['state=lost', 'state'],
    ['limit=0', 'limit'],
    ['cursor=x', 'cursor'],
    ['kind=outage', 'kind'],
  ])('?%s is refused', (query, field) =>
    expectRefusal(api.app, () => api.call('GET', `/v1/incidents?${query}`), field),
  );
});

describe('the age of the silence check', () => {
  const age = async () =>
    /^dosebell_silence_checked_seconds (\S+)/m.exec((await api.server.inject('/metrics')).body)?.[1];

  test('is told by every process, from the row; absent while nobody has looked', async () => {
    const { sql, clock } = api.app;
    clock.set(at(0));
    expect(await age()).toBeUndefined();
    await sql`INSERT INTO silence_check (checked_to, lease_until) VALUES (${at(-20)}, ${at(-10)})`;
    expect(await age()).toBeUndefined();
    await sql`UPDATE silence_check SET checked_at = ${at(-2)}`;
    expect(await age()).toBe('120');
    clock.advance(60);
    expect(await age()).toBe('180');
    await sql`DELETE FROM silence_check`;
    expect(await age()).toBeUndefined();
  });
});
