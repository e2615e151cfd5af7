import { createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

const ACCOUNT = JSON.stringify({ project_id: 'p', client_email: 'c@example.org', private_key: 'k' });
const KEY = Buffer.alloc(32, 1).toString('base64');
const ENOUGH = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1/dosebell',
  REDIS_URL: 'redis://127.0.0.1:6379/2',
  PUBLIC_URL: 'https://reminders.example.org/',
  DATA_KEYS: `k1:${KEY}`,
  TOKEN_SECRET: KEY,
  FCM_SERVICE_ACCOUNT: ACCOUNT,
  TWILIO_ACCOUNT_SID: 'AC1',
  TWILIO_AUTH_TOKEN: 'secret',
  TWILIO_FROM: '+51900000000',
  SMTP_URL: 'smtp://127.0.0.1:25',
  EMAIL_FROM: 'dosebell <reminders@example.org>',
};

function problemsOf(env: Record<string, string | undefined>): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'none';
}

test('what is required is enough; the rest has its defaults', () => {
  const config = readConfig(ENOUGH);
  expect(config).toMatchObject({
    http: { host: '127.0.0.1', port: 8080, publicUrl: 'https://reminders.example.org' },
    push: { baseUrl: 'https://fcm.googleapis.com', serviceAccount: { project_id: 'p' }, caFile: undefined },
    sms: { twilio: { baseUrl: 'https://api.twilio.com', from: ['+51900000000'] }, http: undefined, smpp: undefined },
    schedule: { bucketSeconds: 60, leadSeconds: 60, shards: 4 },
    logLevel: 'info',
  });
  expect(config.dataKeys).toMatchObject([{ id: 'k1' }]);
  expect(config.dataKeys[0]?.key.equals(createSecretKey(Buffer.alloc(32, 1)))).toBe(true);
});

test('what is given is taken', () => {
  const account = file('account.json', ACCOUNT);
  const config = readConfig({
    ...ENOUGH,
    DATA_KEYS: `k2:${KEY},k1:${KEY}`,
    FCM_SERVICE_ACCOUNT: account,
    FCM_CA_FILE: account,
    PORT: '0',
    BUCKET_SECONDS: '1',
    LOG_LEVEL: 'silent',
  });
  expect(config).toMatchObject({
    http: { port: 0 },
    push: { serviceAccount: { client_email: 'c@example.org' }, caFile: account },
    schedule: { bucketSeconds: 1 },
    logLevel: 'silent',
  });
  expect(config.dataKeys.map(({ id }) => id)).toEqual(['k2', 'k1']);
});

const TWILIO = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'];
const WITHOUT_SMS = Object.fromEntries(Object.entries(ENOUGH).filter(([name]) => !TWILIO.includes(name)));
const GATEWAY = { url: 'https://gateway.example/send', from: 'Hospital', body: { to: '{{ to }}' }, id: '/id' };

test('any one SMS provider is enough', () => {
  const smpp = { SMPP_URL: 'smpp://a:b@smsc.example:2775', SMPP_FROM: '+51900000001' };
  expect(readConfig({ ...WITHOUT_SMS, SMS_HTTP: JSON.stringify(GATEWAY) }).sms).toEqual({
    twilio: undefined,
    http: expect.objectContaining({ ...GATEWAY, perSecond: 10, weight: 1 }),
    smpp: undefined,
  });
  expect(readConfig({ ...WITHOUT_SMS, ...smpp }).sms).toEqual({
    twilio: undefined,
    http: undefined,
    smpp: { url: smpp.SMPP_URL, from: smpp.SMPP_FROM, weight: 1, perSecond: 10 },
  });
  expect(Object.values(readConfig({ ...ENOUGH, ...smpp, SMS_HTTP: JSON.stringify(GATEWAY) }).sms)).not.toContain(
    undefined,
  );
});

