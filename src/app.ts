import { type Clock, serverClock } from './clock.ts';
import type { Config } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type Cipher, createCipher } from './store/cipher.ts';
import { openPool, type Pool } from './store/pool.ts';
import { serverTime } from './store/server-time.ts';

/** What every process shares. Each piece can be replaced in a test; nothing in it is a module-level singleton. */
export interface App {
  config: Config;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  sql: Pool;
  cipher: Cipher;
}

/** Opens the pieces every process needs. `process` names it in logs; `connections` are those to PostgreSQL, at most. */
export async function openApp(process: string, config: Config, { connections = 10 } = {}): Promise<App> {
  const sql = openPool(config.databaseUrl, { max: connections, bounded: true });
  const log = createLogger(process, config.logLevel);
  const told = (byMs: number) => log.warn({ byMs: Math.round(byMs) }, "the clock was corrected by PostgreSQL's");
  return {
    config,
    clock: await serverClock({ ask: () => serverTime(sql), told }),
    log,
    metrics: createMetrics(),
    sql,
    cipher: createCipher(config.dataKeys, config.tokenSecret),
  };
}

/** Closes what `openApp` opened; running queries get five seconds. */
export async function closeApp(app: App): Promise<void> {
  app.clock.stop?.();
  await app.sql.end({ timeout: 5 });
}
