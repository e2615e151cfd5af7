import { allWritten, messagesOf } from '#loadtests/bench/books.ts';
import { sayIfClaimed, startOfUnclaimed } from '#loadtests/bench/buckets.ts';
import { mixedPolicy } from '#loadtests/bench/mix.ts';
import { type Cohort, prescribe, ZONE } from '#loadtests/bench/seed.ts';
import { heldAgainst, latenessMs, type Witness } from '#loadtests/bench/witness.ts';
import { compressedRegimen } from '#loadtests/story/compress.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';

/** Two tenants of a running service. */
export interface Tenants {
  app: App;
  provider: Witness;
  quiet: Cohort;
  noisy: Cohort;
}

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
export async function playCase({ app, provider, quiet, noisy }: Tenants, noisyFirstBy: number | null): Promise<Played> {
  const total = quiet.patientIds.length + (noisyFirstBy === null ? 0 : noisy.patientIds.length);
  const first = startOfUnclaimed(app, total);
  const due = plusSeconds(first, noisyFirstBy ?? 0);
  const now = app.clock.now();
  if (noisyFirstBy !== null) await prescribe(app, noisy, compressedRegimen([first], ZONE), now, mixedPolicy);
  await prescribe(app, quiet, compressedRegimen([due], ZONE), now, mixedPolicy);
  sayIfClaimed(app, first);
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
