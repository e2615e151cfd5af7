import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { say } from './stage.ts';

/** Doses planned in a second: well below what this code does. */
const PLANNED_PER_SECOND = 2500;

/** The first moment of a bucket that running schedulers will claim only when `doses` have been planned into it. */
export function startOfUnclaimed(app: App, doses: number): Date {
  const { bucketSeconds, leadSeconds } = app.config.schedule;
  const seconds = 1 + doses / PLANNED_PER_SECOND + leadSeconds;
  const earliest = plusSeconds(app.clock.now(), seconds).getTime();
  return new Date(Math.ceil(earliest / (bucketSeconds * 1000)) * bucketSeconds * 1000);
}

/** Says so when the bucket that starts at `start` may have been claimed before its doses were planned. */
export function sayIfClaimed(app: App, start: Date): void {
  if (app.clock.now() > plusSeconds(start, -app.config.schedule.leadSeconds))
    say('the doses were planned after their bucket was claimed: the machine is too busy');
}
