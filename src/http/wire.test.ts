import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildServer } from '#src/http/server.ts';
import { PATIENT, PRESCRIPTION, type TestApi, testApi } from '#test/helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

/** Sends bytes to a listening server and returns all it answers. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

describe('on the wire', () => {
  test.each([
    ['no HTTP at all', 'HELLO\r\n\r\n', 'HTTP/1.1 400', 'urn:dosebell:problem:malformed'],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      'HTTP/1.1 431',
      'urn:dosebell:problem:headers-too-large',
    ],
  ])('%s is answered with a problem', async (_name, bytes, status, type) => {
    const server = await buildServer(api.app);
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const answer = await exchange(port, bytes);
    await server.close();
    expect(answer).toContain(status);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain(type);
  });
});

describe('the log', () => {
  test('tells method, route pattern, status and request id: nothing of what was sent, not even in a failure', async () => {
    const out = new PassThrough();
    const server = await buildServer({ ...api.app, log: pino({ level: 'trace' }, out) });
    const headers = { authorization: `Bearer ${api.apiKey}` };
    await server.inject({ method: 'PUT', url: '/v1/patients/MRN-555', payload: PATIENT, headers });
    const body = { ...PRESCRIPTION, patient: 'MRN-555', externalId: 'RX-555' };
    await server.inject({ method: 'POST', url: '/v1/prescriptions', payload: body, headers });
    await server.inject({ method: 'POST', url: '/v1/prescriptions', payload: { ...body, patient: 'Ana' }, headers });
    await server.inject({ url: '/v1/prescriptions?patient=MRN-555', headers });
    await server.inject({ url: '/c/secret-token-value' });
    await api.app.sql`ALTER TABLE patients RENAME COLUMN external_id TO renamed`;
    const failed = await server.inject({ url: '/v1/patients/MRN-555', headers });
    await api.app.sql`ALTER TABLE patients RENAME COLUMN renamed TO external_id`;
    await server.close();
    const text = (out.read() as Buffer).toString();
    expect(failed.statusCode).toBe(500);
    expect(failed.body).not.toMatch(/external_id|column|postgres/i);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter((line) => line.msg === 'request')).toHaveLength(6);
    expect(lines.find((line) => line.msg === 'request failed')).toMatchObject({
      error: 'PostgresError',
      code: '42703',
      request: expect.any(String),
    });
    expect(lines[0]).toMatchObject({
      method: 'PUT',
      route: '/v1/patients/:externalId',
      status: 201,
      ms: expect.any(Number),
    });
    expect(text).not.toMatch(
      /MRN-555|RX-555|Ana|Quispe|987654321|example\.org|Metformin|device-token|secret-token|dbk_/,
    );
  });
});
