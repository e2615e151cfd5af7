import { once } from 'node:events';
import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Http2Client } from './http2-client.ts';

type Handler = (stream: ServerHttp2Stream, session: ServerHttp2Session) => void;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that answers each stream as told, its sessions counted, and a client for it. */
async function serve(handler: Handler, options: { timeoutMs?: number; maxConcurrentStreams?: number } = {}) {
  const { timeoutMs = 10_000, maxConcurrentStreams = 100 } = options;
  const server: Http2Server = createServer({ settings: { maxConcurrentStreams } });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    handler(stream, stream.session as ServerHttp2Session);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new Http2Client({ origin: `http://127.0.0.1:${port}`, ca: undefined, timeoutMs });
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const session of sessions) session.destroy();
      }),
    () => client.close(),
  );
  return { client, sessions };
}

const ok: Handler = (stream) => {
  stream.respond({ ':status': 200, 'retry-after': '3' });
  stream.end('{"a":1}');
};
const post = (client: Http2Client) => client.post('/x', {}, 'body');

test('sends everything over one session, within what the server allows', async () => {
  let running = 0;
  let most = 0;
  const { client, sessions } = await serve(
    (stream, session) => {
      running += 1;
      most = Math.max(most, running);
      setImmediate(() => {
        running -= 1;
        ok(stream, session);
      });
    },
    { maxConcurrentStreams: 4 },
  );
  const answers = await Promise.all(Array.from({ length: 60 }, () => post(client)));
  expect(answers).toEqual(Array(60).fill({ status: 200, retryAfter: '3', text: '{"a":1}' }));
  expect(sessions.size).toBe(1);
  expect(most).toBe(4);
});

test.each([
  ['REFUSED_STREAM was not processed', constants.NGHTTP2_REFUSED_STREAM, false],
  ['any other reset may have been', constants.NGHTTP2_INTERNAL_ERROR, true],
])('%s', async (_, code, left) => {
  const { client } = await serve((stream) => stream.close(code));
  await expect(post(client)).rejects.toMatchObject({ left });
});

test('an answer cut off in the middle is no answer', async () => {
  const { client } = await serve((stream) => {
    stream.respond({ ':status': 200 });
    stream.write('{"na', () => stream.destroy(new Error('cut')));
  });
  await expect(post(client)).rejects.toMatchObject({ left: true });
});

test('a lost session leaves what was on the wire unknown, and the next message opens another', async () => {
  let seen = 0;
  const { client, sessions } = await serve((stream, session) => {
    seen += 1;
    if (seen <= 3) {
      if (seen === 3) session.destroy();
    } else ok(stream, session);
  });
  const lost = await Promise.allSettled([post(client), post(client), post(client)]);
  expect(lost.map((one) => one.status === 'rejected' && one.reason.left)).toEqual([true, true, true]);
  expect(await post(client)).toMatchObject({ status: 200 });
  expect(sessions.size).toBe(2);
});

test('after GOAWAY the streams under way end, and the next message opens another session', async () => {
  let first: ServerHttp2Stream | undefined;
  const { client, sessions } = await serve((stream, session) => {
    if (first) return ok(stream, session);
    first = stream;
    session.goaway();
  });
  const under = post(client);
  await expect.poll(() => first !== undefined).toBe(true);
  const another = async () => {
    await post(client);
    return sessions.size;
  };
  await expect.poll(another, { timeout: 5000 }).toBe(2);
  ok(first as ServerHttp2Stream, (first as ServerHttp2Stream).session as ServerHttp2Session);
  expect(await under).toMatchObject({ status: 200 });
});

test('a silence ends in time and the next message gets a fresh session', async () => {
  let silent = true;
  const { client, sessions } = await serve((stream, session) => silent || ok(stream, session), { timeoutMs: 100 });
  await expect(post(client)).rejects.toMatchObject({ code: 'ETIMEDOUT', left: true });
  silent = false;
  expect(await post(client)).toMatchObject({ status: 200 });
  expect(sessions.size).toBe(2);
});

test('nothing left when there is nobody to connect to', async () => {
  const { client, sessions } = await serve(ok);
  await post(client);
  for (const close of closing.splice(0).reverse()) await close();
  expect(sessions.size).toBe(1);
  const results = await Promise.allSettled([post(client), post(client)]);
  expect(results.map((one) => one.status === 'rejected' && one.reason)).toMatchObject([
    { code: 'ECONNREFUSED', left: false },
    { code: 'ECONNREFUSED', left: false },
  ]);
});
