import { Queue, Worker } from 'bullmq';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { openBlocking } from '#src/redis/connection.ts';
import { openPool, type Pool } from '#src/store/pool.ts';

const QUEUE = 'notifications';
const PREFIX = '{naive}';
/** As many as the push adapter has streams. */
const CONCURRENCY = 100;
const JOBS_PER_CALL = 500;

/** A message as its job carries it: everything that sending takes, so that nothing is read back. */
type Payload = Omit<OutboundMessage, 'expiresAt' | 'createdAt'> & { expiresAt: string; createdAt: string };

/** Makes the service's one table. */
export async function prepareNaive(databaseUrl: string): Promise<void> {
  const sql = openPool(databaseUrl, { max: 1 });
  await sql`
    CREATE TABLE notifications (id uuid PRIMARY KEY, state text NOT NULL, ref text,
                                created_at timestamptz NOT NULL DEFAULT now(), sent_at timestamptz)`;
  await sql.end();
}

/** Adds one delayed job per message ahead of time, so that at `due` there is nothing left to do but to send. */
export async function enqueueNaive(redisUrl: string, messages: OutboundMessage[], due: Date): Promise<void> {
  const connection = openBlocking(redisUrl);
  const queue = new Queue<OutboundMessage>(QUEUE, { connection, prefix: PREFIX });
  for (let i = 0; i < messages.length; i += JOBS_PER_CALL) {
    const delay = Math.max(0, due.getTime() - Date.now());
    await queue.addBulk(
      messages.slice(i, i + JOBS_PER_CALL).map((data) => ({
        name: 'notify',
        data,
        opts: { jobId: data.attemptId, delay, attempts: 3, removeOnComplete: true, removeOnFail: true },
      })),
    );
  }
  await queue.close();
  connection.disconnect();
}

/**
 * The usual design, well tuned: one job per notification; its worker inserts a row, sends, updates the row. The provider is
 * reached by dosebell's own push adapter, on one kept-open connection.
 */
export function startNaive(databaseUrl: string, redisUrl: string, push: Channel): { stop(): Promise<void> } {
  const sql = openPool(databaseUrl);
  const connection = openBlocking(redisUrl);
  const worker = new Worker<Payload>(QUEUE, (job) => notify(sql, push, job.data), {
    connection,
    prefix: PREFIX,
    concurrency: CONCURRENCY,
  });
  worker.on('error', () => {}); // reconnecting is ioredis's work
  return {
    async stop() {
      await worker.close();
      connection.disconnect();
      await push.close();
      await sql.end({ timeout: 5 });
    },
  };
}

async function notify(sql: Pool, push: Channel, payload: Payload): Promise<void> {
  const { attemptId, expiresAt, createdAt } = payload;
  await sql`INSERT INTO notifications (id, state) VALUES (${attemptId}, 'sending') ON CONFLICT (id) DO NOTHING`;
  const message = { ...payload, expiresAt: new Date(expiresAt), createdAt: new Date(createdAt) };
  const [outcome] = await push.send([message]);
  if (outcome?.kind !== 'accepted') throw new Error(`not accepted: ${outcome?.kind}`);
  await sql`UPDATE notifications SET state = 'sent', ref = ${outcome.ref}, sent_at = now() WHERE id = ${attemptId}`;
}
