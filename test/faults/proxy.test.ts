import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { type OpenProxy, openProxy } from './proxy.ts';

/** A server that sends back what it gets, in capitals, behind a proxy. */
async function echoBehindProxy({ onTestFinished }: TestContext): Promise<OpenProxy> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await openProxy((server.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return proxy;
}

interface Client {
  socket: Socket;
  got(): string;
  /** 'end' or the error's code, once the connection is over. */
  over: Promise<string>;
}

function clientOf({ port }: OpenProxy, { onTestFinished }: TestContext): Client {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  const over = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('end'));
  });
  return { socket, got: () => text, over };
}

/** Sends and returns what came back once it is as long, and how long that took. */
async function exchange(client: Client, text: string): Promise<{ answer: string; ms: number }> {
  const before = client.got().length;
  const began = performance.now();
  client.socket.write(text);
  for (let i = 0; i < 500 && client.got().length < before + text.length; i++) await sleep(10);
  return { answer: client.got().slice(before), ms: performance.now() - began };
}

test('carries bytes both ways, and the end', async (context) => {
  const client = clientOf(await echoBehindProxy(context), context);
  expect((await exchange(client, 'hola')).answer).toBe('HOLA');
  const large = 'x'.repeat(3_000_000);
  expect((await exchange(client, large)).answer).toBe(large.toUpperCase());
  client.socket.end();
  expect(await client.over).toBe('end');
});

test('down: connections are reset and new ones refused, until it heals', async (context) => {
  const proxy = await echoBehindProxy(context);
  const there = clientOf(proxy, context);
  await exchange(there, 'a');
  proxy.down();
  expect(await there.over).toBe('ECONNRESET');
  expect(await clientOf(proxy, context).over).toBe('ECONNREFUSED');
  proxy.heal();
  await sleep(20);
  expect((await exchange(clientOf(proxy, context), 'back')).answer).toBe('BACK');
});

test('reset: connections are cut once, new ones work', async (context) => {
  const proxy = await echoBehindProxy(context);
  const there = clientOf(proxy, context);
  await exchange(there, 'a');
  proxy.reset();
  expect(await there.over).toBe('ECONNRESET');
  expect((await exchange(clientOf(proxy, context), 'next')).answer).toBe('NEXT');
});

test('half-open: bytes go nowhere and the connection looks alive; healed, it is reset, and an idle one lives on', async (context) => {
  const proxy = await echoBehindProxy(context);
  const [busy, idle] = [clientOf(proxy, context), clientOf(proxy, context)];
  await exchange(busy, 'a');
  await exchange(idle, 'a');
  proxy.halfOpen();
  busy.socket.write('lost');
  expect(await Promise.race([busy.over, sleep(150, 'alive')])).toBe('alive');
  expect(busy.got()).toBe('A');
  proxy.heal();
  expect(await busy.over).toBe('ECONNRESET');
  expect((await exchange(idle, 'b')).answer).toBe('B');
});

test('latency: each way waits, nothing is reordered; healed, what waits goes at once', async (context) => {
  const proxy = await echoBehindProxy(context);
  const client = clientOf(proxy, context);
  await exchange(client, 'a');
  proxy.latency(100);
  const slow = await exchange(client, 'abcdef');
  expect(slow.answer).toBe('ABCDEF');
  expect(slow.ms).toBeGreaterThan(190);
  proxy.latency(60_000);
  const stuck = exchange(client, 'one');
  client.socket.write('two');
  await sleep(50);
  proxy.heal();
  expect((await stuck).ms).toBeLessThan(5000);
  for (let i = 0; i < 100 && !client.got().endsWith('TWO'); i++) await sleep(10);
  expect(client.got()).toBe('AABCDEFONETWO');
});

test('bandwidth: so many bytes a second, either way', async (context) => {
  const proxy = await echoBehindProxy(context);
  const client = clientOf(proxy, context);
  await exchange(client, 'a');
  proxy.bandwidth(20_000);
  const { answer, ms } = await exchange(client, 'y'.repeat(10_000));
  expect(answer).toBe('Y'.repeat(10_000));
  expect(ms).toBeGreaterThan(450);
  expect(ms).toBeLessThan(3000);
});

test('follows its server to another port, and cuts those that find nobody', async (context) => {
  const proxy = await echoBehindProxy(context);
  const other = await echoBehindProxy(context);
  proxy.lead(9);
  expect(await clientOf(proxy, context).over).toBe('ECONNRESET');
  proxy.lead(other.port);
  expect((await exchange(clientOf(proxy, context), 'there')).answer).toBe('THERE');
});
