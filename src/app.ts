import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type Cipher, createCipher } from './store/cipher.ts';
import { clockOffset, openPool, type Pool } from './store/pool.ts';

/** What every process shares. Each piece can be replaced in a test; nothing in it is a module-level singleton. */
export interface App {
  config: Config;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  sql: Pool;
  cipher: Cipher;
}

/** Opens the pieces every process needs. `process` names it in logs. */
export async function openApp(process: string, config: Config): Promise<App> {
  const sql = openPool(config.databaseUrl);
  return {
    config,
    clock: systemClock(await clockOffset(sql)),
    log: createLogger(process, config.logLevel),
    metrics: createMetrics(),
    sql,
    cipher: createCipher(config.dataKeys, config.tokenSecret),
  };
}

/** Closes what `openApp` opened; running queries get five seconds. */
export async function closeApp(app: App): Promise<void> {
  await app.sql.end({ timeout: 5 });
}
