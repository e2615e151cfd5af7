import { allWritten, messagesOf } from '#loadtests/bench/books.ts';
import { mixedPolicy } from '#loadtests/bench/mix.ts';
import { type Cohort, prescribe, ZONE } from '#loadtests/bench/seed.ts';
import { say } from '#loadtests/bench/stage.ts';
import { heldAgainst, latenessMs, type Witness } from '#loadtests/bench/witness.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';

/** Two tenants of a running service. */
export interface Hall {
  app: App;
  provider: Witness;
  quiet: Cohort;
  noisy: Cohort;
}

/** Doses planned in a second: well below what this code does. */
const PLANNED_PER_SECOND = 2500;
const SLOWEST_PER_SECOND = 50;

/** What a case showed. */
interface Played {
  /** Of the quiet tenant: the provider's acceptance − due, all but the slowest hundredth. */
  quietP99: number;
  /** From the first due instant to the last acceptance of either tenant. */
  rushSeconds: number;
  problems: string[];
}

/**
 * Every patient of the quiet tenant has one dose due at one same instant; so have the noisy tenant's, `noisyFirstBy` whole
 * seconds before (null: the noisy tenant has none). Both are planned before their bucket is claimed.
 */
export async function playCase({ app, provider, quiet, noisy }: Hall, noisyFirstBy: number | null): Promise<Played> {
  const total = quiet.patientIds.length + (noisyFirstBy === null ? 0 : noisy.patientIds.length);
  const first = startOfBucket(app, 1 + total / PLANNED_PER_SECOND);
  const due = plusSeconds(first, noisyFirstBy ?? 0);
  const now = app.clock.now();
  if (noisyFirstBy !== null) await prescribe(app, noisy, compressedRegimen([first], ZONE), now, mixedPolicy);
  await prescribe(app, quiet, compressedRegimen([due], ZONE), now, mixedPolicy);
  if (app.clock.now() > claimOf(app, first))
    say('the doses were planned after their bucket was claimed: the machine is too busy');
  const wait = (due.getTime() - Date.now()) / 1000;
  await provider.accepted(total, wait + 30 + total / SLOWEST_PER_SECOND);
  await allWritten(app);
  const { ids, problems } = await messagesOf(app, { from: first, to: due });
  const all = [...ids.values()].flat();
  if (all.length !== total) problems.push(`${all.length} messages were made for ${total} doses`);
  const seen = await heldAgainst(provider.ledger(), all);
  const quietSeen = await heldAgainst(provider.ledger(), all, ids.get(quiet.tenantId) ?? []);
  await provider.forget();
  return {
    quietP99: latenessMs(due, quietSeen, 0.99),
    rushSeconds: latenessMs(first, seen, 1) / 1000,
    problems: [...problems, ...seen.problems],
  };
}

/** The first moment of a bucket that will be claimed only when `seconds` have passed. */
function startOfBucket(app: App, seconds: number): Date {
  const { bucketSeconds, leadSeconds } = app.config.schedule;
  const earliest = plusSeconds(app.clock.now(), seconds + leadSeconds).getTime();
  return new Date(Math.ceil(earliest / (bucketSeconds * 1000)) * bucketSeconds * 1000);
}

function claimOf(app: App, start: Date): Date {
  return plusSeconds(start, -app.config.schedule.leadSeconds);
}
