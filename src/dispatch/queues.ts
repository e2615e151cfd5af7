import { once } from 'node:events';
import { Queue } from 'bullmq';
import type { App } from '../app.ts';
import { CHANNELS, type ChannelName } from '../domain/attempt.ts';
import { openFailingFast } from '../redis/connection.ts';
import { QUEUE_PREFIX } from '../redis/keys.ts';
import type { Chunk } from '../store/chunks.ts';

/** A bucket's doses of one shard are to be claimed. Times are milliseconds since the epoch. */
export interface BucketJob {
  shard: number;
  until: number;
}

/** A chunk is to be sent. */
export interface ChunkJob {
  chunkId: string;
}

export const BUCKETS = 'buckets';

/** What a scheduler or worker adds jobs to: `buckets`, and one queue per channel. */
export interface Queues {
  buckets: Queue<BucketJob>;
  channels: Map<ChannelName, Queue<ChunkJob>>;
  /** Throws while Redis is away. To be called before a queue is used: BullMQ waits for its first connection without end. */
  assertUp(): void;
  close(): Promise<void>;
}

/** A job is a kick, never the truth: it is tried once, leaves nothing behind, and the rescue finds what it lost. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

const CRITICAL_PRIORITY = 1;
const ROUTINE_PRIORITY = 2;
const JOBS_PER_CALL = 250; // over about 1,000 a call is slow (taskforcesh/bullmq#1670)

/** How long a process that starts waits for Redis before it goes on without. */
const CONNECT_MS = 2000;

export async function openQueues(redisUrl: string): Promise<Queues> {
  const connection = openFailingFast(redisUrl);
  const options = { connection, prefix: QUEUE_PREFIX, streams: { events: { maxLen: 1000 } } };
  const buckets = new Queue<BucketJob>(BUCKETS, options);
  const channels = new Map(CHANNELS.map((name) => [name, new Queue<ChunkJob>(name, options)]));
  const all = [buckets, ...channels.values()];
  for (const queue of all) queue.on('error', () => {}); // reconnecting is ioredis's work; the depth metric shows it
  await once(connection, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) }).catch(() => {});
  return {
    buckets,
    channels,
    assertUp() {
      if (connection.status !== 'ready') throw new Error('Redis is away');
    },
    async close() {
      await Promise.all(all.map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}

/** Adds a job per chunk, delayed to its moment. With Redis away this gives up at once: the rescue sends the chunks. */
export async function enqueueChunks(app: App & { queues: Queues }, chunks: Chunk[]): Promise<void> {
  const now = app.clock.now().getTime();
  for (const [channel, group] of Map.groupBy(chunks, (chunk) => chunk.channel)) {
    const queue = app.queues.channels.get(channel);
    for (let i = 0; i < group.length; i += JOBS_PER_CALL) {
      const jobs = group.slice(i, i + JOBS_PER_CALL).map((chunk) => ({
        name: 'deliver',
        data: { chunkId: chunk.id },
        opts: {
          ...JOB_OPTIONS,
          jobId: chunk.id,
          delay: Math.max(0, chunk.readyAt.getTime() - now),
          priority: chunk.critical ? CRITICAL_PRIORITY : ROUTINE_PRIORITY,
        },
      }));
      try {
        app.queues.assertUp();
        await queue?.addBulk(jobs);
      } catch (error) {
        app.log.warn(
          { channel, jobs: jobs.length, reason: (error as Error).name },
          'not enqueued: the rescue will send them',
        );
        return;
      }
    }
  }
}

/** Adds a bucket's job; adding it again changes nothing. Throws while Redis is away. */
export async function enqueueBucket(queues: Queues, job: BucketJob, delayMs: number): Promise<void> {
  queues.assertUp();
  await queues.buckets.add('claim', job, {
    ...JOB_OPTIONS,
    jobId: `bucket-${job.until}-${job.shard}`,
    delay: Math.max(0, delayMs),
  });
}
