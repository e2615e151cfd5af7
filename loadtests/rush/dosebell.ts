import { setTimeout as sleep } from 'node:timers/promises';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import { type App, closeApp, openApp } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { readConfig } from '#src/config.ts';
import { openQueues } from '#src/dispatch/queues.ts';
import { openBlocking } from '#src/redis/connection.ts';
import { QUEUE_PREFIX } from '#src/redis/keys.ts';
import { latenessMs } from '#src/store/accounting.ts';
import { prescribe, seedPatients, ZONE } from './seed.ts';
import { newDatabase, type Stage, say, serviceEnv, withService } from './stage.ts';
import { heldAgainst, rateOf, type Seen, type Witness } from './witness.ts';

/** What a process may take to come up, in seconds. */
const START_SECONDS = 5;
/** Doses planned, and doses claimed, in a second: below what this code does, so that the rush begins prepared. */
const PLANNED_PER_SECOND = 1000;
const CLAIMED_PER_SECOND = 1000;
/** The warm-up is due so long before the rush, and must be over by then. */
const WARM_UP_SECONDS = 4;
const SLOWEST_PER_SECOND = 50;

interface RushResult {
  perSecond: number;
  latenessMs: { p50: number; p99: number };
  redisBytesPerPendingDose: number;
  seen: Seen;
}

/**
 * `count` doses of as many patients, due at one same instant, through the real scheduler and worker. The doses are planned
 * and the buckets claimed as on any day; `warmUp` further doses of another tenant are due a little before and not counted.
 */
export async function measureDosebell(
  stage: Stage,
  provider: Witness,
  { warmUp, count }: { warmUp: number; count: number },
): Promise<RushResult> {
  const total = warmUp + count;
  const leadSeconds = Math.ceil(3 + total / CLAIMED_PER_SECOND);
  const databaseUrl = await newDatabase(stage, 'dosebell', { migrated: true });
  const env = serviceEnv(stage, databaseUrl, { BUCKET_SECONDS: '60', LEAD_SECONDS: String(leadSeconds) });
  const app = await openApp('bench', readConfig(env));
  try {
    const early = await seedPatients(app, 'Warm-up', warmUp);
    const cohort = await seedPatients(app, 'Rush', count);
    return await withService(stage, { name: 'worker', entry: 'src/bin/worker.ts', env }, async () => {
      const now = app.clock.now();
      const seconds = total / PLANNED_PER_SECOND + START_SECONDS + leadSeconds + WARM_UP_SECONDS;
      const due = new Date(Math.ceil(plusSeconds(now, seconds).getTime() / 1000) * 1000);
      const earlyDue = plusSeconds(due, -WARM_UP_SECONDS);
      await prescribe(app, early, compressedRegimen([earlyDue], ZONE), now);
      const planned = await prescribe(app, cohort, compressedRegimen([due], ZONE), now);
      if (planned !== count) throw new Error(`${planned} doses were planned, not ${count}`);
      await app.sql`VACUUM ANALYZE`; // the tables of a running service have their statistics
      say(`${count} doses planned, due at ${due.toISOString()}; scheduler and worker prepare them`);
      return withService(stage, { name: 'scheduler', entry: 'src/bin/scheduler.ts', env }, async () => {
        const redisBytesPerPendingDose = await prepared(app, { total, until: plusSeconds(earlyDue, -0.3) });
        await provider.accepted(total, (due.getTime() - Date.now()) / 1000 + 30 + total / SLOWEST_PER_SECOND);
        await allWritten(app);
        const attempts = await attemptsOfDoses(app);
        const timed = attempts.filter((row) => row.tenantId === cohort.tenantId).flatMap((row) => row.ids);
        const seen = heldAgainst(
          await provider.ledger(),
          attempts.flatMap((row) => row.ids),
          timed,
        );
        const several = attempts.filter((row) => row.ids.length !== 1);
        seen.problems.push(...several.map((row) => `dose ${row.doseId} has ${row.ids.length} messages`));
        const [p50 = null, p99 = null] = await latenessMs(app.sql, cohort.tenantId, [0.5, 0.99]);
        return {
          perSecond: rateOf(count, due, seen),
          latenessMs: { p50: p50 ?? Number.NaN, p99: p99 ?? Number.NaN },
          redisBytesPerPendingDose,
          seen,
        };
      });
    });
  } finally {
    await closeApp(app);
  }
}

/** Waits until all doses wait in Redis as delayed chunks (at the latest until `until`); returns Redis's bytes per dose. */
async function prepared(app: App, { total, until }: { total: number; until: Date }): Promise<number> {
  const queues = await openQueues(app.config.redisUrl);
  const push = queues.channels.get('push');
  for (;;) {
    const [row] = await app.sql<{ doses: number; chunks: number }[]>`
      SELECT coalesce(sum(size), 0)::int AS doses, count(*)::int AS chunks FROM chunks WHERE state = 'queued'`;
    const { doses, chunks } = row as { doses: number; chunks: number };
    const enqueued = await push?.getDelayedCount();
    const late = app.clock.now() >= until;
    if ((doses < total || enqueued !== chunks) && !late) {
      await sleep(100);
      continue;
    }
    await queues.close();
    if (doses < total) say(`only ${doses} of ${total} doses were prepared in time: the machine is too busy`);
    if (doses === 0) throw new Error('no dose was prepared before it was due');
    return (await redisBytes(app.config.redisUrl)) / doses;
  }
}

/** The bytes of all our keys in Redis. */
async function redisBytes(redisUrl: string): Promise<number> {
  const redis = openBlocking(redisUrl);
  let bytes = 0;
  for await (const keys of redis.scanStream({ match: `${QUEUE_PREFIX}:*`, count: 1000 })) {
    const sizes = await Promise.all((keys as string[]).map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    bytes += sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }
  redis.disconnect();
  return bytes;
}

/** Waits, ten seconds at most, until the worker has written the outcomes of what the provider accepted. */
async function allWritten(app: App): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const [row] = await app.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM attempts WHERE state = 'intent'`;
    if (row?.n === 0) return;
    await sleep(100);
  }
}

async function attemptsOfDoses(app: App): Promise<{ doseId: string; tenantId: string; ids: string[] }[]> {
  return app.sql<{ doseId: string; tenantId: string; ids: string[] }[]>`
    SELECT d.id AS "doseId", d.tenant_id AS "tenantId", array_remove(array_agg(a.id), NULL) AS ids
    FROM doses d LEFT JOIN attempts a ON a.dose_id = d.id GROUP BY d.id, d.tenant_id`;
}
