import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '#src/embedded/child.ts';
import type { Service, ServiceName } from './fault.ts';

const READY_SECONDS = 60;
const LOOK_MS = 20;

/** The real processes of a world, those that have ended too. */
export interface Services {
  all: Service[];
  start(name: ServiceName, env?: Record<string, string>): Promise<Service>;
  /** Kills those that are still there. */
  stop(): Promise<void>;
}

/**
 * Starts processes with the settings `env`, their output in `dir`. `onReady` is told of each that is ready. One that is
 * killed by its failpoint before it is ready has started all the same.
 */
export function openServices(dir: string, env: NodeJS.ProcessEnv, onReady: (service: Service) => void): Services {
  const all: Service[] = [];
  const kills: (() => Promise<void>)[] = [];
  return {
    all,
    async start(name, more = {}) {
      const logFile = join(dir, `${name}-${all.length + 1}.log`);
      const child = await startChild({
        name,
        command: process.execPath,
        args: [join(import.meta.dirname, `../../src/bin/${name}.ts`)],
        env: { ...env, ...more },
        stopSignal: 'SIGTERM',
        logFile,
      });
      let isOver = false;
      const ended = child.exited.then(async (why) => {
        isOver = true;
        return (await child.code) ?? /ended by (\w+)/.exec(why)?.[1] ?? why;
      });
      const kill: Service['kill'] = (signal) => isOver || process.kill(child.pid, signal);
      const service = { name, pid: child.pid, url: '', kill, ended, log: () => readFileSync(logFile, 'utf8') };
      all.push(service);
      kills.push(async () => {
        kill('SIGKILL');
        await ended;
      });
      for (const end = Date.now() + READY_SECONDS * 1000; !isOver && Date.now() < end; ) {
        const url = readyUrl(service.log());
        if (url !== null) {
          service.url = url;
          onReady(service);
          return service;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      if (isOver && (await ended) === 'SIGKILL') return service;
      throw new Error(`the ${name} did not get ready: ${service.log().slice(-2000)}`);
    },
    async stop() {
      await Promise.all(kills.map((each) => each()));
    },
  };
}

/** Where a process says that it listens (src/process.ts). */
function readyUrl(log: string): string | null {
  const line = log.split('\n').find((each) => each.startsWith('{') && each.includes('"msg":"ready"'));
  return line === undefined ? null : String((JSON.parse(line) as { url: string }).url);
}
