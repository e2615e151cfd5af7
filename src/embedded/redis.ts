import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Child, type Running, startChild, stopLeftover, whenReady } from './child.ts';
import { programsDir } from './paths.ts';
import { freePort } from './ports.ts';
import { findRedis, type RedisProgram } from './redis-program.ts';

const READY_SECONDS = 60;
const ATTEMPTS = 5;

type RedisOptions = {
  /** Folder for everything of this server; made if need be, kept between starts. */
  dir: string;
  /** true: every write goes to an append-only file, synced each second. false, for tests: memory only. */
  durable: boolean;
  /** File for the server's log. */
  logFile: string;
  /** The URL of an earlier start of it, to be found there again: the same port and password. */
  at?: string | undefined;
  /** Told, in one line, when Redis must be downloaded first. */
  say?: (line: string) => void;
};

/**
 * Starts a private Redis ≥ 7 on 127.0.0.1, on a free port, with a password made for this run, unless `at` says which. Never evicts.
 * A server an earlier, killed run left there is stopped first. stop() is an ordered shutdown that waits.
 * @throws StartError with one line on what to do, when there is no Redis and none can be fetched
 */
export async function startRedis(options: RedisOptions): Promise<Running & { url: string; pid: number; port: number }> {
  mkdirSync(options.dir, { recursive: true });
  await stopLeftover(join(options.dir, 'server.pid'), 'SIGTERM');
  const program = await findRedis(join(programsDir(), 'redis-dist'), options.say);
  const at = options.at === undefined ? null : new URL(options.at);
  for (let attempt = 1; ; attempt++) {
    const port = at === null ? await freePort() : Number(at.port);
    const password = at?.password ?? randomBytes(24).toString('hex');
    try {
      const child = await launch(program, options, port, password);
      return { ...child, port, url: `redis://:${password}@127.0.0.1:${port}` };
    } catch (error) {
      if (!/Failed listening|bind: /.test(String(error)) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function launch(program: RedisProgram, options: RedisOptions, port: number, password: string): Promise<Child> {
  const spec = { name: 'Redis', logFile: options.logFile, seconds: READY_SECONDS };
  const child = await startChild({
    ...spec,
    command: program.command,
    args: ['-'], // the settings come on standard input: a password among the arguments could be read by anybody
    input: settings(options, port, password),
    // LC_ALL: Redis 7 refuses to start when the user's locale is not installed.
    env: { PATH: process.env.PATH, LC_ALL: 'C', ...program.env },
    stopSignal: 'SIGTERM',
    pidFile: join(options.dir, 'server.pid'),
  });
  await whenReady(child, spec, () => answersPing(port, password));
  return child;
}

function settings({ dir, durable }: RedisOptions, port: number, password: string): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir ${JSON.stringify(dir)}`,
    'maxmemory-policy noeviction', // BullMQ loses jobs otherwise
    'save ""',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'daemonize no',
    'shutdown-on-sigterm force', // ends even when it cannot write, to a full disk for one
    '',
  ].join('\n');
}

/** True once the server takes the password and has loaded its data. */
function answersPing(port: number, password: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    const end = (answer: true | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    let text = '';
    socket.setTimeout(1000, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.split('\r\n').length > 2) end(text.includes('+PONG') || undefined);
    });
  });
}
