import type { OutboundMessage } from '#channels/channel.ts';
import { enqueueNaive, prepareNaive } from '#loadtests/baseline/naive.ts';
import { plusSeconds } from '#src/clock.ts';
import { newDatabase, type Stage, serviceEnv, withService } from './stage.ts';
import { heldAgainst, rateOf, type Seen, type Witness } from './witness.ts';

/** How long adding one delayed job may take, in seconds: about ten times what it does. */
const SECONDS_PER_JOB = 0.001;
/** Far below what the naive service does: whoever takes longer has stopped. */
const SLOWEST_PER_SECOND = 50;

/**
 * The naive service on the same servers: all jobs added before the due instant, then messages per second from that instant
 * to the last acceptance. `warmUp` goes through the same process first and is not counted.
 */
export async function measureBaseline(
  stage: Stage,
  provider: Witness,
  { warmUp, messages }: { warmUp: OutboundMessage[]; messages: OutboundMessage[] },
): Promise<{ perSecond: number; seen: Seen }> {
  const databaseUrl = await newDatabase(stage, 'naive', { migrated: false });
  await prepareNaive(databaseUrl);
  const env = serviceEnv(stage, databaseUrl, {});
  return withService(stage, { name: 'naive', entry: 'loadtests/baseline/main.ts', env }, async () => {
    await enqueueNaive(stage.redisUrl, warmUp, new Date());
    await provider.accepted(warmUp.length, 30 + warmUp.length / SLOWEST_PER_SECOND);
    const due = plusSeconds(new Date(), 2 + messages.length * SECONDS_PER_JOB);
    await enqueueNaive(stage.redisUrl, messages, due);
    const total = warmUp.length + messages.length;
    await provider.accepted(total, 30 + messages.length * SECONDS_PER_JOB + total / SLOWEST_PER_SECOND);
    const ids = messages.map((message) => message.attemptId);
    const seen = heldAgainst(await provider.ledger(), [...warmUp.map((message) => message.attemptId), ...ids], ids);
    return { perSecond: rateOf(messages.length, due, seen), seen };
  });
}
