import { type Config, ConfigError, readConfig } from './config.ts';

/** What a process answers once it runs: where it listens, and how it stops. */
export interface Started {
  url: string;
  stop(): Promise<void>;
}

/**
 * The life of one service process: settings read once, one clear line and exit 2 when they are bad; a JSON line with
 * `"msg":"ready"` once it runs; stopped in order by SIGTERM or SIGINT.
 */
export async function runProcess(name: string, start: (config: Config) => Promise<Started>): Promise<void> {
  let started: Started;
  try {
    started = await start(readConfig(process.env));
  } catch (error) {
    console.error(`dosebell ${name}: ${inWords(error as Error & { code?: string; port?: number })}`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
  console.log(JSON.stringify({ name, msg: 'ready', url: started.url, pid: process.pid }));
  const stop = once(async () => {
    await started.stop();
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
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
