import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in these, whatever the kernel's own tick (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** The most memory a process has had in RAM, in MiB (VmHWM of proc(5)); null where there is no /proc. */
export function peakRssMb(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

/**
 * The CPU seconds these processes and their children have used, those that have ended included: a PostgreSQL is its
 * postmaster's pid. Null where there is no /proc. In hundredths.
 */
export function cpuSeconds(pids: number[]): number | null {
  const own = pids.map(statOf);
  if (own.some((stat) => stat === null)) return null;
  const stats = own as Stat[];
  const roots = new Set(pids);
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(Number(entry));
    if (stat !== null && roots.has(stat.parent)) stats.push(stat);
  }
  return stats.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

interface Stat {
  parent: number;
  /** Of the process itself and of the children it has waited for. */
  ticks: number;
}

/** proc(5): field 4 is the parent, 14 to 17 are utime, stime, cutime and cstime; the name in field 2 may hold blanks. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) };
  } catch {
    return null;
  }
}
