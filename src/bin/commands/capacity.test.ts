import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { completePolicy, type Policy } from '#src/domain/policy.ts';
import { makePartitionsAhead } from '#src/store/housekeeping.ts';
import { createTenant } from '#src/store/tenants.ts';
import { testApp } from '#test/helpers/app.ts';
import { seedDueDoses } from '#test/helpers/due.ts';

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
    const unset = await run(['tenant', 'set', 'Clinic', '--peak', 'unknown'], {});
    expect(JSON.parse(unset.stdout)).toEqual({ ...settings, peakPerMinute: null });
    expect(JSON.parse((await run(['tenant', 'set', 'Clinic'], {})).stdout)).toEqual({
      ...settings,
      peakPerMinute: null,
    });
  });

  test('a peak that cannot be reminded in time is refused with the arithmetic, and changes nothing', async () => {
    await createTenant(app.sql, 'Clinic', new Date());
    const before = await tenants();
    const words = [
      '10,000 SMS (10,000 segments) on 1 sender at 1 segment/s take 2 h 47 min; they are useful for 15 min',
    ];
    for (const args of [
      ['tenant', 'set', 'Clinic', '--weight', '9', '--peak', '10000'],
      ['tenant', 'create', 'Other', '--peak', '10000'],
    ]) {
      const { code, stdout, stderr } = await run(args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      for (const word of words) expect(stderr).toContain(word);
    }
    expect(await tenants()).toEqual(before);
  });

  test('the senders of the settings decide', async () => {
    const shortCode = { ...SERVICES, TWILIO_SEGMENTS_PER_SECOND: '100' };
    expect((await run(['tenant', 'create', 'Large', '--peak', '10000'], shortCode)).code).toBe(0);
    const longUrl = {
      ...shortCode,
      PUBLIC_URL: `https://${'long'.repeat(20)}.example`,
      TWILIO_SEGMENTS_PER_SECOND: '13',
    };
    const { code, stderr } = await run(['tenant', 'set', 'Large', '--peak', '11000'], longUrl);
    expect(code).toBe(1);
    expect(stderr).toContain('11,000 SMS (22,000 segments)');
  });

  test('peaks of all tenants count together, and one that does not grow is not checked', async () => {
    await createTenant(app.sql, 'First', new Date(), { peakPerMinute: 600 });
    await createTenant(app.sql, 'Second', new Date(), { peakPerMinute: 5000 });
    const grown = await run(['tenant', 'set', 'First', '--peak', '601']);
    expect(grown.code).toBe(1);
    expect(grown.stderr).toContain('601 doses in a minute and the 5,000 that other tenants have declared');
    expect((await run(['tenant', 'set', 'Second', '--peak', '4000'])).code).toBe(0);
  });

  test('of two peaks that fit each alone, declared at once, one is refused', async () => {
    const both = await Promise.all(['First', 'Second'].map((name) => run(['tenant', 'create', name, '--peak', '600'])));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(await tenants()).toHaveLength(1);
  });

  test('a slow fallback can be taken knowingly, a late first reminder cannot', async () => {
    const taken = await run(['tenant', 'create', 'Clinic', '--peak', '10000', '--accept-slow-fallback']);
    expect(taken.code).toBe(0);
    expect(taken.stderr).toContain('2 h 47 min');
    const slowPush = { ...SERVICES, FCM_PER_SECOND: '1' };
    const refused = await run(['tenant', 'create', 'Other', '--peak', '10000', '--accept-slow-fallback'], slowPush);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('first reminder: 20,000 pushes on 1 sender at 1 message/s');
    expect((await tenants()).map(({ name }) => name)).toEqual(['Clinic']);
  });

  test.each([
    [['set', 'Nobody', '--weight', '2'], 1, 'no tenant "Nobody"'],
    [['set'], 2, 'NAME'],
    [['set', 'A', '--weight', '0'], 2, '--weight'],
    [['set', 'A', '--spread', '301'], 2, '--spread'],
    [['create', 'A', '--peak', '1.5'], 2, '--peak'],
    [['create', 'A', '--peak', '10'], 2, 'FCM_SERVICE_ACCOUNT is not set'],
  ])('%j ends with %i', async (args, code, words) => {
    const ended = await run(['tenant', ...args], {});
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(words);
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
    const { stdout } = await run(['forecast', '--json', '--hours', '47']);
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
      messages: [0, 300, 0, 300],
      units: 600,
      capacity: 3600,
      busiest: { minute: later(30, 25).toISOString(), lateSeconds: 300, usefulSeconds: 900, ratio: 1 / 3 },
      verdict: 'fits',
    });
    expect(rows.map(({ channel }) => channel)).toEqual(['push', 'sms', 'email']);
  });

  test('says when nothing is planned', async () => {
    const { code, stdout } = await run(['forecast']);
    expect(code).toBe(0);
    expect(stdout).toContain('no doses are planned');
  });

  test.each([
    [['--hours', '48'], '--hours'],
    [['--hours', '0'], '--hours'],
    [['--days', '1'], '--days'],
  ])('%j is not understood', async (options, word) => {
    const ended = await run(['forecast', ...options]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(word);
  });
});
