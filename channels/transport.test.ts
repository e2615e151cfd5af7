import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { exchange, httpConnections, TransportError } from './transport.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that answers as told, the requests it had, and one connection to it at most. */
async function serve(handler: Handler) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = httpConnections(1);
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
    () => connections.destroy(),
  );
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, { timeoutMs = 10_000, user = '' } = {}) =>
    exchange(new URL(`http://${user}127.0.0.1:${port}${path}`), {
      method: 'POST',
      headers: {},
      body: 'body',
      connections,
      timeoutMs,
    });
  return { server, seen, ask };
}

const ok: Handler = (request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(201, { 'retry-after': '3' }).end('añ'));
};
const silent: Handler = () => {};

describe('an exchange', () => {
  test('tells status, headers and text', async () => {
    const { ask, seen } = await serve(ok);
    expect(await ask('/x?y=1')).toMatchObject({ status: 201, headers: { 'retry-after': '3' }, text: 'añ' });
    expect(seen.map(({ method, url, headers }) => [method, url, headers['content-length']])).toEqual([
      ['POST', '/x?y=1', '4'],
    ]);
  });

  test('goes over the connection of the one before', async () => {
    const { ask, seen } = await serve(ok);
    await ask('/1');
    await ask('/2');
    expect(new Set(seen.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });

  test('does not fail for a kept connection that the server closed meanwhile', async () => {
    const { ask, seen, server } = await serve(ok);
    await ask('/1');
    const closed = once(seen[0]?.socket as IncomingMessage['socket'], 'close');
    server.closeIdleConnections();
    await closed;
    expect(await ask('/2')).toMatchObject({ status: 201 });
  });

  test('names who asks where the URL does', async () => {
    const { ask, seen } = await serve(ok);
    await ask('/x', { user: 'clinic:p%40ss@' });
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('clinic:p@ss').toString('base64')}`);
  });
});

describe('no whole answer', () => {
  test.each<[string, Handler, string]>([
    ['in time', silent, 'ETIMEDOUT'],
    ['since the connection was cut', ({ socket }) => socket.destroy(), 'ECONNRESET'],
    [
      'since it was cut in the middle',
      (_, response) => response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy()),
      'ECONNRESET',
    ],
  ])('%s: the request may have been done', async (_, handler, code) => {
    const { ask } = await serve(handler);
    await expect(ask('/x', { timeoutMs: 200 })).rejects.toMatchObject({ code, left: true });
  });

  test('where nobody listens: nothing left', async () => {
    const { ask, server } = await serve(ok);
    await new Promise((resolve) => server.close(resolve));
    await expect(ask('/x')).rejects.toMatchObject({ code: 'ECONNREFUSED', left: false });
  });

  test('of one that waited for a connection in vain: nothing left, and nothing leaves later', async () => {
    let answer = () => {};
    const { ask, seen } = await serve((request, response) => {
      if (request.url === '/first') answer = () => void response.end('1');
      else response.end('2');
    });
    const first = ask('/first');
    await expect(ask('/second', { timeoutMs: 50 })).rejects.toStrictEqual(new TransportError('ETIMEDOUT', false));
    answer();
    expect(await first).toMatchObject({ text: '1' });
    expect(await ask('/third')).toMatchObject({ text: '2' });
    expect(seen.map(({ url }) => url)).toEqual(['/first', '/third']);
  });
});
