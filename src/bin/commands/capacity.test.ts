import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { completePolicy, type Policy } from '#src/domain/policy.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { createTenant } from '#src/store/tenants.ts';
import { testApp } from '#test/helpers/app.ts';
import { seedDueDoses } from '#test/helpers/due.ts';
import { type Command, UsageError } from './command.ts';
import { forecastCommand } from './forecast.ts';
import { tenantCreateCommand } from './tenant-create.ts';
import { tenantSetCommand } from './tenant-set.ts';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));
const app = await testApp();
await makePartitionsAhead(app.sql, new Date()); // the command line has the machine's clock

const secret = Buffer.alloc(32, 7).toString('base64');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SERVICES = {
  REDIS_URL: 'redis://127.0.0.1:1',
  PUBLIC_URL: 'http://127.0.0.1:8080',
  DATA_KEYS: `k1:${secret}`,
  TOKEN_SECRET: secret,
  FCM_SERVICE_ACCOUNT: JSON.stringify({
    project_id: 'p',
    client_email: 'c@example.org',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+51900000000',
  SMTP_URL: 'smtp://127.0.0.1:1',
  EMAIL_FROM: 'reminders@example.org',
};

/** The whole command line, as a process of its own. */
async function run(args: string[], env: Record<string, string> = SERVICES) {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH, DATABASE_URL: app.config.databaseUrl, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stdout, stderr };
}

/** One command in this process; rejects with what the command line would tell. */
async function runHere(command: Command, args: string[], env: Record<string, string> = SERVICES) {
  const settings: Record<string, string> = { ...env, DATABASE_URL: app.config.databaseUrl };
  for (const name of [...Object.keys(SERVICES), ...Object.keys(settings)]) vi.stubEnv(name, settings[name]);
  const stdout = vi.spyOn(console, 'log').mockImplementation(() => {});
  const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});
  const written = (stream: typeof stdout) => stream.mock.calls.flat().join('\n');
  try {
    const code = await command.run(args);
    return { code, stdout: written(stdout), stderr: written(stderr) };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

const tenants = () => app.sql`SELECT name, weight, spread_seconds, peak_per_minute FROM tenants ORDER BY name`;

beforeEach(async () => {
  await app.sql`TRUNCATE tenants, doses CASCADE`;
});

describe('dosebell tenant', () => {
  test('create takes settings, set changes those that are named', async () => {
    const created = await run(['tenant', 'create', 'Clinic', '--weight', '3', '--spread', '60'], {});
    expect(JSON.parse(created.stdout)).toEqual({
      tenantId: expect.any(String),
      apiKey: expect.stringMatching(/^dbk_/),
    });
    const { tenantId } = JSON.parse(created.stdout);
    const set = await run(['tenant', 'set', 'Clinic', '--peak', '900', '--weight', '5']);
    const settings = { tenantId, name: 'Clinic', weight: 5, spreadSeconds: 60, peakPerMinute: 900 };
    expect({ ...set, stdout: JSON.parse(set.stdout) }).toEqual({ code: 0, stdout: settings, stderr: '' });
    for (const options of [['--peak', 'unknown'], []]) {
      const { stdout } = await runHere(tenantSetCommand, ['Clinic', ...options], {});
      expect(JSON.parse(stdout)).toEqual({ ...settings, peakPerMinute: null });
    }
  });

  test('a peak that cannot be reminded in time is refused with the arithmetic, and changes nothing', async () => {
    await createTenant(app.sql, 'Clinic', new Date());
    const before = await tenants();
    const why = '10,000 SMS (10,000 segments) on 1 sender at 1 segment/s take 2 h 47 min; they are useful for 15 min';
    const { code, stdout, stderr } = await run(['tenant', 'set', 'Clinic', '--weight', '9', '--peak', '10000']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(why);
    await expect(runHere(tenantCreateCommand, ['Other', '--peak', '10000'])).rejects.toThrow(why);
    expect(await tenants()).toEqual(before);
  });

  test('the senders of the settings decide', async () => {
    const shortCode = { ...SERVICES, TWILIO_SEGMENTS_PER_SECOND: '100' };
    expect((await runHere(tenantCreateCommand, ['Large', '--peak', '10000'], shortCode)).code).toBe(0);
    const longUrl = {
      ...shortCode,
      PUBLIC_URL: `https://${'long'.repeat(20)}.example`,
      TWILIO_SEGMENTS_PER_SECOND: '13',
    };
    const grown = runHere(tenantSetCommand, ['Large', '--peak', '11000'], longUrl);
    await expect(grown).rejects.toThrow('11,000 SMS (22,000 segments)');
  });

  test('peaks of all tenants count together, and one that does not grow is not checked', async () => {
    await createTenant(app.sql, 'First', new Date(), { peakPerMinute: 600 });
    await createTenant(app.sql, 'Second', new Date(), { peakPerMinute: 5000 });
    const grown = runHere(tenantSetCommand, ['First', '--peak', '601']);
    await expect(grown).rejects.toThrow('601 doses in a minute and the 5,000 that other tenants have declared');
    expect((await runHere(tenantSetCommand, ['Second', '--peak', '4000'])).code).toBe(0);
  });

  test('of two peaks that fit each alone, declared at once, one is refused', async () => {
    const both = await Promise.all(['First', 'Second'].map((name) => run(['tenant', 'create', name, '--peak', '600'])));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(await tenants()).toHaveLength(1);
  });

  test('a slow fallback can be taken knowingly, a late first reminder cannot', async () => {
    const options = ['--peak', '10000', '--accept-slow-fallback'];
    const taken = await runHere(tenantCreateCommand, ['Clinic', ...options]);
    expect(taken.code).toBe(0);
    expect(taken.stderr).toContain('2 h 47 min');
    const refused = runHere(tenantCreateCommand, ['Other', ...options], { ...SERVICES, FCM_PER_SECOND: '1' });
    await expect(refused).rejects.toThrow('first reminder: 20,000 pushes on 1 sender at 1 message/s');
    expect((await tenants()).map(({ name }) => name)).toEqual(['Clinic']);
  });

  test('a tenant that is not there cannot be set', async () => {
    const set = runHere(tenantSetCommand, ['Nobody', '--weight', '2'], {});
    await expect(set).rejects.toThrow(new Error('there is no tenant "Nobody"'));
  });

  test.each<[string, string[], Command, string]>([
    ['set', [], tenantSetCommand, 'NAME'],
    ['set', ['A', '--weight', '0'], tenantSetCommand, '--weight must be a whole number from 1 to 100'],
    ['set', ['A', '--spread', '301'], tenantSetCommand, '--spread must be a whole number from 0 to 300'],
    ['create', ['A', '--peak', '1.5'], tenantCreateCommand, '--peak must be a whole number from 1 to 100000000'],
    ['create', ['A', '--peak', '10'], tenantCreateCommand, 'FCM_SERVICE_ACCOUNT is not set'],
  ])('%s %j is not understood', async (_, args, command, words) => {
    const usage = runHere(command, args, {});
    await expect(usage).rejects.toThrow(UsageError);
    await expect(usage).rejects.toThrow(words);
  });

  test('what is not understood ends with 2', async () => {
    const { code, stdout, stderr } = await run(['tenant', 'set', 'A', '--weight', '0'], {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--weight');
  });
});

describe('dosebell forecast', () => {
  const startOfHour = () => new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const later = (hours: number, minutes = 0) => new Date(startOfHour().getTime() + (hours * 60 + minutes) * 60_000);
  const seed = (doses: number, dueAt: Date, policy: Partial<Policy> = {}) =>
    seedDueDoses(app.sql, { doses, dueAt, policy: completePolicy(policy) });

  test('shows each sender and hour, and ends with 0 when all fits', async () => {
    await seed(300, later(2, 30));
    await seed(100, later(30)); // beyond the 24 hours
    const { code, stdout, stderr } = await run(['forecast']);
    const hour = `${later(2).toISOString().slice(0, 10)} ${later(2).toISOString().slice(11, 16)}`;
    expect(stdout).toContain('sms by twilio, +51900000000: 1 segment/s');
    const rows = stdout.split('\n').filter((line) => line.startsWith(`  ${hour}`));
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      [hour, '300', '300', '0', '<1 %', expect.stringMatching(/:30$/), '+1 s', '█░░░░░░░░░ <1 %', 'fits'],
      [hour, '300', '0', '300', '8 %', expect.stringMatching(/:40$/), '+5 min', '████░░░░░░ 33 %', 'fits'],
      [hour, '300', '0', '300', '<1 %', expect.stringMatching(/:50$/), '+22 s', '█░░░░░░░░░ 2 %', 'fits'],
    ]);
    expect(stdout.match(/fits/g)).toHaveLength(3);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('ends with 1 and the arithmetic when an hour cannot keep its times', async () => {
    await seed(1000, later(3));
    await seed(1000, later(5), { ladder: [{ afterSeconds: 0, channel: 'sms', to: 'patient' }] });
    const { code, stdout } = await run(['forecast', '--hours', '6']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/111 % +LATE if unanswered$/m);
    expect(stdout).toMatch(/111 % +LATE$/m);
    expect(stdout).toContain('1,000 SMS (1,000 segments) on 1 sender at 1 segment/s take 16 min 40 s');
  });

  test('--json: one line for each sender and hour', async () => {
    await seed(300, later(30, 15), { critical: true });
    const { stdout } = await runHere(forecastCommand, ['--json', '--hours', '47']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.find(({ channel }) => channel === 'sms')).toEqual({
      hour: later(30).toISOString(),
      channel: 'sms',
      provider: 'twilio',
      sender: '+51900000000',
      doses: 300,
      messages: [0, 300, 0, 0, 300],
      units: 600,
      capacity: 3600,
      busiest: { minute: later(30, 25).toISOString(), lateSeconds: 300, usefulSeconds: 900, ratio: 1 / 3 },
      verdict: 'fits',
    });
    expect(rows.map(({ channel }) => channel)).toEqual(['push', 'sms', 'email']);
  });

  test('says when nothing is planned', async () => {
    const { code, stdout } = await runHere(forecastCommand, []);
    expect(code).toBe(0);
    expect(stdout).toContain('no doses are planned');
  });

  test.each([
    ['--hours', '48'],
    ['--hours', '0'],
  ])('%s %s is not understood', async (...options) => {
    await expect(runHere(forecastCommand, options)).rejects.toThrow(UsageError);
  });

  test('an option it does not know is not understood', async () => {
    await expect(runHere(forecastCommand, ['--days', '1'])).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' }),
    );
  });
});
