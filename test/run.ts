import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, relative, resolve } from 'node:path';
import { dataDir } from '#src/embedded/paths.ts';

const HELP = `npm test                    lint, types, dead code, then every test with coverage (at least 90 % of the lines)
npm test -- FILTER…         the same, but only the tests whose file matches, without coverage
                            (arguments go to vitest: npm test -- src/ack -t token)

A step that fails does not keep the others from running. The last line counts the tests.`;

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

interface Ended {
  ok: boolean;
  output: string;
}

/** Ends with us: on a terminal Ctrl-C reaches the child by itself, every other signal is passed on. */
let stopped: NodeJS.Signals | undefined;
async function run(command: string, args: string[], output: 'shown' | 'kept'): Promise<Ended> {
  const stdio = output === 'shown' ? 'inherit' : 'pipe';
  const child = spawn(join(bin, command), args, { cwd: root, env, stdio: ['ignore', stdio, stdio] });
  const passOn = (signal: NodeJS.Signals) => {
    stopped = signal;
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (text += part));
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      text += error.message;
      done(1);
    });
    child.once('close', done);
  });
  process.removeListener('SIGINT', passOn).removeListener('SIGTERM', passOn).removeListener('SIGHUP', passOn);
  if (stopped !== undefined) process.exit(128 + constants.signals[stopped]);
  return { ok: code === 0, output: text };
}

/** Runs a step and prints its line; what a check has to say is printed when it fails. */
async function step(
  name: string,
  command: string,
  args: string[],
  output: 'shown' | 'kept' = 'kept',
): Promise<boolean> {
  const began = performance.now();
  const ended = await run(command, args, output);
  if (!ended.ok) process.stdout.write(`${ended.output.trimEnd()}\n`.trimStart());
  console.log(`${ended.ok ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return ended.ok;
}

const LONGEST_WHY = 800;

interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

/** What failed, by file and name, and why; a file that could not even be loaded counts as one failed test. */
function failedTests({ testResults }: Results): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    if (status === 'failed' && assertionResults.length === 0) return [told(`${file}: not loaded`, message)];
    const failed = assertionResults.filter((one) => one.status === 'failed');
    return failed.map(({ fullName, failureMessages }) => told(`${file}: ${fullName}`, failureMessages[0]));
  });
}

function told(what: string, why = ''): string {
  return `failed: ${what}\n  ${why.trim().split('\n').join(' | ').slice(0, LONGEST_WHY)}`;
}

/** vitest's own numbers, after what failed and why: whoever sees only the end of the output sees those. */
function summary(file: string): string {
  const results: Results = JSON.parse(readFileSync(file, 'utf8'));
  const failed = failedTests(results);
  const skipped = results.numPendingTests + results.numTodoTests;
  const counts = `tests: ${results.numPassedTests} passed, ${failed.length} failed, ${skipped} skipped`;
  return [...failed, counts].join('\n');
}

const args = process.argv.slice(2);
if (args[0] === '--help' || args[0] === '-h') {
  console.log(HELP);
  process.exit(0);
}

const results = join(dataDir(), `results-${process.pid}.json`);
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const passed = [
  await step('lint', 'biome', [
    'ci',
    '--colors=off',
    '--diagnostic-level=warn',
    '--error-on-warnings',
    '--max-diagnostics=50',
  ]),
  await step('types', 'tsc', ['--noEmit', '--project', '.']),
  await step('dead code', 'knip', ['--no-progress']),
  await step(
    'tests',
    'vitest',
    ['run', ...reporters, ...(args.length > 0 ? args : ['--coverage', '--coverage.reportOnFailure'])],
    'shown',
  ),
];
let line = 'tests: 0 passed, 0 failed, 0 skipped';
try {
  line = summary(results);
} catch {
  console.log('vitest gave no results');
  passed.push(false);
}
rmSync(results, { force: true });
process.exitCode = passed.every(Boolean) ? 0 : 1;
console.log(line);
