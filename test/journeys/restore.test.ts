import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, expect, inject, test } from 'vitest';
import type { Simulator } from '#loadtests/provider-simulator/simulator.ts';
import { startBuckets } from '#schedulers/buckets.ts';
import { startHorizon } from '#schedulers/horizon.ts';
import { startLadder } from '#schedulers/ladder.ts';
import { startRescue } from '#schedulers/rescue.ts';
import { readToken } from '#src/ack/tokens.ts';
import { backupCommand } from '#src/bin/commands/backup.ts';
import { restoreCommand } from '#src/bin/commands/restore.ts';
import { readConfig } from '#src/config.ts';
import { closeDispatcher, openDispatcher } from '#src/dispatch/dispatcher.ts';
import { startWorkers } from '#src/dispatch/workers.ts';
import { unaccountedDoses } from '#src/store/gauges.ts';
import { MIGRATIONS } from '#src/store/migrate.ts';
import { openPool } from '#src/store/pool.ts';
import { testDatabase } from '../helpers/app.ts';
import { runCommand } from '../helpers/command.ts';
import { dueAt, eventually, rushRedis, rushSettings, soon, startRush } from '../helpers/rush.ts';

const dir = mkdtempSync(join(tmpdir(), 'dosebell-backup-'));
const PATIENTS = [150, 100];
const TOKEN_BYTES = randomBytes(32);
const TOKEN_SECRET = createSecretKey(TOKEN_BYTES);
const SECRETS = {
  DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  TOKEN_SECRET: TOKEN_BYTES.toString('base64'),
};

beforeAll(() => () => rmSync(dir, { recursive: true, force: true }));

const COMMANDS = { backup: backupCommand, restore: restoreCommand };

const dosebell = ([name, ...args]: [keyof typeof COMMANDS, ...string[]], env: Record<string, string>) =>
  runCommand(COMMANDS[name], args, env);

/** What the providers accepted for patients: the channel, and what tells its dose. */
function remindersOf({ ledger, outbox }: Simulator): string[] {
  const texts = new Map(outbox.newest({ limit: 5000 }).map(({ ref, text }) => [ref, text]));
  return [...ledger.entries()].flatMap(({ outcome, channel, identity, ref }) => {
    if (outcome !== 'accepted' || channel === 'email') return []; // mails go to clinicians here
    if (channel === 'push') return [`push ${identity}`];
    const [, token = ''] = /\/c\/([\w-]+)/.exec(texts.get(ref as string) ?? '') ?? [];
    const reading = readToken(TOKEN_SECRET, 'link', token, new Date());
    return [`sms ${reading.ok ? reading.doseId : ref}`];
  });
}

/** An empty database, dropped when the test ends. */
async function emptyDatabase(onTestFinished: (run: () => Promise<void>) => void): Promise<string> {
  const { url, drop } = await testDatabase({ empty: true });
  onTestFinished(drop);
  return url;
}

