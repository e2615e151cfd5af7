import postgres from 'postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildServer } from '#src/http/server.ts';
import { type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const get = (url: string) => api.server.inject(url);

describe('health', () => {
  test('/healthz and /readyz', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/readyz')).json()).toEqual({ status: 'ok' });
  });

  test('/readyz is 503 while a migration is missing, or without PostgreSQL', async () => {
    const [row] = await api.app.sql`DELETE FROM migrations RETURNING name`;
    const behind = await get('/readyz');
    expect([behind.statusCode, behind.headers['content-type']]).toEqual([503, 'application/problem+json']);
    expect(behind.json().errors[0].detail).toContain(row?.name);
    await api.app.sql`INSERT INTO migrations (name) VALUES (${row?.name})`;
    const sql = postgres('postgres://127.0.0.1:1/none', { max: 1, connect_timeout: 1 });
    const alone = await buildServer({ ...api.app, sql });
    expect((await alone.inject('/readyz')).statusCode).toBe(503);
    expect((await alone.inject('/healthz')).statusCode).toBe(200);
    await Promise.all([alone.close(), sql.end({ timeout: 1 })]);
  });
});

describe('/metrics', () => {
  test('counts requests by route pattern, and claims no dose count, which is the scheduler’s', async () => {
    const server = await buildServer(api.app);
    await server.inject({ url: '/v1/patients/MRN-77', headers: { authorization: `Bearer ${api.apiKey}` } });
    await server.inject('/nowhere/MRN-77');
    const { body, headers } = await server.inject('/metrics');
    await server.close();
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('dosebell_http_seconds_count{method="GET",route="/v1/patients/:externalId",status="404"} 1');
    expect(body).toContain('route="unmatched",status="404"');
    expect(body).not.toContain('MRN-77');
    expect(body).not.toMatch(/^dosebell_unaccounted_doses/m);
  });
});

describe('the documentation', () => {
  test('OpenAPI 3.1 names every route, its problems and its security', async () => {
    const document = (await get('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { tags: string[]; responses: object }>).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );
    expect(operations.map(({ name }) => name).sort()).toEqual(
      [
        'GET /c/{token}',
        'DELETE /v1/callback-endpoints/{id}',
        'GET /push/key',
        'GET /v1/callback-endpoints',
        'GET /v1/callback-endpoints/{id}',
        'GET /v1/callbacks',
        'GET /v1/callbacks/{id}',
        'GET /v1/conversation',
        'GET /v1/conversation/texts',
        'GET /v1/patients/{externalId}/messages',
        'PATCH /v1/callback-endpoints/{id}',
        'POST /v1/callback-endpoints',
        'POST /v1/callback-endpoints/{id}/replay',
        'POST /v1/callback-endpoints/{id}/rotate-secret',
        'POST /v1/callback-endpoints/{id}/test',
        'POST /v1/callbacks/{id}/replay',
        'POST /v1/conversation/preview',
        'POST /v1/patients/{externalId}/messages',
        'PUT /v1/conversation',
        'GET /healthz',
        'GET /metrics',
        'GET /readyz',
        'GET /v1/adherence',
        'GET /v1/dead-letters',
        'GET /v1/dead-letters/{id}',
        'GET /v1/doses/{id}',
        'GET /v1/escalations',
        'GET /v1/incidents',
        'GET /u/{token}',
        'GET /v1/patients/{externalId}',
        'GET /v1/patients/{externalId}/consent',
        'GET /v1/prescriptions',
        'GET /v1/prescriptions/{id}',
        'GET /v1/prescriptions/{id}/doses',
        'GET /v1/proofs/{date}',
        'PATCH /v1/prescriptions/{id}',
        'POST /c/{token}',
        'POST /u/{token}',
        'POST /v1/confirmations',
        'POST /v1/dead-letters/{id}/drop',
        'POST /v1/dead-letters/{id}/redrive',
        'POST /v1/doses/{id}/confirmations',
        'POST /v1/escalations/{id}/acknowledge',
        'POST /v1/escalations/{id}/resolve',
        'POST /v1/prescriptions',
        'POST /v1/prescriptions/preview',
        'POST /webhooks/twilio/messages',
        'POST /webhooks/twilio/status',
        'PUT /v1/patients/{externalId}',
      ].sort(),
    );
    for (const { name, operation } of operations) {
      expect(operation.tags, name).toHaveLength(1);
      const problems = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
      for (const [status, response] of problems) {
        const content = (response as { content: Record<string, { schema: object }> }).content;
        expect(content['application/problem+json']?.schema, `${name} ${status}`).toEqual({
          $ref: '#/components/schemas/Problem',
        });
      }
    }
    expect(document.components.schemas.Problem.properties.errors.items.required).toEqual(['field', 'detail']);
    expect(document.security).toEqual([{ apiKey: [] }]);
    expect(document.paths['/v1/confirmations'].post.security).toEqual([]);
    const body = document.paths['/v1/prescriptions'].post.requestBody.content['application/json'];
    expect(body.example).toMatchObject({ patient: 'MRN-1042' });
  });

  test('/docs is browsable', async () => {
    expect((await get('/docs/')).body).toContain('swagger');
    expect((await get('/docs/static/swagger-ui.css')).statusCode).toBe(200);
  });
});
