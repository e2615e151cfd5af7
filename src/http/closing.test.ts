import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { buildServer } from '#src/http/server.ts';
import { testApi } from '#test/helpers/api.ts';

const api = await testApi();

/** A server that answers `/slow` when it is told to. */
async function listening() {
  const server = await buildServer(api.app);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  server.get('/slow', async () => {
    asked.resolve();
    return answer.promise;
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.server.closeAllConnections());
  return { server, port: (server.server.address() as AddressInfo).port, asked, answer };
}

/** A connection on which `bytes` are said and that its caller leaves open; `heard` is all that came when it ended. */
async function caller(port: number, bytes: string): Promise<{ heard: Promise<string> }> {
  const socket: Socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let said = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  const heard = new Promise<string>((resolve) => socket.on('close', () => resolve(said)));
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  return { heard };
}

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nhost: dosebell\r\n\r\n`;

test.each([
  ['that never asked', ''],
  ['that asked half', GET('/docs').slice(0, -2)],
])('a caller %s does not keep a server from closing', async (_name, bytes) => {
  const { server, port } = await listening();
  const connected = new Promise((resolve) => server.server.once('connection', resolve));
  const { heard } = await caller(port, bytes);
  await connected;
  await server.close();
  expect(await heard).toBe('');
});

test('a request in hand is answered, also after the silent are gone, and its connection ends with it', async () => {
  const { server, port, asked, answer } = await listening();
  const silent = await caller(port, '');
  const { heard } = await caller(port, GET('/slow'));
  await asked.promise;
  const closed = server.close();
  await silent.heard;
  answer.resolve('told');
  await closed;
  expect(await heard).toMatch(/^HTTP\/1.1 200 .*told$/s);
});
