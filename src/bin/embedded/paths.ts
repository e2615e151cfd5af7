import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from './start-error.ts';

const root = resolve(import.meta.dirname, '../../..');

/**
 * The git-ignored folder `.dosebell` of this checkout, made if need be: data of the embedded servers, logs, keys.
 * @throws StartError when it belongs to somebody else
 */
export function dataDir(): string {
  const dir = join(root, '.dosebell');
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
