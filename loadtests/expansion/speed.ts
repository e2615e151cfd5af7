import { median } from '#loadtests/bench/program.ts';
import { type Contender, dosebell, others, type Window } from './contenders.ts';
import { type Case, mixOf } from './regimens.ts';

const AGES = { '1d': 1, '1m': 30, '1y': 365, '10y': 3652 };
export type Age = keyof typeof AGES;
const CASES = 400;
const WINDOW = 48 * 3_600_000;
/** How long one contender is measured at one age, and how often; the median counts. */
const SLICE_MS = 150;
const ROUNDS = 12;

/** Regimens per second, by contender and by age. */
export type Rates = Record<string, Record<Age, number>>;

/**
 * Gives every contender the same rules and 48-hour windows and first asserts that their answers are equal; then measures
 * them in turn, round after round, on this one thread. `flatness`: our rate at ten years by that at one day.
 */
export function measureSpeed(
  now: Date,
  say: (line: string) => void,
): { rates: Rates; flatness: number; problems: string[] } {
  const window = { from: now.getTime(), to: now.getTime() + WINDOW };
  const contenders = [dosebell, ...others];
  const ages = Object.keys(AGES) as Age[];
  const cases = Object.fromEntries(ages.map((age) => [age, mixOf(CASES, now, AGES[age])])) as Record<Age, Case[]>;
  const problems = ages.flatMap((age) => differences(contenders, cases[age], window));
  const measured = contenders.map(() => ages.map((): number[] => []));
  for (let round = 0; round <= ROUNDS; round++) {
    say(round === 0 ? 'warming up…' : `round ${round} of ${ROUNDS}…`);
    for (const [c, contender] of contenders.entries()) {
      // Youngest first in one round, oldest first in the next: what the slice before leaves behind favours no age.
      const order = round % 2 === 0 ? [...ages.entries()] : [...ages.entries()].reverse();
      for (const [a, age] of order) {
        const rate = timed(contender, cases[age], window);
        if (round > 0) measured[c]?.[a]?.push(rate);
      }
    }
  }
  const rates = Object.fromEntries(
    contenders.map(({ name }, c) => [
      name,
      Object.fromEntries(ages.map((age, a) => [age, median(measured[c]?.[a] ?? [])])) as Record<Age, number>,
    ]),
  );
  for (const [name, each] of Object.entries(rates)) {
    say(`${name}: ${ages.map((age) => `${age} ${Math.round(each[age])}`).join(', ')} regimens/s`);
  }
  const ours = rates[dosebell.name] as Record<Age, number>;
  return { rates, flatness: ours['10y'] / ours['1d'], problems };
}

function differences(contenders: Contender[], cases: Case[], window: Window): string[] {
  // The mix repeats itself: each different case once.
  const different = [...new Map(cases.map((each) => [JSON.stringify(each), each])).values()];
  return different.flatMap((given) => {
    const [ours, ...theirs] = contenders.map((contender) => contender.ready(given)(window).join());
    return others
      .filter((_, i) => theirs[i] !== ours)
      .map(({ name }) => `${name} differs on ${given.rule} from ${given.start} in ${given.zone}`);
  });
}

/** Regimens per second, over whole passes of the cases where time allows. */
function timed(contender: Contender, cases: Case[], window: Window): number {
  const ready = cases.map((given) => contender.ready(given));
  const warm = performance.now() + SLICE_MS / 4;
  for (let i = 0; performance.now() < warm; i++) (ready[i % ready.length] as (typeof ready)[0])(window);
  const start = performance.now();
  let expanded = 0;
  let elapsed = 0;
  while (elapsed < SLICE_MS || expanded % ready.length !== 0) {
    for (let i = 0; i < 20; i++) (ready[expanded++ % ready.length] as (typeof ready)[0])(window);
    elapsed = performance.now() - start;
    if (elapsed > 4 * SLICE_MS) break;
  }
  return (expanded / elapsed) * 1000;
}
