import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openProxy } from '#test/faults/proxy.ts';
import { testDatabase } from '#test/helpers/app.ts';
import { openPool } from './pool.ts';
import { transaction } from './transaction.ts';

const { url, drop } = await testDatabase({ empty: true });
const direct = openPool(url, { max: 1 });
const proxy = await openProxy(Number(new URL(url).port));
const proxied = new URL(url);
proxied.port = String(proxy.port);
const sql = openPool(proxied.href, { max: 3, bounded: true });
await direct`CREATE TABLE written (n int)`;
afterAll(async () => {
  await Promise.all([sql.end({ timeout: 1 }), direct.end()]);
  await proxy.close();
  await drop();
});

beforeEach(async () => {
  proxy.heal();
  await direct`TRUNCATE written`;
  await sql`SELECT ${['a']}::text[]`;
});

const written = async () => (await direct<{ n: number }[]>`SELECT n FROM written ORDER BY n`).map(({ n }) => n);

test.each([
  ['in a statement', 'SELECT pg_sleep(1)', 0],
  ['between two statements', 'SELECT 1', 50],
])('a transaction that loses its connection %s leaves nothing and is run again', async (_, next, pauseMs) => {
  let runs = 0;
  await transaction(sql, async (tx) => {
    runs += 1;
    await tx`INSERT INTO written VALUES (${runs})`;
    if (runs > 1) return;
    proxy.reset();
    if (pauseMs > 0) await sleep(pauseMs);
    await tx.unsafe(next);
  });
  expect(runs).toBe(2);
  expect(await written()).toEqual([2]);
});

test('work that goes on after the loss writes nothing outside of its transaction, and the pool is as before', async () => {
  let late: Promise<unknown> = Promise.resolve();
  const lost = sql.begin(async (tx) => {
    await tx`INSERT INTO written VALUES (1)`;
    proxy.reset();
    late = sleep(50).then(async () => tx`INSERT INTO written VALUES (2)`);
    await late;
  });
  await expect(lost).rejects.toThrow();
  await expect(late).rejects.toThrow();
  await Promise.all(Array.from({ length: 6 }, () => sql`SELECT ${[1]}::int[]`));
  expect(await written()).toEqual([]);
});

test('a server that comes back within seconds is waited for; one that stays away is told of soon', async () => {
  const insert = () => transaction(sql, (tx) => tx`INSERT INTO written VALUES (1)`);
  proxy.down();
  setTimeout(() => proxy.heal(), 500);
  await insert();
  expect(await written()).toEqual([1]);
  proxy.down();
  const asked = performance.now();
  await expect(insert()).rejects.toThrow();
  expect(performance.now() - asked).toBeLessThan(6000);
});

test('statements of a service end, and so do transactions that are left lying open', async () => {
  const [row] =
    await sql`SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle`;
  expect(row).toEqual({ statement: '30s', idle: '15s' });
});
