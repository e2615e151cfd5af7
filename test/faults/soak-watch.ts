import { readdirSync, readFileSync } from 'node:fs';
import type { Pool } from '#src/store/pool.ts';
import type { Service } from './fault.ts';
import { askRedis } from './redis.ts';

const EVERY_MS = 2000;
/** A series is judged by four equal parts, each of at least so many looks. */
const LEAST_LOOKS = 5;
/** Growth below this is a process that is still warming up. */
const MEMORY = { factor: 1.25, most: 40 };
const HANDLES = { factor: 1.5, most: 20 };

/** What was seen of one process over its life. */
interface Seen {
  service: Service;
  rssMb: number[];
  handles: number[];
}

/** Looks at the processes every two seconds until it is stopped; `problems` tells of those that grew and grew. */
export function watchProcesses(services: () => Service[]) {
  const seen = new Map<number, Seen>();
  const look = () => {
    for (const service of services()) {
      const now = lookAt(service.pid);
      if (now === null) continue;
      const series = seen.get(service.pid) ?? { service, rssMb: [], handles: [] };
      series.rssMb.push(now.rssMb);
      series.handles.push(now.handles);
      seen.set(service.pid, series);
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      const all = [...seen.values()];
      return {
        rssMb: Math.round(Math.max(0, ...all.flatMap(({ rssMb }) => rssMb))),
        handles: Math.max(0, ...all.flatMap(({ handles }) => handles)),
        problems: all.flatMap(problemsOf),
      };
    },
  };
}

function problemsOf({ service, rssMb, handles }: Seen): string[] {
  const who = `the ${service.name} (pid ${service.pid})`;
  return [
    ...(growsOn(rssMb, MEMORY) ? [`${who}: its memory grows on: ${rssMb.map(Math.round).join(' ')} MiB`] : []),
    ...(growsOn(handles, HANDLES) ? [`${who}: its open handles grow on: ${handles.join(' ')}`] : []),
  ];
}

/** Whether a series is still growing at its end: each of its last three quarters lies above the one before, in all by much. */
export function growsOn(series: number[], { factor, most }: { factor: number; most: number }): boolean {
  const length = Math.floor(series.length / 4);
  if (length < LEAST_LOOKS) return false;
  const [, second = 0, third = 0, last = 0] = [0, 1, 2, 3].map((i) =>
    middle(series.slice(series.length - (4 - i) * length, series.length - (3 - i) * length)),
  );
  return second < third && third < last && last > second * factor && last - second > most;
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Memory and open handles of a process (proc(5)); null when it is gone, or where there is no /proc. */
function lookAt(pid: number): { rssMb: number; handles: number } | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    if (kilobytes === undefined) return null;
    return { rssMb: Number(kilobytes) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** The rows of all tables, and the keys of Redis. */
export async function countAll(sql: Pool, redisUrl: string): Promise<{ rows: number; keys: number }> {
  const tables = await sql<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relnamespace = 'public'::regnamespace`;
  let rows = 0;
  for (const { name } of tables) {
    const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM ${sql(name)}`;
    rows += row?.n ?? 0;
  }
  return { rows, keys: await askRedis(redisUrl, (redis) => redis.dbsize()) };
}