describe('WhatsApp', () => {
  const TEMPLATES = { es: { reminder: `HX${'0'.repeat(32)}` } };
  const WHATSAPP = { TWILIO_WHATSAPP_FROM: '+51900000009', WHATSAPP_TEMPLATES: JSON.stringify(TEMPLATES) };

  test('is written to by the account that sends SMS, or by one that sends none', () => {
    const account = { baseUrl: 'https://api.twilio.com', accountSid: 'AC1', authToken: 'secret' };
    const whatsapp = { ...account, from: '+51900000009', templates: TEMPLATES, perSecond: 80 };
    expect(readConfig(ENOUGH).whatsapp).toBeUndefined();
    expect(readConfig({ ...ENOUGH, ...WHATSAPP }).whatsapp).toEqual(whatsapp);
    const sms = { TWILIO_FROM: undefined, SMS_HTTP: JSON.stringify(GATEWAY) };
    const config = readConfig({ ...ENOUGH, ...WHATSAPP, ...sms });
    expect([config.whatsapp, config.sms.twilio]).toEqual([whatsapp, undefined]);
  });

  test.each([
    [{ WHATSAPP_TEMPLATES: undefined }, 'WHATSAPP_TEMPLATES is not set'],
    [{ TWILIO_WHATSAPP_FROM: undefined }, 'TWILIO_WHATSAPP_FROM is not set'],
    [{ TWILIO_AUTH_TOKEN: undefined }, 'TWILIO_AUTH_TOKEN is not set'],
    [{ TWILIO_WHATSAPP_FROM: '+51900000008,+51900000009' }, 'TWILIO_WHATSAPP_FROM must be one E.164 number'],
    [{ WHATSAPP_TEMPLATES: '{"es":{"reminder":"HX1"}}' }, 'WHATSAPP_TEMPLATES es.reminder '],
    [{ TWILIO_WHATSAPP_PER_SECOND: '0' }, 'TWILIO_WHATSAPP_PER_SECOND must be a whole number from 1'],
  ])('with %j is one line', (bad, line) => {
    expect(problemsOf({ ...ENOUGH, ...WHATSAPP, ...bad })).toMatch(new RegExp(`^bad settings: ${line}[^;]*$`));
  });
});

