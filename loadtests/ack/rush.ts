import { setTimeout as sleep } from 'node:timers/promises';
import { mixedPolicy } from '#loadtests/bench/mix.ts';
import { prescribe, seedPatients, ZONE } from '#loadtests/bench/seed.ts';
import { type Stage, say, withService } from '#loadtests/bench/stage.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';

/** What two processes may take to come up, in seconds. */
const START_SECONDS = 8;
/** Doses planned, and doses claimed, in a second: half of what this code does, so that the rush begins prepared. */
const PLANNED_PER_SECOND = 2500;
const CLAIMED_PER_SECOND = 2000;

/**
 * Plans `count` doses for one instant, has the real scheduler and worker send them, and does `work` from that
 * instant on. Returns its result and how many of the reminders the providers accepted meanwhile.
 */
export async function duringRush<T>(
  stage: Stage,
  app: App,
  { env, count }: { env: NodeJS.ProcessEnv; count: number },
  work: () => Promise<T>,
): Promise<{ result: T; sentMeanwhile: number }> {
  const cohort = await seedPatients(app, 'Rush', count);
  const leadSeconds = Math.ceil(3 + count / CLAIMED_PER_SECOND);
  const seconds = START_SECONDS + count / PLANNED_PER_SECOND + leadSeconds;
  const due = new Date(Math.ceil(plusSeconds(app.clock.now(), seconds).getTime() / 1000) * 1000);
  await prescribe(app, cohort, compressedRegimen([due], ZONE), app.clock.now(), mixedPolicy);
  await app.sql`VACUUM ANALYZE`;
  say(`${count} doses due at ${due.toISOString()}`);
  const settings = { ...env, LEAD_SECONDS: String(leadSeconds) };
  return withService(stage, { name: 'worker', entry: 'src/bin/worker.ts', env: settings }, () =>
    withService(stage, { name: 'scheduler', entry: 'src/bin/scheduler.ts', env: settings }, async () => {
      await sleep(Math.max(0, due.getTime() - app.clock.now().getTime()));
      const result = await work();
      const until = app.clock.now();
      await sleep(1000); // what was accepted a moment ago is being written
      const [row] = await app.sql<{ n: number }[]>`
        SELECT count(*)::int AS n FROM attempts WHERE tenant_id = ${cohort.tenantId} AND accepted_at <= ${until}`;
      return { result, sentMeanwhile: row?.n ?? 0 };
    }),
  );
}
