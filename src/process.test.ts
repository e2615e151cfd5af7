import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

const secret = () => randomBytes(32).toString('base64');
/** Settings that reach nothing. */
const SETTINGS = {
  DATABASE_URL: 'postgres://127.0.0.1:1/none',
  REDIS_URL: 'redis://127.0.0.1:1',
  PUBLIC_URL: 'http://127.0.0.1:1',
  DATA_KEYS: `k1:${secret()}`,
  TOKEN_SECRET: secret(),
  FCM_BASE_URL: 'https://127.0.0.1:1',
  FCM_SERVICE_ACCOUNT: JSON.stringify({ project_id: 'p', client_email: 'c', private_key: 'k' }),
  SMPP_URL: 'smpp://a:b@127.0.0.1:1',
  SMPP_FROM: '+15005550008',
  SMTP_URL: 'smtp://127.0.0.1:1',
  EMAIL_FROM: 'care@clinic.example',
  DRAIN_SECONDS: '1',
};

/** A process whose parts do as told: `start` and `stop` are bodies of async functions; `said(n)` is its nth line so far. */
function run({ start = '', stop = '', env = SETTINGS }: { start?: string; stop?: string; env?: object }) {
  const program = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { runProcess } from '#src/process.ts';
    setInterval(() => {}, 1000);
    console.log('begun');
    await runProcess('test', async () => {
      ${start}
      return { url: 'http://x', async stop() { console.log('stopping'); ${stop} } };
    });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: process.env.PATH, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (out += piece));
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return {
    child,
    ended,
    said: () => out,
    async until(words: string) {
      await expect.poll(() => out, { timeout: 10_000 }).toContain(words);
    },
  };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s drains, and ends it with 0', async (signal) => {
  const { child, ended, until, said } = run({ stop: "await sleep(100); console.log('drained');" });
  await until('"msg":"ready"');
  child.kill(signal);
  expect(await ended).toBe(0);
  expect(said()).toMatch(/stopping\ndrained\n$/);
});

test('a second signal changes nothing: it drains once, to its end', async () => {
  const { child, ended, until, said } = run({ stop: "await sleep(300); console.log('drained');" });
  await until('"msg":"ready"');
  child.kill('SIGTERM');
  await until('stopping');
  child.kill('SIGTERM');
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(said().match(/stopping|drained/g)).toEqual(['stopping', 'drained']);
});

test('one that is still starting has nothing in hand, and ends at once', async () => {
  const { child, ended, until, said } = run({ start: "console.log('starting'); await sleep(60_000);" });
  await until('starting');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(said()).not.toContain('ready');
});

test.each([
  { name: 'hangs', stop: 'await sleep(60_000);', words: 'not drained in 1 s: the rows say what is left' },
  { name: 'fails', stop: "throw new Error('no way to stop');", words: 'no way to stop' },
])('a stop that $name ends it with 1, and says why', async ({ stop, words }) => {
  const { child, ended, until, said } = run({ stop });
  await until('"msg":"ready"');
  child.kill('SIGTERM');
  expect(await ended).toBe(1);
  expect(said()).toContain(`dosebell test: `);
  expect(said()).toContain(words);
});

test.each([
  { name: 'bad settings', env: {}, start: '', code: 2, words: 'bad settings' },
  {
    name: 'a start that fails',
    env: SETTINGS,
    start: "throw new Error('no way to start');",
    code: 1,
    words: 'no way to start',
  },
])('$name: one clear word and exit $code', async ({ env, start, code, words }) => {
  const { ended, said } = run({ env, start });
  expect(await ended).toBe(code);
  expect(said()).toContain(words);
});
