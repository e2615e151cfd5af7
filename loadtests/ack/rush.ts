import { setTimeout as sleep } from 'node:timers/promises';
import { sayIfClaimed, startOfUnclaimed } from '#loadtests/bench/buckets.ts';
import { mixedPolicy } from '#loadtests/bench/mix.ts';
import { prescribe, seedPatients, ZONE } from '#loadtests/bench/seed.ts';
import { type Stage, say, withService } from '#loadtests/bench/stage.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import type { App } from '#src/app.ts';

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
  await app.sql`VACUUM ANALYZE`;
  return withService(stage, { name: 'worker', entry: 'src/bin/worker.ts', env }, () =>
    withService(stage, { name: 'scheduler', entry: 'src/bin/scheduler.ts', env }, async () => {
      const due = startOfUnclaimed(app, count);
      await prescribe(app, cohort, compressedRegimen([due], ZONE), app.clock.now(), mixedPolicy);
      sayIfClaimed(app, due);
      say(`${count} doses due at ${due.toISOString()}`);
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