describe('one clear line', () => {
  test('says that there is no SMS provider, and not what each would need', () => {
    const line = 'bad settings: no SMS provider is set: set TWILIO_ACCOUNT_SID, SMS_HTTP or SMPP_URL';
    expect(problemsOf(WITHOUT_SMS)).toBe(`${line} (docs/settings.md lists them all)`);
    expect(problemsOf({ ...WITHOUT_SMS, TWILIO_BASE_URL: 'http://127.0.0.1:1', SMPP_WEIGHT: '2' })).toContain(line);
  });

  test.each([
    ['SMPP_URL', 'SMPP_FROM', 'Hospital'],
    ['SMPP_FROM', 'SMPP_URL', 'smpp://a:b@smsc.example'],
  ])('says that %s is missing beside %s', (missing, name, value) => {
    expect(problemsOf({ ...ENOUGH, [name]: value })).toContain(`bad settings: ${missing} is not set (`);
  });

  test.each(Object.keys(ENOUGH))('says that %s is not set', (name) => {
    const line = `bad settings: ${name} is not set (docs/settings.md lists them all)`;
    expect(problemsOf({ ...ENOUGH, [name]: undefined })).toBe(line);
    expect(problemsOf({ ...ENOUGH, [name]: '' })).toBe(line);
  });

  test('an account of Twilio may call and send no SMS; without its credentials it does not', () => {
    const { TWILIO_FROM: _, ...account } = ENOUGH;
    const smpp = { SMPP_URL: 'smpp://u:p@smsc.example.org', SMPP_FROM: '12345' };
    const config = readConfig({ ...account, ...smpp, TWILIO_VOICE_FROM: '+51900000009' });
    expect(config.sms.twilio).toBeUndefined();
    expect(config.voice).toMatchObject({ accountSid: 'AC1', from: '+51900000009', perSecond: 1 });
    expect(readConfig(ENOUGH).voice).toBeUndefined();
    const line = problemsOf({ ...WITHOUT_SMS, ...smpp, TWILIO_VOICE_FROM: '+51900000009' });
    expect(line).toMatch(/TWILIO_ACCOUNT_SID is not set; TWILIO_AUTH_TOKEN is not set/);
  });

  test.each([
    ['DATABASE_URL', 'mysql://x', 'postgres:// or postgresql:// URL'],
    ['DATABASE_URL', 'localhost', 'postgres:// or postgresql:// URL'],
    ['REDIS_URL', '127.0.0.1:6379', 'redis:// or rediss:// URL'],
    ['PUBLIC_URL', 'reminders.example.org', 'http:// or https:// URL'],
    ['FCM_BASE_URL', 'http://fcm', 'https:// URL'],
    ['TWILIO_BASE_URL', 'ftp://x', 'http:// or https:// URL'],
    ['SMTP_URL', 'mail.example.org', 'smtp:// or smtps:// URL'],
    ['PORT', '65536', 'whole number from 0 to 65535'],
    ['PORT', '80a', 'whole number'],
    ['PORT', ' ', 'whole number'],
    ['PORT', '-1', 'whole number'],
    ['PORT', '1e3', 'whole number'],
    ['BUCKET_SECONDS', '0', 'whole number from 1 to 3600'],
    ['TICK_MS', '10', 'whole number from 50'],
    ['LEAD_SECONDS', '1.5', 'whole number'],
    ['SHARDS', '0', 'whole number from 1 to 1024'],
    ['LEASE_SECONDS', 'x', 'whole number'],
    ['SETTLE_SECONDS', '0', 'whole number'],
    ['SNOOZE_SECONDS', '86401', 'whole number'],
    ['DATA_KEYS', KEY, 'ID:BASE64 of 32 bytes'],
    ['DATA_KEYS', `k1:${Buffer.alloc(31).toString('base64')}`, 'ID:BASE64 of 32 bytes'],
    ['DATA_KEYS', `K 1:${KEY}`, 'ID:BASE64 of 32 bytes'],
    ['DATA_KEYS', `k1:${KEY},`, 'ID:BASE64 of 32 bytes'],
    ['DATA_KEYS', `k1:${KEY},k1:${Buffer.alloc(32, 2).toString('base64')}`, 'names k1 twice'],
    ['TOKEN_SECRET', 'c2hvcnQ=', '32 bytes in base64'],
    ['TWILIO_FROM', '51900000000', 'E.164 number'],
    ['TWILIO_FROM', '+0123456789', 'E.164 number'],
    ['TWILIO_VOICE_FROM', '900000000', 'E.164 number'],
    ['TWILIO_VOICE_FROM', '+51900000000,+51900000001', 'one E.164 number'],
    ['SMS_HTTP', '/nowhere/gateway.json', 'path of a JSON file'],
    ['SMS_HTTP', JSON.stringify({ ...GATEWAY, id: 'id' }), 'id '],
    ['FCM_SERVICE_ACCOUNT', '/nowhere/account.json', 'path of a Google service account file'],
    ['FCM_SERVICE_ACCOUNT', '{"project_id":', 'path of a Google service account file'],
    ['FCM_SERVICE_ACCOUNT', '{"project_id":"p","client_email":"c"}', 'has no private_key'],
    ['FCM_SERVICE_ACCOUNT', file('null.json', 'null'), 'path of a Google service account file'],
    ['FCM_CA_FILE', '/nowhere/ca.pem', 'readable file'],
    ['LOG_LEVEL', 'loud', 'one of fatal, error, warn, info, debug, trace, silent'],
  ])('refuses %s=%j', (name, value, words) => {
    const line = problemsOf({ ...ENOUGH, [name]: value });
    expect(line).toMatch(new RegExp(`^bad settings: ${name} [^\\n;]*\\(docs/settings.md lists them all\\)$`));
    expect(line).toContain(words);
  });

  test.each([
    ['SMPP_URL', 'http://smsc.example', 'smpp:// or ssmpp:// URL'],
    ['SMPP_FROM', '51900000000', 'E.164 number'],
    ['SMPP_FROM', 'A very long name', 'E.164 number'],
    ['SMPP_WEIGHT', '0', 'whole number from 1 to 100'],
    ['SMPP_PER_SECOND', '0', 'whole number'],
  ])('refuses %s=%j', (name, value, words) => {
    const smpp = { SMPP_URL: 'smpp://a:b@smsc.example', SMPP_FROM: 'Hospital' };
    expect(problemsOf({ ...ENOUGH, ...smpp, [name]: value })).toMatch(new RegExp(`^bad settings: ${name} .*${words}`));
  });

  test('names every problem at once, and shows no secret', () => {
    const line = problemsOf({ ...ENOUGH, PORT: 'x', TOKEN_SECRET: 'hunter2', TWILIO_FROM: undefined });
    expect(line).toMatch(/^[^\n]*PORT [^\n]*TOKEN_SECRET [^\n]*TWILIO_FROM is not set[^\n]*$/);
    expect(line).not.toContain('hunter2');
  });
});
