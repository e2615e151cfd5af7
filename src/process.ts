import { type Config, ConfigError, readConfig } from './config.ts';

/** What a process answers once it runs: where it listens, and how it stops. */
export interface Started {
  url: string;
  stop(): Promise<void>;
}

/**
 * The life of one service process: settings read once, one clear line and exit 2 when they are bad; a JSON line with
 * `"msg":"ready"` once it runs. SIGTERM or SIGINT drains it and ends it with 0; what is not over within DRAIN_SECONDS is
 * left to the rows, and it ends with 1. Asking again changes nothing.
 */
export async function runProcess(name: string, start: (config: Config) => Promise<Started>): Promise<void> {
  const fail = (code: number, words: string) => {
    console.error(`dosebell ${name}: ${words}`);
    process.exit(code);
  };
  let stop = async () => process.exit(0); // nothing is in hand before it runs
  const asked = once(() => stop());
  // From the first moment on: to a container's first process a signal that it does not handle is none.
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, asked);
  try {
    const config = readConfig(process.env);
    const started = await start(config);
    stop = async () => {
      const { drainSeconds } = config;
      setTimeout(fail, drainSeconds * 1000, 1, `not drained in ${drainSeconds} s: the rows say what is left`);
      await started.stop().catch((error: Error) => fail(1, inWords(error)));
      process.exit(0);
    };
    console.log(JSON.stringify({ name, msg: 'ready', url: started.url, pid: process.pid }));
  } catch (error) {
    fail(error instanceof ConfigError ? 2 : 1, inWords(error as Error));
  }
}

function inWords(error: Error & { code?: string; port?: number }): string {
  if (error instanceof ConfigError) return error.message;
  if (error.code === 'EADDRINUSE') return `port ${error.port} is taken: stop what uses it, or set PORT`;
  return error.stack ?? error.message;
}

function once(run: () => Promise<void>): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    void run();
  };
}
