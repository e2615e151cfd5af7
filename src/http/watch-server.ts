import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '../app.ts';
import { exposeSilenceAge } from './silence-age.ts';

/**
 * `/metrics` and `/healthz` of a process without an API of its own (scheduler, worker): 503 when PostgreSQL does not
 * answer within two seconds. Listens on the configured host and port.
 */
export async function startWatchServer(app: App): Promise<{ url: string; stop(): Promise<void> }> {
  const { host, port } = app.config.http;
  exposeSilenceAge(app);
  const routes: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    '/metrics': async () => ({
      status: 200,
      type: app.metrics.registry.contentType,
      body: await app.metrics.registry.metrics(),
    }),
    '/healthz': () => health(app),
  };
  const server = createServer(async (request, response) => {
    const { status, type, body } = (await routes[request.url ?? '']?.()) ?? {
      status: 404,
      type: 'text/plain',
      body: 'not found',
    };
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return { url: `http://${host}:${(server.address() as AddressInfo).port}`, stop: () => close(server) };
}

async function health(app: App): Promise<{ status: number; type: string; body: string }> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, 2000, false).unref());
  const ok = await Promise.race([
    app.sql`SELECT 1`.then(
      () => true,
      () => false,
    ),
    late,
  ]);
  return { status: ok ? 200 : 503, type: 'text/plain', body: ok ? 'ok' : 'PostgreSQL does not answer' };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
