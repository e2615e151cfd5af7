import type { Fault, ServiceName } from './fault.ts';
import { onTime, slowAnswers, untilDue } from './moments.ts';

const RECOVERS_WITHIN = 15;
const HOUR_MS = 3_600_000;
const SKEW = new URL('skew.ts', import.meta.url).href;
/** A provider's answer takes so long, so that a worker that is stopped has messages in hand. */
const ANSWER_MS = 500;
/** Longer than the worlds' leases, and the wait before a look-up. */
const BEYOND_LEASE_MS = 8000;

/** The wall clock of one process's machine, or of all, is wrong. */
function wrongClock(skewMs: number, of: ServiceName | 'everything', more: Partial<Fault> = {}): Fault {
  const minutes = Math.abs(skewMs) / 60_000;
  return {
    name: `the clock of ${of === 'everything' ? 'every machine' : `the ${of}'s machine`} is ${minutes} min ${skewMs < 0 ? 'slow' : 'fast'}`,
    part: 'time',
    doses: 1000,
    env: { NODE_OPTIONS: `--import ${SKEW}`, SKEW_MS: String(skewMs), SKEW_OF: of === 'everything' ? '' : of },
    recoversWithin: RECOVERS_WITHIN,
    inject: untilDue,
    check: onTime,
    ...more,
  };
}

/** The wall clock of the worker's machine is set while it works. */
function jump(skewMs: number): Fault {
  return wrongClock(skewMs, 'worker', {
    name: `the clock of the worker's machine jumps ${skewMs < 0 ? 'back' : 'ahead'} by an hour`,
    env: { NODE_OPTIONS: `--import ${SKEW}`, SKEW_MS: String(skewMs), SKEW_OF: 'worker', SKEW_LATER: '1' },
    async inject(world) {
      await untilDue(world, 200);
      for (const { pid } of world.services('worker')) process.kill(pid, 'SIGUSR2');
    },
  });
}

/** Stopped as a debugger, a frozen container or a starved machine stops it, and woken later as if nothing were. */
function stopped(
  names: ServiceName[],
  { afterMs, forMs }: { afterMs: number; forMs: number },
  more: Partial<Fault> = {},
): Fault {
  return {
    name: `SIGSTOP of the ${names.join(', ')} for ${forMs / 1000} s`,
    part: 'time',
    doses: 1000,
    recoversWithin: RECOVERS_WITHIN,
    async inject(world) {
      await slowAnswers(world, ANSWER_MS);
      await untilDue(world, afterMs);
      const victims = names.flatMap((name) => world.services(name).slice(0, 1));
      for (const victim of victims) victim.kill('SIGSTOP');
      await world.sleep(forMs);
      for (const victim of victims) victim.kill('SIGCONT');
      await world.simulator.clear();
    },
    ...more,
  };
}

/** A second worker takes over what the stopped one held; then that one wakes. */
function takenOver(forMs: number): Fault {
  const alone = stopped(['worker'], { afterMs: 300, forMs });
  return {
    ...alone,
    name: `SIGSTOP of a worker for ${forMs / 1000} s, beside another one`,
    async inject(world) {
      await world.start('worker');
      await alone.inject(world);
    },
  };
}

/** Half of the doses fell due in an outage of three hours, the others are due when it ends. */
const outage: Fault = {
  name: 'nothing ran for three hours',
  part: 'time',
  doses: 2000,
  recoversWithin: RECOVERS_WITHIN,
  mayEnd: ['undelivered'],
  async inject(world) {
    const victims = (['worker', 'scheduler'] as const).flatMap((name) => world.services(name));
    for (const victim of victims) victim.kill('SIGKILL');
    await Promise.all(victims.map(({ ended }) => ended));
    await world.sql`UPDATE attendance SET seen_at = seen_at - interval '3 hours'`;
    await world.sql`
      UPDATE doses SET due_at = due_at - interval '2 hours', window_ends_at = window_ends_at - interval '2 hours',
                       next_action_at = next_action_at - interval '2 hours'
      WHERE state = 'planned' AND right(id::text, 1) < '8'`;
    await untilDue(world);
    await Promise.all([world.start('worker'), world.start('scheduler')]);
  },
  async check(world) {
    const ends = await world.sql`
      SELECT DISTINCT state, reason FROM doses WHERE due_at < ${new Date(world.due.getTime() - HOUR_MS)}`;
    const [end] = ends;
    if (ends.length !== 1 || end?.state !== 'undelivered' || end.reason !== 'system') {
      throw new Error(`what was missed ended as ${JSON.stringify(ends)}`);
    }
    const [told] = await world.sql`
      SELECT count(*)::int AS incidents, sum(affected)::int AS doses FROM incidents WHERE kind = 'outage'`;
    const [{ lost } = { lost: 0 }] = await world.sql<{ lost: number }[]>`
      SELECT count(*)::int AS lost FROM doses WHERE reason = 'system'`;
    if (told?.incidents !== 1 || told.doses !== lost)
      throw new Error(`${lost} doses, but told: ${JSON.stringify(told)}`);
  },
};

/** Wrong clocks, stopped processes, and hours in which nothing ran. */
export const timeFaults: Fault[] = [
  ...[-HOUR_MS, -5 * 60_000, 5 * 60_000, HOUR_MS].map((skewMs) => wrongClock(skewMs, 'worker')),
  ...[-HOUR_MS, HOUR_MS].flatMap((skewMs) => [
    wrongClock(skewMs, 'scheduler'),
    wrongClock(skewMs, 'everything', { inTests: skewMs < 0 }),
    jump(skewMs),
  ]),
  stopped(['worker'], { afterMs: 300, forMs: 1000 }),
  stopped(['worker'], { afterMs: 300, forMs: BEYOND_LEASE_MS }),
  takenOver(BEYOND_LEASE_MS),
  stopped(['scheduler'], { afterMs: -1500, forMs: BEYOND_LEASE_MS }),
  stopped(['worker', 'scheduler', 'api'], { afterMs: 300, forMs: BEYOND_LEASE_MS }),
  outage,
];
