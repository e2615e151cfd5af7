import { setTimeout as sleep } from 'node:timers/promises';
import { allWritten, messagesOf } from '#loadtests/bench/books.ts';
import { sayIfClaimed, startOfUnclaimed } from '#loadtests/bench/buckets.ts';
import { mixedPolicy } from '#loadtests/bench/mix.ts';
import { cpuSeconds, peakRssMb } from '#loadtests/bench/processes.ts';
import { type Cohort, prescribe, seedPatients, ZONE } from '#loadtests/bench/seed.ts';
import { dropDatabase, emptyRedis, newDatabase, type Stage, say, withService } from '#loadtests/bench/stage.ts';
import { heldAgainst, latenessMs, rateOf, type Seen, type Witness } from '#loadtests/bench/witness.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import { type App, closeApp, openApp } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { readConfig } from '#src/config.ts';
import { type Preparation, prepared } from './preparation.ts';
import { BUCKET_SECONDS, bucketSettings, rushEnv } from './settings.ts';

/** Warm-up messages sent in a second: the rush comes only when they are over. */
const WARMED_PER_SECOND = 1500;
/** The services are looked at so long before the rush. */
const LOOK_SECONDS = 0.4;
const SLOWEST_PER_SECOND = 50;

/** How large a rush is: `warmUp` further doses are due in a bucket before it and not counted. */
export interface RushSize {
  warmUp: number;
  count: number;
}

export interface RushResult {
  perSecond: number;
  latenessMs: { first: number; p50: number; p99: number };
  preparation: Preparation;
  /** Of the worker, the scheduler, PostgreSQL and Redis, from the due instant until all is written; null where unknown. */
  sendCpuSeconds: number | null;
  /** The most memory each has had; null where unknown. */
  rssMb: { worker: number | null; scheduler: number | null };
  seen: Seen;
}

/**
 * `count` doses of as many patients, due at one same instant, through the real scheduler and worker. The doses are planned
 * and the buckets claimed as on any day.
 */
export async function measureDosebell(stage: Stage, provider: Witness, size: RushSize): Promise<RushResult> {
  const total = size.warmUp + size.count;
  const databaseUrl = await newDatabase(stage, 'dosebell', { migrated: true });
  await emptyRedis(stage);
  const env = rushEnv(stage, databaseUrl, bucketSettings(total));
  const app = await openApp('bench', readConfig(env));
  try {
    const early = await seedPatients(app, 'Warm-up', size.warmUp);
    const cohort = await seedPatients(app, 'Rush', size.count);
    return await withService(stage, { name: 'worker', entry: 'src/bin/worker.ts', env }, (_, worker) =>
      withService(stage, { name: 'scheduler', entry: 'src/bin/scheduler.ts', env }, async (_, scheduler) => {
        const planned = await planBoth(app, early, cohort);
        return watch(app, { stage, provider, size, ...planned, cohort, pids: { worker, scheduler } });
      }),
    );
  } finally {
    await closeApp(app);
    await dropDatabase(stage, 'dosebell');
  }
}

/** Plans the doses of both cohorts, the early ones whole buckets before the others, into buckets not yet claimed. */
async function planBoth(app: App, early: Cohort, cohort: Cohort): Promise<{ earlyDue: Date; due: Date }> {
  const startedAt = Date.now();
  const count = cohort.patientIds.length;
  const buckets = Math.ceil(early.patientIds.length / WARMED_PER_SECOND / BUCKET_SECONDS);
  const earlyDue = startOfUnclaimed(app, early.patientIds.length + count);
  const due = plusSeconds(earlyDue, buckets * BUCKET_SECONDS);
  await plan(app, early, earlyDue);
  await plan(app, cohort, due);
  await app.sql`VACUUM ANALYZE`; // the tables of a running service have their statistics
  sayIfClaimed(app, earlyDue);
  const took = ((Date.now() - startedAt) / 1000).toFixed(1);
  say(`${count} doses planned in ${took} s, due at ${due.toISOString()}; scheduler and worker prepare them`);
  return { earlyDue, due };
}

/** Gives the cohort its doses at `due`. */
async function plan(app: App, cohort: Cohort, due: Date): Promise<void> {
  const regimen = compressedRegimen([due], ZONE);
  const planned = await prescribe(app, cohort, regimen, app.clock.now(), mixedPolicy);
  if (planned !== cohort.patientIds.length) {
    throw new Error(`${planned} doses were planned, not ${cohort.patientIds.length}: the machine is too busy`);
  }
}

interface Rush {
  stage: Stage;
  provider: Witness;
  size: RushSize;
  earlyDue: Date;
  due: Date;
  cohort: Cohort;
  pids: { worker: number; scheduler: number };
}

/** Watches the services prepare the doses and send them, and holds the books against the ledger. */
async function watch(app: App, { stage, provider, size, earlyDue, due, cohort, pids }: Rush): Promise<RushResult> {
  const total = size.warmUp + size.count;
  const meter = () => cpuSeconds([...stage.serverPids, pids.worker, pids.scheduler]);
  const until = plusSeconds(due, -2 * LOOK_SECONDS);
  const preparation = await prepared(app, meter, { count: size.count, due, until });
  say(`prepared in ${preparation.seconds.toFixed(1)} s`);
  await app.sql`ANALYZE attempts, chunks`; // as in a running service, whose tables of yesterday are like today's
  await sleep(Math.max(0, due.getTime() - LOOK_SECONDS * 1000 - Date.now()));
  const before = meter();
  await provider.accepted(total, 30 + total / SLOWEST_PER_SECOND);
  await allWritten(app);
  const after = meter();
  const { ids, problems } = await messagesOf(app, { from: earlyDue, to: due });
  const seen = await heldAgainst(provider.ledger(), [...ids.values()].flat(), ids.get(cohort.tenantId) ?? []);
  seen.problems.push(...problems);
  return {
    perSecond: rateOf(due, seen),
    latenessMs: {
      first: latenessMs(due, seen, 0),
      p50: latenessMs(due, seen, 0.5),
      p99: latenessMs(due, seen, 0.99),
    },
    preparation,
    sendCpuSeconds: after === null || before === null ? null : after - before,
    rssMb: { worker: peakRssMb(pids.worker), scheduler: peakRssMb(pids.scheduler) },
    seen,
  };
}
