import { createReadStream, existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupError } from '../../store/backup-format.ts';

/** Progress, beside what the command answers. */
export const tell = (line: string) => console.error(`dosebell: ${line}`);

/** The file that FILE or DIR means; in a folder it is named by the moment. */
export function backupPath(target: string, now: Date): string {
  if (!existsSync(target) || !statSync(target).isDirectory()) return target;
  return join(target, `dosebell-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z.backup.gz`);
}

/**
 * Gives `write` the streams that end in the file. It appears under its name only when it is whole and on the disk; what was
 * there is replaced. Only its owner may read it.
 */
export async function writeFileWhole<T>(
  path: string,
  write: (sinks: NodeJS.ReadWriteStream[]) => Promise<T>,
): Promise<T> {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const file = await open(draft, 'wx', 0o600);
    const sink = file.createWriteStream({ flush: true });
    const result = await write([createGzip(), sink as unknown as NodeJS.ReadWriteStream]);
    await rename(draft, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await rm(draft, { force: true });
    throw inWords(error, path);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** A backup's bytes, unpacked. */
export async function* readFileUnpacked(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  try {
    yield* file.pipe(unpacked);
  } catch (error) {
    throw inWords(error, path);
  } finally {
    file.destroy();
  }
}

const WORDS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EACCES: 'it may not be opened',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  Z_DATA_ERROR: 'it is damaged',
  Z_BUF_ERROR: 'it ends too early: it was cut off',
};

function inWords(error: unknown, path: string): Error {
  const words = WORDS[(error as { code?: string }).code ?? ''];
  return words === undefined ? (error as Error) : new BackupError(`${path}: ${words}`);
}
