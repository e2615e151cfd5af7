import { readFileSync } from 'node:fs';
import { type Running, startChild, whenReady } from './child.ts';
import { logFile } from './paths.ts';

const READY_SECONDS = 60;

/**
 * For the services: room for young objects, in MiB. A message lives for as long as its provider takes, and V8's own 16 MiB are
 * full before its answer comes: everything under way is copied time and again (4 % of a rush's work, bench:rush).
 */
export const SERVICE_FLAGS = ['--max-semi-space-size=64'];

type ServiceOptions = {
  name: string;
  /** The TypeScript or JavaScript file to run. */
  entry: string;
  args?: string[];
  /** Node's own. */
  flags?: string[];
  /** The whole environment of the service, not an addition to ours. */
  env: NodeJS.ProcessEnv;
  /** How it says it is ready: the `msg` of a JSON line it prints, or a URL that answers 200. */
  ready: { line: string } | { url: string };
  /** Takes its output; default `.dosebell/logs/<name>.log`. */
  logFile?: string;
};

/**
 * Starts one of our Node processes and waits until it is ready.
 * @returns `ready` is its JSON ready line (empty when readiness is a URL)
 * @throws StartError with the end of its log, when it ends first or is not ready within a minute
 */
export async function spawnService(
  options: ServiceOptions,
): Promise<Running & { pid: number; ready: Record<string, unknown> }> {
  const spec = { name: options.name, logFile: options.logFile ?? logFile(options.name), seconds: READY_SECONDS };
  const child = await startChild({
    ...spec,
    command: process.execPath,
    args: [...(options.flags ?? []), options.entry, ...(options.args ?? [])],
    env: options.env,
    stopSignal: 'SIGTERM',
  });
  const { ready } = options;
  const isReady = 'line' in ready ? () => lineWith(spec.logFile, ready.line) : () => answers(ready.url);
  return { ...child, ready: await whenReady(child, spec, isReady) };
}

function lineWith(file: string, msg: string): Record<string, unknown> | undefined {
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    if (!line.startsWith('{') || !line.includes(msg)) continue;
    const json = parsed(line);
    if (json.msg === msg) return json;
  }
  return undefined;
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

async function answers(url: string): Promise<Record<string, unknown> | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await answer.body?.cancel();
    return answer.status === 200 ? {} : undefined;
  } catch {
    return undefined;
  }
}
