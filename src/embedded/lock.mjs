// Plain JavaScript: bootstrap.mjs uses it on whatever Node the machine has, before node_modules exists.
import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * What tells this process from a later one that was given the same pid: its start time, as the system writes it.
 * @param {number} pid
 * @returns {string | null} null when no such process is alive
 */
export function processIdentity(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : `${pid} ${fields[19]}`;
    } catch {
      return null;
    }
  }
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout?.trim() ? `${pid} ${ps.stdout.trim()}` : null;
}

/**
 * The pid written in `file` by the process that holds it, or null when there is none or it has ended.
 * @param {string} file
 * @returns {number | null}
 */
export function liveHolder(file) {
  const text = readOrEmpty(file);
  const pid = Number.parseInt(text, 10);
  return pid > 0 && processIdentity(pid) === text.trim() ? pid : null;
}

/**
 * Takes a lock file for this process without waiting. A lock whose process has ended is taken over.
 * @param {string} file
 * @returns {{ holder: number } | { release: () => void }}
 */
export function tryLock(file) {
  const mine = `${processIdentity(process.pid)}\n`;
  for (;;) {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, mine);
    try {
      // A link is made whole or not at all, so nobody ever reads a half-written lock.
      linkSync(draft, file);
      return { release: () => void (readOrEmpty(file) === mine && rmSync(file, { force: true })) };
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = liveHolder(file);
    if (holder !== null) return { holder };
    dropStale(file);
  }
}

/** Moves a dead process's lock away; when somebody made a fresh one in between, puts it back. */
function dropStale(file) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (liveHolder(aside) !== null) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
