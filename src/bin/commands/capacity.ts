import { type App, closeApp, openApp } from '../../app.ts';
import type { Capacity } from '../../capacity/senders.ts';
import { ConfigError, readConfig } from '../../config.ts';
import { readCapacity } from '../../dispatch/capacity.ts';
import { UsageError } from './command.ts';

/** Runs `work` with what the services' settings in the environment give: the database, and the senders' capacity. */
export async function withCapacity<T>(work: (app: App, capacity: Capacity) => Promise<T>): Promise<T> {
  return withApp(async (app) => work(app, await readCapacity(app)));
}

/** Runs `work` with what the services' settings in the environment give. */
export async function withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
  const app = await openApp('cli', settings());
  try {
    return await work(app);
  } finally {
    await closeApp(app);
  }
}

function settings() {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}
