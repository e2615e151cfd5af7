import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const AT_HTTP = /^http:\/\/127\.0\.0\.1:\d+$/;
const PORTS = ['--http-port', '--fcm-port', '--smtp-port', '--twilio-port', '--sms-http-port', '--smpp-port'];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'simulator-test-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(
  args: string[],
  env: Record<string, string> = {},
  onLine?: (line: string) => Promise<NodeJS.Signals>,
) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  child.stdout.on('data', async (chunk) => {
    output.stdout += chunk;
    if (onLine && output.stdout.endsWith('\n')) child.kill(await onLine(output.stdout));
  });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the process says where it is, answers, and stops in order on %s',
  async (signal) => {
    const env = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'mine', TWILIO_FROM: '+15005550009' };
    const { code, stdout, stderr } = await run(
      ['--dir', dir, '--public-url', 'http://127.0.0.1:9'],
      env,
      async (line) => {
        const response = await fetch(`${JSON.parse(line).http}/ledger/summary`);
        expect(response.status).toBe(200);
        return signal;
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const address = JSON.parse(stdout);
    expect(address).toEqual({
      msg: 'ready',
      http: expect.stringMatching(AT_HTTP),
      fcm: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      webpush: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      smtp: expect.stringMatching(/^smtp:\/\/127\.0\.0\.1:\d+$/),
      caFile: path.join(dir, 'ca.pem'),
      serviceAccount: path.join(dir, 'service-account.json'),
      whatsappTemplates: path.join(dir, 'whatsapp-templates.json'),
      twilioVoice: expect.stringMatching(AT_HTTP),
      twilioWhatsapp: expect.stringMatching(AT_HTTP),
      twilio: { accountSid: 'AC1', authToken: 'mine', from: '+15005550009', baseUrl: expect.stringMatching(AT_HTTP) },
      smsHttp: { url: expect.stringMatching(AT_HTTP), token: 'simulator-gateway-token' },
      smpp: expect.stringMatching(/^smpp:\/\/simulator:secret08@127\.0\.0\.1:\d+$/),
    });
    expect(await readFile(address.caFile, 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(JSON.parse(await readFile(address.serviceAccount, 'utf8'))).toMatchObject({
      project_id: 'dosebell-sim',
      token_uri: `${address.http}/token`,
    });
  },
);

test('a taken port, a port that is none and an unknown option stop it with one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  for (const option of PORTS) {
    const { code, stdout, stderr } = await run([option, String(port), '--dir', dir]);
    expect([option, code, stdout]).toEqual([option, 1, '']);
    expect(stderr).toMatch(/^provider simulator: .*EADDRINUSE.*\n$/);
  }
  taken.close();
  expect((await run(['--smtp-port', 'x'])).stderr).toBe(
    'provider simulator: --smtp-port x is not a port (0 to 65535)\n',
  );
  expect((await run(['--public-url', 'ftp://x'])).stderr).toBe(
    'provider simulator: --public-url ftp://x is not an http(s) URL\n',
  );
  expect((await run(['--nonsense'])).code).toBe(1);
}, 30_000);

test('--help tells every option and starts nothing', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  for (const word of [...PORTS, '--host', '--dir', '--public-url', 'TWILIO_FROM']) {
    expect(stdout).toContain(word);
  }
});
