import { attemptId, reminders } from '#loadtests/baseline/messages.ts';
import { enqueueNaive, prepareNaive } from '#loadtests/baseline/naive.ts';
import { newDatabase, type Stage, say, withService } from '#loadtests/bench/stage.ts';
import { heldAgainst, rateOf, type Seen, type Witness } from '#loadtests/bench/witness.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { rushEnv } from './settings.ts';

/** How long adding one delayed job may take, in seconds: about five times what it does. */
const SECONDS_PER_JOB = 0.0005;
/** Far below what the naive service does: whoever takes longer has stopped. */
const SLOWEST_PER_SECOND = 50;
/** A database of Redis of its own. */
const REDIS_DATABASE = 1;

/**
 * The naive service on the same servers: all jobs added before the due instant, then messages per second from that instant
 * to the last acceptance. `warmUp` messages go through the same process first and are not counted.
 */
export async function measureNaive(
  stage: Stage,
  app: App,
  provider: Witness,
  { warmUp, count }: { warmUp: number; count: number },
): Promise<{ perSecond: number; seen: Seen }> {
  const databaseUrl = await newDatabase(stage, 'naive', { migrated: false });
  await prepareNaive(databaseUrl);
  const redisUrl = `${stage.redisUrl}/${REDIS_DATABASE}`;
  const env = rushEnv(stage, databaseUrl, { REDIS_URL: redisUrl });
  const service = { name: 'naive', entry: 'loadtests/baseline/main.ts', args: ['naive'], env };
  return withService(stage, service, async () => {
    await enqueueNaive(redisUrl, reminders(app, 0, warmUp), new Date());
    await provider.accepted(warmUp, 30 + warmUp / SLOWEST_PER_SECOND);
    const due = plusSeconds(new Date(), 2 + count * SECONDS_PER_JOB);
    await enqueueNaive(redisUrl, reminders(app, warmUp, count), due);
    if (Date.now() > due.getTime()) say('naive: the jobs were added late, the machine is too busy');
    const total = warmUp + count;
    await provider.accepted(total, (due.getTime() - Date.now()) / 1000 + 30 + count / SLOWEST_PER_SECOND);
    const ids = Array.from({ length: total }, (_, n) => attemptId(n));
    const seen = await heldAgainst(provider.ledger(), ids, ids.slice(warmUp));
    return { perSecond: rateOf(due, seen), seen };
  });
}
