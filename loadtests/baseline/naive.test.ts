import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Simulator, startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { openPool } from '#src/store/pool.ts';
import { testApp, testDatabase } from '#test/helpers/app.ts';
import { reminders } from './messages.ts';
import { enqueueNaive, prepareNaive, startNaive } from './naive.ts';
import { sdkClients } from './sdk-clients.ts';

const redisUrl = `${inject('redisUrl')}/${process.env.VITEST_POOL_ID ?? '0'}`;
const app = await testApp();
let simulator: Simulator;
let dir: string;
let database: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'naive-test-'));
  simulator = await startSimulator({ dir });
  database = await testDatabase({ empty: true });
});
afterAll(async () => {
  await simulator.close();
  await database.drop();
  await rm(dir, { recursive: true });
});

test('fifty messages leave at their moment, each once, each with one finished row; a refused one is tried again', async () => {
  await prepareNaive(database.url);
  const { push, sms, email } = app.config;
  const { http, fcm, smtp, serviceAccount, caFile, twilio } = simulator;
  const clients = sdkClients({
    ...app.config,
    push: { ...push, baseUrl: fcm, serviceAccount: JSON.parse(readFileSync(serviceAccount, 'utf8')), caFile },
    sms: { ...sms, twilio: { ...twilio, from: [twilio.from], baseUrl: http, weight: 1, perSecond: 1 } },
    email: { ...email, url: smtp },
    http: { ...app.config.http, publicUrl: 'http://127.0.0.1:9' },
  });
  simulator.faults.add({ provider: 'fcm', kind: 'rate_limited', times: 1 });
  const naive = startNaive(database.url, redisUrl, clients);
  const messages = reminders(app, 0, 50);
  const due = new Date(Date.now() + 500);
  await enqueueNaive(redisUrl, messages, due);

  const sql = openPool(database.url, { max: 1 });
  const sent = () => sql<{ id: string; ref: string }[]>`SELECT id, ref FROM notifications WHERE state = 'sent'`;
  for (let i = 0; i < 200 && (await sent()).length < 50; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  const rows = await sent();
  await naive.stop();
  await sql.end();

  const ids = messages.map(({ message }) => message.attemptId).sort();
  const ledger = [...simulator.ledger.entries()];
  const accepted = ledger.filter((entry) => entry.outcome === 'accepted');
  expect(ledger.length - accepted.length).toBe(1);
  expect(accepted.map((entry) => entry.attemptId).sort()).toEqual(ids);
  const shares = Object.entries(Object.groupBy(accepted, ({ channel }) => channel));
  expect(Object.fromEntries(shares.map(([channel, { length }]) => [channel, length]))).toEqual({
    push: 35,
    sms: 10,
    email: 5,
  });
  expect(Math.min(...ledger.map((entry) => Date.parse(entry.at)))).toBeGreaterThanOrEqual(due.getTime());
  const refs = new Map(rows.map(({ id, ref }) => [id, ref]));
  expect([...refs.keys()].sort()).toEqual(ids);
  for (const entry of accepted) expect(refs.get(entry.attemptId as string)).toBe(entry.ref);
});
