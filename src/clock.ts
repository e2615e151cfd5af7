import { performance } from 'node:perf_hooks';

/** Where "now" comes from. Everything that depends on time takes it from here, so that tests move it by hand. */
export interface Clock {
  now(): Date;
  /** Ends what keeps it right, where something does. */
  stop?(): void;
}

/** The clock of this machine, for commands that ask no PostgreSQL. */
export function systemClock(): Clock {
  return { now: () => new Date() };
}

/** PostgreSQL's clock as this process knows it. */
interface ServerClock extends Clock {
  /** Asks once more now. Rejects when there is no answer. */
  sync(): Promise<void>;
  stop(): void;
}

/** What an asked server said, and what the steady clock showed before and after. In milliseconds. */
interface Reading {
  server: number;
  before: number;
  after: number;
}

interface ClockSettings {
  /** PostgreSQL's time, in milliseconds since the epoch. */
  ask: () => Promise<number>;
  /** Told of each correction of more than `TOLD_MS`, in milliseconds. */
  told?: (byMs: number) => void;
  /** Milliseconds of a clock that never jumps. */
  steady?: () => number;
  everyMs?: number;
}

/** Asked this often: what a suspended machine missed is known again so soon. */
const EVERY_MS = 2000;
/** A clock that is ahead by no more than this stands still until the server has caught up; one further ahead goes back. */
const LONGEST_STAND_MS = 5000;
const TOLD_MS = 250;

/**
 * A clock that shows PostgreSQL's time: an instant learnt from it, carried on by the steady clock of this process, which no
 * operator or NTP sets. It is corrected by no more than an answer proves: the server's time lay somewhere between asking and
 * hearing. While PostgreSQL is away it runs on. Rejects when the first answer does not come.
 */
export async function serverClock(settings: ClockSettings): Promise<ServerClock> {
  const { ask, told = () => {}, steady = () => performance.now(), everyMs = EVERY_MS } = settings;
  const read = async (): Promise<Reading> => {
    const before = steady();
    const server = await ask();
    return { server, before, after: steady() };
  };
  await ask(); // the first answer pays for the connection
  const first = await read();
  /** The server's time less the steady clock's: at first the least that it can be, since nothing may leave before its time. */
  let ahead = first.server - first.after;
  let shown = 0;
  const sync = async () => {
    const next = nearest(ahead, await read());
    const by = next - ahead;
    ahead = next;
    if (by < -LONGEST_STAND_MS) shown = 0;
    if (Math.abs(by) > TOLD_MS) told(by);
  };
  let isAsking = false; // one at a time: an answer may take long
  const timer = setInterval(async () => {
    if (isAsking) return;
    isAsking = true;
    await sync().catch(() => {}); // the loops tell that PostgreSQL is away
    isAsking = false;
  }, everyMs);
  timer.unref();
  return {
    now() {
      shown = Math.max(shown, Math.floor(steady() + ahead));
      return new Date(shown);
    },
    sync,
    stop: () => clearInterval(timer),
  };
}

/** The offset closest to `ahead` that a reading allows. */
function nearest(ahead: number, { server, before, after }: Reading): number {
  return Math.min(Math.max(ahead, server - after), server - before);
}

/** `date` moved by `seconds`. */
export function plusSeconds(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
