import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';

function listen(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

test('the preferred port is given when it is free, without a word', async () => {
  const port = await freePort();
  const said: string[] = [];
  // Not handed out yet and most likely free: a port some way above a free one.
  const preferred = port > 40_000 ? port - 7000 : port + 7000;
  expect(await freePort(preferred, (line) => said.push(line))).toBe(preferred);
  expect(said).toEqual([]);
});

test.each(['127.0.0.1', '0.0.0.0'])('a port taken on %s is stepped over, and that is said', async (host) => {
  const server = await listen(0, host);
  const taken = (server.address() as { port: number }).port;
  const said: string[] = [];
  const port = await freePort(taken, (line) => said.push(line));
  expect(port).toBeGreaterThan(taken);
  expect(said).toEqual([`port ${taken} is taken, using ${port}`]);
  const other = await listen(port, '127.0.0.1');
  other.close();
  server.close();
});

test('one port is never handed out twice in a process', async () => {
  const any = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(any).size).toBe(20);
  const first = any[0] as number;
  expect(await freePort(first)).not.toBe(first);
});
