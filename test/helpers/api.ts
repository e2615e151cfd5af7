import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, expect } from 'vitest';
import { buildServer } from '#src/http/server.ts';
import { createTenant } from '#src/store/tenants.ts';
import { type TestApp, testApp } from './app.ts';

type Call = Omit<InjectOptions, 'method' | 'url'>;

/** The API of a test app with one tenant, called without a network. */
export interface TestApi {
  app: TestApp;
  server: FastifyInstance;
  tenantId: string;
  apiKey: string;
  /** Calls with the tenant's key, unless `headers.authorization` is given. */
  call(
    method: InjectOptions['method'] & string,
    url: string,
    payload?: unknown,
    options?: Call,
  ): Promise<LightMyRequestResponse>;
}

/** A patient body that is accepted as it is. */
export const PATIENT = {
  name: 'Ana Quispe',
  locale: 'es-PE',
  zone: 'America/Lima',
  contacts: [
    { kind: 'push', value: 'device-token-0001' },
    { kind: 'phone', value: '+51987654321' },
    { kind: 'email', value: 'ana@example.org' },
  ],
  caregivers: [{ name: 'Luis', contacts: [{ kind: 'phone', value: '+51987654322' }] }],
  clinicians: [{ name: 'Dr. Rojas', contacts: [{ kind: 'email', value: 'rojas@example.org' }] }],
  consent: { reminders: true },
};

/** A prescription body for the patient `p1`: 08:00 and 20:00 every day in the patient's zone. */
export const PRESCRIPTION = {
  patient: 'p1',
  medication: 'Metformin 850 mg',
  regimen: { start: '2026-11-01T08:00:00', rrules: ['FREQ=DAILY;BYHOUR=8,20'] },
};

export async function testApi(): Promise<TestApi> {
  const app = await testApp();
  const server = await buildServer(app);
  afterAll(() => server.close());
  const { tenantId, apiKey } = await createTenant(app.sql, 'Hospital Uno', app.clock.now());
  return {
    app,
    server,
    tenantId,
    apiKey,
    call: (method, url, payload, options = {}) =>
      server.inject({
        method: method as 'GET',
        url,
        ...(payload === undefined ? {} : { payload: payload as object }),
        ...options,
        headers: { authorization: `Bearer ${apiKey}`, ...options.headers },
      }),
  };
}

/** How many rows each table holds. */
export async function countRows({ sql }: TestApp): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1`;
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM ${sql(name)}`;
      return [name, row?.n ?? 0] as const;
    }),
  );
  return Object.fromEntries(counts);
}

/** A 4xx problem that names a field and the mend, and no row more or less in any table. */
export async function expectRefusal(
  app: TestApp,
  make: () => Promise<LightMyRequestResponse>,
  field: string | RegExp,
  statuses: number[] = [422],
) {
  const before = await countRows(app);
  const response = await make();
  expect(statuses, response.body).toContain(response.statusCode);
  expect(response.headers['content-type']).toBe('application/problem+json');
  const body = response.json();
  expect(body).toMatchObject({ type: expect.stringMatching(/^urn:dosebell:problem:/), status: response.statusCode });
  expect(body.detail.length).toBeGreaterThan(10);
  expect(body.errors.map((error: { field: string }) => error.field).join()).toMatch(field);
  expect(await countRows(app)).toEqual(before);
}
