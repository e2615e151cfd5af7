import postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { testApp } from '#test/helpers/app.ts';
import { startWatchServer } from './watch-server.ts';

const app = await testApp();

describe('the watch server of a process without an API', () => {
  it('answers its metrics and its health, and 404 for the rest', async () => {
    const server = await startWatchServer(app);
    app.metrics.plannedDoses.inc(3);
    const metrics = await fetch(`${server.url}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toContain('dosebell_planned_doses_total 3');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
    await server.stop();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  it('is 503 while PostgreSQL does not answer', async () => {
    const sql = postgres('postgres://127.0.0.1:1/none', { max: 1, connect_timeout: 1 });
    const server = await startWatchServer({ ...app, sql });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(503);
    await server.stop();
    await sql.end({ timeout: 0 });
  });
});
