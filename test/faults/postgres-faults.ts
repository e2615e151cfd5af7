import type { Fault, Service, World } from './fault.ts';
import { untilDue } from './moments.ts';

/** PostgreSQL is back: everything has left within so many seconds. */
const RECOVERS_WITHIN = 20;
/** After `due`, in the middle of the rush. */
const MID_RUSH_MS = 300;
const LASTS_MS = 6000;
/** Longer than most time-outs of clients. */
const LOCK_SECONDS = 20;
/** Patients who tap while PostgreSQL is away. */
const ANSWERS = 20;
/** A process that is told to stop while PostgreSQL is away has stopped by then. */
const STOPS_WITHIN = 15;
const GIVEN_UP = 30;

/** Doses whose patients have their reminder, and will tap. To be asked while PostgreSQL is there. */
async function tapping({ sql }: World): Promise<string[]> {
  const doses = await sql<{ id: string }[]>`
    SELECT d.id FROM doses d WHERE d.state = 'open'
      AND EXISTS (SELECT 1 FROM attempts a WHERE a.dose_id = d.id AND a.accepted_at IS NOT NULL)
    ORDER BY d.id LIMIT ${ANSWERS}`;
  return doses.map(({ id }) => id);
}

/** Patients answer as if nothing were. Some are told that it was not taken down; who is told that it was must find it so. */
const tap = (world: World, doses: string[]) => Promise.all(doses.map((id) => world.answer(id)));

function postgresFault(name: string, inject: Fault['inject'], more: Partial<Fault> = {}): Fault {
  return { name, part: 'postgres', doses: 2000, recoversWithin: RECOVERS_WITHIN, inject, ...more };
}

/** The line to PostgreSQL goes wrong in mid-rush, patients answer meanwhile, and it is well again. */
function onTheLine(name: string, begin: (world: World) => void, lastsMs = LASTS_MS, more: Partial<Fault> = {}): Fault {
  return postgresFault(
    name,
    async (world) => {
      await untilDue(world, MID_RUSH_MS);
      const doses = await tapping(world);
      begin(world);
      const taps = tap(world, doses);
      await world.sleep(lastsMs);
      world.proxies.postgres.heal();
      await taps;
    },
    more,
  );
}

/** Every write of what leaves and what is answered fails with "disk full" until the triggers are gone. */
const WRITTEN = ['attempts', 'chunks', 'confirmations'];

async function fillDisk({ sql }: World): Promise<void> {
  await sql.unsafe(`
    CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
  for (const table of WRITTEN)
    await sql.unsafe(
      `CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION disk_full()`,
    );
}

async function emptyDisk({ sql }: World): Promise<void> {
  for (const table of WRITTEN) await sql.unsafe(`DROP TRIGGER disk_full ON ${table}`);
}

/** Nobody reads or writes the table meanwhile. */
async function lock({ sql }: World, table: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await tx`SELECT pg_sleep(${LOCK_SECONDS})`;
  });
}

const NAMES = ['worker', 'scheduler', 'api'] as const;

/** Tells a process to stop; in how many seconds it did, at most `GIVEN_UP`. */
async function stopped(service: Service): Promise<number> {
  const asked = performance.now();
  service.kill('SIGTERM');
  const late = setTimeout(() => service.kill('SIGKILL'), GIVEN_UP * 1000);
  await service.ended;
  clearTimeout(late);
  return Math.round((performance.now() - asked) / 1000);
}

/** PostgreSQL is restarted, lost, locked, full, and cut off. */
export const postgresFaults: Fault[] = [
  postgresFault(
    'PostgreSQL is restarted in mid-rush',
    async (world) => {
      await untilDue(world, MID_RUSH_MS);
      const taps = tap(world, await tapping(world));
      await world.restartPostgres();
      await taps;
    },
    { inTests: true },
  ),
  postgresFault('PostgreSQL is away for 6 s', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    await world.restartPostgres({ awayMs: LASTS_MS });
  }),
  postgresFault('every backend is ended, ten times', async (world) => {
    for (let i = 0; i < 10; i++) {
      await untilDue(world, i * 200 + world.random() * 200);
      await world.sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`.catch(() => {});
    }
  }),
  postgresFault('connections are reset, ten times', async (world) => {
    for (let i = 0; i < 10; i++) {
      await untilDue(world, i * 200 + world.random() * 200);
      world.proxies.postgres.reset();
    }
    await tap(world, await tapping(world));
  }),
  onTheLine('PostgreSQL cannot be reached for 6 s', (world) => world.proxies.postgres.down()),
  onTheLine('connections to PostgreSQL are half-open', (world) => world.proxies.postgres.halfOpen()),
  onTheLine('PostgreSQL is slow: 100 ms more for everything', (world) => world.proxies.postgres.latency(100), 10_000, {
    doses: 1000,
  }),
  postgresFault('the attempts are locked for 20 s', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    const doses = await tapping(world);
    await Promise.all([lock(world, 'attempts'), tap(world, doses)]);
  }),
  postgresFault('the doses are locked for 20 s', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    await lock(world, 'doses');
  }),
  postgresFault('the disk is full', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    await fillDisk(world);
    await tap(world, await tapping(world));
    await world.sleep(LASTS_MS);
    await emptyDisk(world);
  }),
  postgresFault('SIGTERM while PostgreSQL is away', async (world) => {
    await untilDue(world, MID_RUSH_MS);
    world.proxies.postgres.down();
    const all = NAMES.flatMap((name) => world.services(name));
    const stops = all.map((service) => stopped(service));
    const took = await Promise.all(stops).finally(() => world.proxies.postgres.heal());
    for (const name of NAMES) await world.start(name);
    const slow = all.filter((_, i) => (took[i] as number) > STOPS_WITHIN);
    if (slow.length > 0) throw new Error(`${slow.map(({ name }) => name).join()} took ${took.join()} s to stop`);
  }),
];
