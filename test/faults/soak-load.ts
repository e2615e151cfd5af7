import { setTimeout as sleep } from 'node:timers/promises';
import { seedPatients } from '#loadtests/bench/seed.ts';
import { plusSeconds } from '#src/clock.ts';
import { planAt } from './load.ts';
import type { OpenWorld } from './world.ts';

/** Doses are planned so long before they are due. */
const AHEAD_SECONDS = 4;
/** One in so many doses is answered, this long after it was due. */
const ANSWERED_OF = 5;
const ANSWER_SECONDS = 2;
/** A patient who taps so long without being answered 2xx has found something broken. */
const PATIENCE_SECONDS = 40;

/** What a constant load was. */
export interface SteadyLoad {
  planned: number;
  answered: number;
  /** Answers that nobody took, in words. */
  problems: string[];
}

/** Plans `perSecond` doses for every second until `until`, and has some of them answered. */
export async function steadyLoad({ app, world }: OpenWorld, perSecond: number, until: number): Promise<SteadyLoad> {
  const load: SteadyLoad = { planned: 0, answered: 0, problems: [] };
  const answers: Promise<void>[] = [];
  const cohort = await seedPatients(app, 'Soak', perSecond);
  const answer = async (due: Date) => {
    await sleep(plusSeconds(due, ANSWER_SECONDS).getTime() - Date.now());
    const doses = await persist(() => dosesDueAt(app.sql, due, Math.ceil(perSecond / ANSWERED_OF)));
    await Promise.all(
      doses.map(async ({ id }) => {
        const taken = () => world.answer(id).then((status) => status === 200);
        await world.until(`the answer of dose ${id} is taken`, taken, PATIENCE_SECONDS).then(
          () => (load.answered += 1),
          (error: Error) => load.problems.push(error.message),
        );
      }),
    );
  };
  for (
    let due = nextSecond();
    due.getTime() < until;
    due = new Date(Math.max(Number(plusSeconds(due, 1)), Number(nextSecond())))
  ) {
    await sleep(Math.max(0, plusSeconds(due, -AHEAD_SECONDS).getTime() - Date.now()));
    try {
      await planAt(app, cohort, due);
      load.planned += perSecond;
      answers.push(answer(due));
    } catch {
      // PostgreSQL is being restarted: what is not planned is not owed
    }
  }
  await Promise.all(answers);
  return load;
}

function nextSecond(): Date {
  return new Date(Math.ceil(plusSeconds(new Date(), AHEAD_SECONDS - 1).getTime() / 1000) * 1000);
}

function dosesDueAt(sql: OpenWorld['app']['sql'], due: Date, limit: number) {
  return sql<{ id: string }[]>`SELECT id FROM doses WHERE due_at = ${due} ORDER BY id LIMIT ${limit}`;
}

/** Asks again while PostgreSQL is being restarted. */
async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 60) throw error;
      await sleep(500);
    }
  }
}
