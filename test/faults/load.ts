import { mixedPolicy } from '#loadtests/bench/mix.ts';
import { type Cohort, prescribe, seedPatients, ZONE } from '#loadtests/bench/seed.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';

/** Doses planned in a second: well below what this code does beside the services; and what a busy machine may need besides. */
const PLANNED_PER_SECOND = 1000;
const SPARE_SECONDS = 2;

/**
 * Makes the doses of the load: as many patients as doses, each with one dose that is due at the instant this returns. They are
 * planned at least `aheadSeconds` before, and before the scheduler claims their bucket.
 */
export async function planLoad(app: App, doses: number, aheadSeconds: number): Promise<Date> {
  const { bucketSeconds, leadSeconds } = app.config.schedule;
  const cohort = await seedPatients(app, 'Load', doses);
  const ahead = Math.max(aheadSeconds, leadSeconds) + SPARE_SECONDS + doses / PLANNED_PER_SECOND;
  const earliest = plusSeconds(app.clock.now(), ahead).getTime();
  const due = new Date(Math.ceil(earliest / (bucketSeconds * 1000)) * bucketSeconds * 1000);
  await planAt(app, cohort, due);
  return due;
}

/** Gives each of these patients one dose, due at a whole second. */
export async function planAt(app: App, cohort: Cohort, due: Date): Promise<void> {
  const planned = await prescribe(app, cohort, compressedRegimen([due], ZONE), app.clock.now(), mixedPolicy);
  const wanted = cohort.patientIds.length;
  if (planned !== wanted) throw new Error(`${planned} doses were planned, not ${wanted}: the machine is too busy`);
}