const tablesIn = async (url: string): Promise<number> => {
  const sql = openPool(url, { max: 1 });
  const rows = await sql`SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
  await sql.end();
  return rows.length;
};

test('backup under load, more is sent, the database is lost, restore: nothing twice, everything accounted for', {
  timeout: 120_000,
}, async (context) => {
  const rush = await startRush(context, { patients: PATIENTS, env: () => SECRETS });
  const { app, simulator } = rush;
  const [first, second] = rush.tenants as [(typeof rush.tenants)[0], (typeof rush.tenants)[0]];
  const env = {
    ...SECRETS,
    ...rushSettings(simulator),
    DATABASE_URL: app.config.databaseUrl,
    REDIS_URL: app.config.redisUrl,
    SETTLE_SECONDS: '1',
  };
  const start = soon().getTime();
  const at = (seconds: number) => new Date(start + seconds * 1000);
  const LATER = 36;
  const ladder = [
    { afterSeconds: 0, channel: 'push' as const, to: 'patient' as const },
    { afterSeconds: 5, channel: 'sms' as const, to: 'patient' as const },
  ];
  await dueAt(rush, first, [at(0), at(5), at(LATER)], { ladder, windowSeconds: 600 });
  await dueAt(rush, second, [at(1), at(4), at(LATER)], { ladder, windowSeconds: 600, critical: true });
  const all = (PATIENTS[0] as number) + (PATIENTS[1] as number);

  // In the middle of the first rush; then both second instants and the SMS of the first go out as well.
  await eventually(() => expect(remindersOf(simulator).length).toBeGreaterThan(20), 20);
  const file = join(dir, 'backup.gz');
  const backup = await dosebell(['backup', file], env);
  expect(backup).toMatchObject({ code: 0 });
  const atBackup = remindersOf(simulator).length;
  await eventually(() => expect(remindersOf(simulator).length).toBe(all * 3), 30);
  expect(atBackup).toBeLessThan(all * 2);

  const admin = openPool(inject('postgresUrl'), { max: 1 });
  await admin.unsafe(`DROP DATABASE ${new URL(app.config.databaseUrl).pathname.slice(1)} WITH (FORCE)`);
  await admin.end();

  const url = await emptyDatabase(context.onTestFinished);
  const again = { ...env, DATABASE_URL: url, REDIS_URL: rushRedis(3) };
  const restored = await dosebell(['restore', file], again);
  expect({ ...restored, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: expect.stringContaining('is whole') });
  const told = JSON.parse(restored.stdout);
  expect(told.doses).toBeGreaterThan(0);

  const service = await openDispatcher('test', readConfig(again));
  context.onTestFinished(() => closeDispatcher(service));
  await service.redis.flushdb();
  const ended =
    await service.sql`SELECT critical, count(*)::int AS doses FROM doses WHERE state = 'undelivered' AND reason = 'restored' GROUP BY critical ORDER BY critical`;
  expect(ended.map(({ doses }) => doses).reduce((sum, n) => sum + n, 0)).toBe(told.doses);
  expect([
    ...(await service.sql`SELECT kind, affected FROM incidents WHERE kind = 'restored' AND closed_at IS NULL`),
  ]).toEqual([{ kind: 'restored', affected: told.doses }]);
  expect([...(await service.sql`SELECT DISTINCT kind FROM escalations`)]).toEqual([{ kind: 'undelivered_critical' }]);
  expect(await unaccountedDoses(service.sql, service.clock.now(), 0)).toBe(0);

  const sentBefore = remindersOf(simulator).length;
  const parts = [
    startWorkers(service),
    startHorizon(service),
    startBuckets(service),
    startLadder(service),
    startRescue(service),
  ];
  context.onTestFinished(async () => {
    await Promise.all(parts.map((part) => part.stop()));
  });
  // The doses that are due later: a push for each, then an SMS. Nothing else leaves.
  await eventually(() => expect(remindersOf(simulator)).toHaveLength(sentBefore + all * 2), LATER);
  const reminders = remindersOf(simulator);
  expect(reminders.filter((one, i) => reminders.indexOf(one) !== i)).toEqual([]);
  expect(await unaccountedDoses(service.sql, service.clock.now(), 60)).toBe(0);
});

test('what is no whole backup, and a database that is in use, are refused and nothing is left', async ({
  onTestFinished,
}) => {
  const url = await emptyDatabase(onTestFinished);
  const source = await testDatabase();
  onTestFinished(source.drop);
  const file = join(dir, 'small.gz');
  const env = { DATABASE_URL: source.url };
  expect(await dosebell(['backup', file], env)).toMatchObject({ code: 0 });
  const text = gunzipSync(readFileSync(file)).toString();
  const damaged: [string, Buffer, RegExp][] = [
    ['cut off', readFileSync(file).subarray(0, -40), /cut off/],
    ['no gzip', Buffer.from('hello'), /damaged/],
    ['something else', gzipSync('{"a":1}\n'), /not a backup/],
    ['one byte of a sum', gzipSync(text.replace(/"sha256":"./, '"sha256":"x')), /not those that were written/],
    ['a table is missing', gzipSync(text.replace(/{"table":"tenants".*\n(?:.*\n)*?{"rows".*\n/, '')), /missing/],
    ['a newer dosebell', gzipSync(text.replace(MIGRATIONS.at(-1) as string, '9999_x.sql')), /newer dosebell/],
  ];
  for (const [what, bytes, words] of damaged) {
    const bad = join(dir, 'bad.gz');
    writeFileSync(bad, bytes);
    const { code, stderr } = await dosebell(['restore', bad], { DATABASE_URL: url });
    expect({ what, code, lines: stderr.trim().split('\n').length }).toEqual({ what, code: 1, lines: 1 });
    expect(stderr).toMatch(words);
  }
  expect(await tablesIn(url)).toBe(0);
  const full = await dosebell(['restore', file], { DATABASE_URL: source.url });
  expect(full).toMatchObject({ code: 1, stderr: expect.stringContaining('CREATE DATABASE') });
  const nowhere = await dosebell(['backup', join(dir, 'none', 'file.gz')], env);
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('no such file or folder') });
  expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
});
