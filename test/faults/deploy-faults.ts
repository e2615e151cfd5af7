import type { Fault, Service, ServiceName, World } from './fault.ts';
import { slowAnswers, untilDue } from './moments.ts';
import { jobsIn } from './redis.ts';

/** `stop_grace_period` of docker-compose.yml; Kubernetes gives as much. */
const GRACE_MS = 30_000;
/** A provider's answer takes so long, so that chunks are in hand whenever a process is told to stop. */
const ANSWER_MS = 1000;
/** After `due`, when the first chunks are on the wire. */
const MID_RUSH_MS = 400;
/** As long as PostgreSQL or Redis is away after everybody was told to stop. */
const AWAY_MS = 3000;
const DRAIN_SECONDS = 4;
/** Doses that patients answer while the API is exchanged. */
const ANSWERED = 40;

const ALL: readonly ServiceName[] = ['api', 'scheduler', 'worker'];

async function midRush(world: World): Promise<void> {
  await slowAnswers(world, ANSWER_MS);
  await untilDue(world, MID_RUSH_MS);
}

function running(world: World, name: ServiceName): Service {
  return world.services(name).at(-1) as Service;
}

/** Its exit code; throws when it outlives the grace period, at whose end it would be killed. */
async function drained(world: World, service: Service): Promise<number | string> {
  const late = world.sleep(GRACE_MS).then(() => null);
  const code = await Promise.race([service.ended, late]);
  if (code === null) throw new Error(`the ${service.name} outlived its grace period`);
  return code;
}

async function drainedWell(world: World, service: Service): Promise<void> {
  const code = await drained(world, service);
  if (code !== 0) throw new Error(`the ${service.name} ended with ${code}: ${service.log().slice(-500)}`);
}

/** Nothing is held any more: no chunk by its lease, no job by its lock. */
async function heldNothing(world: World): Promise<void> {
  const chunks = await world.sql`SELECT id FROM chunks WHERE state = 'sending'`;
  if (chunks.length > 0) throw new Error(`${chunks.length} chunks are still held by a worker that has ended`);
  const jobs = await jobsIn(world.redisUrl, ['active']);
  if (jobs > 0) throw new Error(`${jobs} jobs will stall: a worker ended with them`);
}

/** No message was left for somebody else to find out about. */
async function noneLost(world: World): Promise<void> {
  const rows = await world.sql`SELECT id FROM attempts WHERE code IN ('worker_lost', 'not_asked')`;
  if (rows.length > 0) throw new Error(`${rows.length} messages were lost with their worker`);
}

function deploy(name: string, inject: Fault['inject'], more: Partial<Fault> = {}): Fault {
  return { name, part: 'deploy', doses: 1000, recoversWithin: 15, inject, ...more };
}

/** The new one first, then the old one is told to stop: at no moment is there none. */
async function roll(world: World, name: ServiceName): Promise<void> {
  const old = running(world, name);
  await world.start(name);
  old.kill('SIGTERM');
  await drainedWell(world, old);
}

/** Every process is told to stop while a server is gone; once it is back they are started again. */
async function stopWithout(world: World, server: 'redis' | 'postgres', how: 'down' | 'halfOpen'): Promise<void> {
  await midRush(world);
  world.proxies[server][how]();
  const old = ALL.map((name) => running(world, name));
  for (const service of old) service.kill('SIGTERM');
  // Without PostgreSQL outcomes cannot be written: what is in hand then ends as that of a dead process.
  const end = server === 'redis' ? drainedWell : drained;
  await Promise.all([...old.map((service) => end(world, service)), world.sleep(AWAY_MS)]);
  world.proxies[server].heal();
  await world.simulator.clear();
  for (const name of ALL) await world.start(name);
}

/** Processes are exchanged while messages are on the wire: what is in hand is finished, and nobody is told twice. */
export const deployFaults: Fault[] = [
  deploy(
    'SIGTERM of the worker under load',
    async (world) => {
      await midRush(world);
      const old = running(world, 'worker');
      old.kill('SIGTERM');
      await drainedWell(world, old);
      await heldNothing(world);
      await world.simulator.clear();
      await world.start('worker');
    },
    { check: noneLost, inTests: true },
  ),
  deploy(
    'SIGTERM of the worker, and again',
    async (world) => {
      await midRush(world);
      const old = running(world, 'worker');
      for (const waitMs of [0, 50, 200]) {
        await world.sleep(waitMs);
        old.kill('SIGTERM');
      }
      await drainedWell(world, old);
      await heldNothing(world);
      await world.simulator.clear();
      await world.start('worker');
    },
    { check: noneLost },
  ),
  ...ALL.map((name) =>
    deploy(
      `rolling restart of the ${name}`,
      async (world) => {
        await midRush(world);
        await roll(world, name);
        await world.simulator.clear();
      },
      { check: noneLost },
    ),
  ),
  deploy(
    'rolling restart of everything, while patients answer',
    async (world) => {
      await midRush(world);
      const doses = await world.sql<{ id: string }[]>`SELECT id FROM doses ORDER BY id LIMIT ${ANSWERED}`;
      const answers = doses.map(async ({ id }, at) => {
        await world.sleep(at * MID_RUSH_MS);
        await world.until('an answer is taken', async () => (await world.answer(id)) === 200);
      });
      for (const name of ALL) await roll(world, name);
      await world.simulator.clear();
      await Promise.all(answers);
    },
    { check: noneLost },
  ),
  deploy('SIGTERM of all while Redis is away', (world) => stopWithout(world, 'redis', 'down')),
  deploy('SIGTERM of all while PostgreSQL is away', (world) => stopWithout(world, 'postgres', 'down')),
  deploy('SIGTERM of all while PostgreSQL does not answer', (world) => stopWithout(world, 'postgres', 'halfOpen'), {
    env: { DRAIN_SECONDS: String(DRAIN_SECONDS) },
  }),
  deploy('SIGTERM of all while Redis does not answer', (world) => stopWithout(world, 'redis', 'halfOpen')),
];
