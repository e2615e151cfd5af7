import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from './start-error.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * The folder of one installation, made if need be: data of the embedded servers, logs, keys. The git-ignored `.dosebell`
 * of this checkout, or DATA_DIR.
 * @throws StartError when it belongs to somebody else
 */
export function dataDir(): string {
  return usable(process.env.DATA_DIR ? resolve(process.env.DATA_DIR) : join(root, '.dosebell'));
}

/** Where programs fetched for this checkout are kept, whatever the data folder. */
export function programsDir(): string {
  return usable(join(root, '.dosebell'));
}

function usable(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new StartError(
      `${dir} cannot be written by this user. Run as the user that made it, or remove it (it holds only this checkout's local data).`,
    );
  }
  return dir;
}

/** Where the output of the part `name` of the running service goes. */
export function logFile(name: string): string {
  const dir = join(dataDir(), 'logs');
  mkdirSync(dir, { recursive: true });
  return join(dir, `${name}.log`);
}
