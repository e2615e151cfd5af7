import { rounded, runBench } from '#loadtests/bench/program.ts';
import { type Stage, say } from '#loadtests/bench/stage.ts';
import { witness } from '#loadtests/bench/witness.ts';
import { measureDosebell, type RushResult } from '#loadtests/rush/dosebell.ts';
import { type Cost, costOf, growth } from './cost.ts';

const HELP = `npm run bench:scale: what a dose costs in small and in large rushes

  npm run bench:scale -- --sizes N,M,…   doses due at one same instant (default 10000,50000,100000,500000; each at most 1000000)

Dosebell's part of bench:rush, each size on an empty database. Progress on stderr; the last line on stdout is one JSON object.
Exit 0 only if the providers accepted every message of every rush exactly once. See loadtests/README.md.
`;

const SIZES = [10_000, 50_000, 100_000, 500_000] as const;
const MOST_DOSES = 1_000_000;
/** Sent before each rush and not counted: fresh code would weigh on the smallest size. */
const WARM_UP = 3000;

async function play(stage: Stage, { sizes }: { sizes: number[] }) {
  const provider = witness(stage.simulator.http);
  const measured: { count: number; rush: RushResult; cost: Cost }[] = [];
  for (const count of sizes.toSorted((a, b) => a - b)) {
    say(`${count} doses due at one instant…`);
    const rush = await measureDosebell(stage, provider, { warmUp: Math.min(WARM_UP, count), count });
    await provider.forget();
    const cost = costOf(count, rush);
    measured.push({ count, rush, cost });
    say(`${count} doses: ${Math.round(rush.perSecond)} doses/s, ${JSON.stringify(cost)} µs a dose`);
  }
  const bySize = (read: (one: (typeof measured)[number]) => number | null) =>
    Object.fromEntries(measured.map((one) => [one.count, read(one)]));
  const growthOf = (kind: keyof Cost) => growth(measured.map(({ count, cost }) => ({ count, cost: cost[kind] })));
  return {
    problems: measured.flatMap(({ rush }) => rush.seen.problems),
    result: {
      perDoseMicros: bySize(({ cost }) => cost.cpu),
      perDoseGrowth: growthOf('cpu'),
      wallMicros: bySize(({ cost }) => cost.wall),
      wallGrowth: growthOf('wall'),
      perSecond: bySize(({ rush }) => rounded(rush.perSecond, 0)),
      p99Ms: bySize(({ rush }) => rush.latenessMs.p99),
      redisBytesPerPendingDose: bySize(({ rush }) => rounded(rush.preparation.redisBytesPerDose, 1)),
    },
  };
}

await runBench({ name: 'bench:scale', help: HELP, numbers: { sizes: { byDefault: SIZES, most: MOST_DOSES } }, play });
