import { once } from 'node:events';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { App } from '../app.ts';
import { CHANNELS, type ChannelName } from '../domain/attempt.ts';
import { delayedKey, jobKey, PULSE, QUEUE_PREFIX } from '../redis/keys.ts';
import type { Chunk } from '../store/chunks.ts';

/** A bucket's doses of one shard are to be claimed. Times are milliseconds since the epoch. */
export interface BucketJob {
  shard: number;
  until: number;
}

/** A chunk is to be sent at `at`, and is worthless after `until`. Times are milliseconds since the epoch. */
export interface ChunkJob {
  chunkId: string;
  size: number;
  turn: number;
  at: number;
  until: number;
}

export const BUCKETS = 'buckets';

/** A queue of its own per channel and priority: critical messages have workers that nothing else occupies. */
export interface Lane {
  channel: ChannelName;
  critical: boolean;
}

export const LANES: readonly Lane[] = CHANNELS.flatMap((channel) =>
  [true, false].map((critical) => ({ channel, critical })),
);

/** The name of a lane's queue. */
export function laneName({ channel, critical }: Lane): string {
  return critical ? `${channel}-critical` : channel;
}

/** `jobless`: their job was lost. `asleep`: it waits still, since the workers' machines are behind in time. */
interface Strayed {
  jobless: Chunk[];
  asleep: Chunk[];
}

/** What a scheduler or worker adds jobs to. */
export interface Queues {
  buckets: Queue<BucketJob>;
  /** By `laneName`. */
  lanes: Map<string, Queue<ChunkJob>>;
  /** Throws while Redis is away. To be called before a queue is used: BullMQ waits for its first connection without end. */
  assertUp(): void;
  /**
   * Which of these chunks, whose moment has passed, nothing will bring to a worker. Rejects while Redis is away, or takes no
   * writes (a full disk, a replica): then jobs stand still too.
   */
  strayed(chunks: Chunk[]): Promise<Strayed>;
  close(): Promise<void>;
}

/** A job is a kick, never the truth: it is tried once, leaves nothing behind, and the rescue finds what it lost. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

const JOBS_PER_CALL = 250; // over about 1,000 a call is slow (taskforcesh/bullmq#1670)

/** A chunk's job comes this much before its moment, and the worker waits: BullMQ's delays are 20–100 ms late (measured). */
export const EARLY_MS = 250;

const PULSE_MS = 1000;

/** How long a process that starts waits for Redis before it goes on without. */
const CONNECT_MS = 2000;

/** The queues over a connection that fails fast while Redis is away. */
export async function openQueues(connection: Redis): Promise<Queues> {
  const options = { connection, prefix: QUEUE_PREFIX, streams: { events: { maxLen: 1000 } } };
  const buckets = new Queue<BucketJob>(BUCKETS, options);
  const lanes = new Map(LANES.map(laneName).map((name) => [name, new Queue<ChunkJob>(name, options)]));
  const all = [buckets, ...lanes.values()];
  for (const queue of all) queue.on('error', () => {}); // reconnecting is ioredis's work; the depth metric shows it
  if (connection.status !== 'ready') {
    await once(connection, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) }).catch(() => {});
  }
  const assertUp = () => {
    if (connection.status !== 'ready') throw new Error('Redis is away');
  };
  return {
    buckets,
    lanes,
    assertUp,
    async strayed(chunks) {
      assertUp();
      // A rush has hundreds that wait: their keys are asked for, not their jobs.
      const asked = connection.pipeline().set(PULSE, 1, 'PX', PULSE_MS);
      for (const chunk of chunks) {
        asked.exists(jobKey(laneName(chunk), chunk.id)).zscore(delayedKey(laneName(chunk)), chunk.id);
      }
      const answers = (await asked.exec()) ?? [];
      const failed = answers.find(([error]) => error !== null);
      if (failed !== undefined) throw failed[0];
      const answer = (n: number) => answers[n]?.[1];
      return {
        jobless: chunks.filter((_, i) => answer(2 * i + 1) === 0),
        asleep: chunks.filter((_, i) => answer(2 * i + 1) === 1 && answer(2 * i + 2) !== null),
      };
    },
    async close() {
      await Promise.all(all.map((queue) => queue.close()));
    },
  };
}

/**
 * Adds a job per chunk, delayed to its moment; returns how many. With Redis away this gives up at once: the rescue sends the
 * chunks.
 */
export async function enqueueChunks(app: App & { queues: Queues }, chunks: Chunk[]): Promise<number> {
  let enqueued = 0;
  const now = app.clock.now().getTime();
  for (const [lane, group] of Map.groupBy(chunks, laneName)) {
    const queue = app.queues.lanes.get(lane);
    for (let i = 0; i < group.length; i += JOBS_PER_CALL) {
      const jobs = group.slice(i, i + JOBS_PER_CALL).map((chunk) => jobOf(chunk, now));
      try {
        app.queues.assertUp();
        await queue?.addBulk(jobs);
        enqueued += jobs.length;
      } catch (error) {
        app.log.warn(
          { lane, jobs: jobs.length, reason: (error as Error).name },
          'not enqueued: the rescue will send them',
        );
        return enqueued;
      }
    }
  }
  return enqueued;
}

function jobOf(chunk: Chunk, now: number) {
  const { id, size, turn, readyAt, expiresAt, critical } = chunk;
  const at = readyAt.getTime();
  return {
    name: 'deliver',
    data: { chunkId: id, size, turn, at, until: expiresAt.getTime() },
    opts: {
      ...JOB_OPTIONS,
      jobId: id,
      timestamp: now, // delays count from here: unset, from the time of this machine
      delay: Math.max(0, at - EARLY_MS - now),
      // Critical ones go as they come, and BullMQ's queues without priorities are faster.
      ...(critical ? {} : { priority: turn }),
    },
  };
}

/**
 * Brings chunks to a worker whose jobs sleep though their moment has passed: BullMQ wakes them by the time of its workers'
 * machines, and those may be behind. Returns how many.
 */
export async function wakeChunks({ queues }: { queues: Queues }, chunks: Chunk[]): Promise<number> {
  const woken = await Promise.allSettled(
    chunks.map(async (chunk) => (await queues.lanes.get(laneName(chunk))?.getJob(chunk.id))?.promote()),
  );
  return woken.filter(({ status }) => status === 'fulfilled').length; // the others woke by themselves meanwhile
}

/** Adds a bucket's job, for `delayMs` after `now`; adding it again changes nothing. Throws while Redis is away. */
export async function enqueueBucket(
  queues: Queues,
  job: BucketJob,
  { now, delayMs }: { now: number; delayMs: number },
): Promise<void> {
  queues.assertUp();
  await queues.buckets.add('claim', job, {
    ...JOB_OPTIONS,
    jobId: `bucket-${job.until}-${job.shard}`,
    timestamp: now,
    delay: Math.max(0, delayMs),
  });
}
