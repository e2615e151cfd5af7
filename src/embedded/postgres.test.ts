import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { processIdentity } from './lock.mjs';
import { startPostgres } from './postgres.ts';

type Server = Awaited<ReturnType<typeof startPostgres>>;

let dir: string;
let server: Server | undefined;

beforeAll(() => {
  // A path longer than a socket's may be, with a space in it, that other users may not enter.
  dir = join(mkdtempSync(join(tmpdir(), 'pg-')), 'a folder', 'x'.repeat(110));
  mkdirSync(dir, { recursive: true });
  chmodSync(join(dir, '..'), 0o700);
});
afterEach(() => server?.stop());
afterAll(() => rmSync(join(dir, '../..'), { recursive: true, force: true }));

async function start(durable = true): Promise<Server> {
  server = await startPostgres({ dir, durable, logFile: join(dir, 'postgres.log') });
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = sql(url, { max: 1, onnotice: () => {} });
  try {
    return (await client.unsafe(text)).map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

test('starts, keeps its data between starts and ends without a trace', async () => {
  const first = await start();
  expect(await query(first.url, "SELECT current_setting('server_version_num')::int / 10000")).toEqual([18]);
  await query(first.url, "CREATE TABLE kept AS SELECT 'ñandú' AS word");
  await first.stop();
  expect(await first.exited).toContain('code 0');
  expect(processIdentity(first.pid)).toBeNull();

  const second = await start();
  expect(await query(second.url, 'SELECT word FROM kept')).toEqual(['ñandú']);
});

test('listens on 127.0.0.1 alone and asks for the password, which only we can read', async () => {
  const { url } = await start();
  expect(await query(url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
  expect(await query(url, 'SHOW unix_socket_directories')).toEqual(['']);
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  expect(statSync(join(dir, 'password')).mode & 0o777).toBe(0o600);
});

test.each([
  [true, 'on'],
  [false, 'off'],
])('durable: %s sets fsync %s', async (durable, setting) => {
  const { url } = await start(durable);
  expect(await query(url, 'SHOW fsync')).toEqual([setting]);
  expect(await query(url, 'SHOW full_page_writes')).toEqual([setting]);
});

test('what a statement or a row held is not in the log', async () => {
  const { url } = await start();
  await query(url, 'CREATE TABLE IF NOT EXISTS secret (name text UNIQUE)');
  await query(url, "INSERT INTO secret VALUES ('Quispe')");
  await expect(query(url, "INSERT INTO secret VALUES ('Quispe')")).rejects.toThrow('duplicate key');
  const log = readFileSync(join(dir, 'postgres.log'), 'utf8');
  expect(log).toContain('duplicate key');
  expect(log).not.toContain('Quispe');
});

test('starts again after kill -9, with what was committed', async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE survived AS SELECT 'yes' AS word");
  process.kill(first.pid, 'SIGKILL');
  expect(await first.exited).toContain('SIGKILL');
  const second = await start();
  expect(await query(second.url, 'SELECT word FROM survived')).toEqual(['yes']);
});

test('a postmaster.pid whose pid now is another program does not stop the start', async () => {
  const first = await start();
  await first.stop();
  writeFileSync(join(dir, 'data/postmaster.pid'), `${process.pid}\n${join(dir, 'data')}\n`);
  const { url } = await start();
  expect(await query(url, 'SELECT 1')).toEqual([1]);
});

test('a server an earlier run left behind is stopped first', async () => {
  const first = await start();
  const second = await start();
  expect(processIdentity(first.pid)).toBeNull();
  expect(await query(second.url, 'SELECT 1')).toEqual([1]);
});

test('a server of somebody else on the same data is left alone and named', async () => {
  const first = await start();
  rmSync(join(dir, 'server.pid'));
  await expect(start()).rejects.toThrow(`PostgreSQL (pid ${first.pid}) is already running on`);
  expect(processIdentity(first.pid)).not.toBeNull();
});

test('data of another major version is refused with what to do', async () => {
  await (await start()).stop();
  const file = join(dir, 'data/PG_VERSION');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, '15\n');
  await expect(start()).rejects.toThrow(/was made by PostgreSQL 15, this is 18: `npm run reset`/);
  writeFileSync(file, text);
});

test('a server that cannot start tells why, from its log', async () => {
  const file = join(dir, 'data/postgresql.conf');
  const text = readFileSync(file, 'utf8');
  appendFileSync(file, '\nno_such_setting = 1\n');
  await expect(start()).rejects.toThrow(/PostgreSQL ended with code 1; the end of .*\n.*no_such_setting/);
  writeFileSync(file, text);
});

test('a first start that was cut short is done again', async () => {
  await server?.stop();
  rmSync(join(dir, 'password'));
  mkdirSync(join(dir, 'data.new'), { recursive: true });
  writeFileSync(join(dir, 'data.new/half'), '');
  const { url } = await start();
  expect(await query(url, 'SELECT 1')).toEqual([1]);
});

test('kill -9 of the process that started it takes the server along', async () => {
  const script = join(dir, 'start.ts');
  writeFileSync(
    script,
    `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'postgres.ts'))};
     const { pid } = await startPostgres({ dir: ${JSON.stringify(dir)}, durable: false, logFile: ${JSON.stringify(join(dir, 'log'))} });
     console.log(pid);`,
  );
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => owner.stdout.once('data', (text) => resolve(Number(text))));
  expect(processIdentity(pid)).not.toBeNull();
  owner.kill('SIGKILL');
  await expect.poll(() => processIdentity(pid), { timeout: 15_000 }).toBeNull();
});
