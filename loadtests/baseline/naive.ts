import { Queue, Worker } from 'bullmq';
import type { OutboundMessage } from '#channels/channel.ts';
import { MIX, type MixChannel } from '#loadtests/bench/mix.ts';
import { openBlocking } from '#src/redis/connection.ts';
import { openPool, type Pool } from '#src/store/pool.ts';
import type { Reminder } from './messages.ts';
import type { SdkClient } from './sdk-clients.ts';

const PREFIX = '{naive}';
const JOBS_PER_CALL = 500;
/** BullMQ keeps 10,000 events of each queue unless told. */
const STREAMS = { events: { maxLen: 1000 } };

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
export async function enqueueNaive(redisUrl: string, reminders: Reminder[], due: Date): Promise<void> {
  const connection = openBlocking(redisUrl);
  for (const [channel, group] of Map.groupBy(reminders, (reminder) => reminder.channel)) {
    const queue = new Queue<OutboundMessage>(channel, { connection, prefix: PREFIX, streams: STREAMS });
    for (let i = 0; i < group.length; i += JOBS_PER_CALL) {
      const delay = Math.max(0, due.getTime() - Date.now());
      await queue.addBulk(
        group.slice(i, i + JOBS_PER_CALL).map(({ message: data }) => ({
          name: 'notify',
          data,
          opts: { jobId: data.attemptId, delay, attempts: 3, removeOnComplete: true, removeOnFail: true },
        })),
      );
    }
    await queue.close();
  }
  connection.disconnect();
}

/**
 * The usual design, well tuned: a queue per channel, one job per notification; its worker inserts a row, sends, updates the
 * row. The providers are reached by their own libraries (`sdkClients`), as many jobs at once as they have connections.
 */
export function startNaive(
  databaseUrl: string,
  redisUrl: string,
  clients: Record<MixChannel, SdkClient>,
): { stop(): Promise<void> } {
  const sql = openPool(databaseUrl);
  const connection = openBlocking(redisUrl);
  const workers = MIX.map((name) => {
    const client = clients[name];
    const worker = new Worker<Payload>(name, (job) => notify(sql, client, job.data), {
      connection,
      prefix: PREFIX,
      concurrency: client.width,
    });
    return worker.on('error', () => {}); // reconnecting is ioredis's work
  });
  return {
    async stop() {
      await Promise.all(workers.map((worker) => worker.close()));
      connection.disconnect();
      for (const client of Object.values(clients)) client.close();
      await sql.end({ timeout: 5 });
    },
  };
}

async function notify(sql: Pool, client: SdkClient, payload: Payload): Promise<void> {
  const { attemptId, expiresAt, createdAt } = payload;
  await sql`INSERT INTO notifications (id, state) VALUES (${attemptId}, 'sending') ON CONFLICT (id) DO NOTHING`;
  const ref = await client.send({ ...payload, expiresAt: new Date(expiresAt), createdAt: new Date(createdAt) });
  await sql`UPDATE notifications SET state = 'sent', ref = ${ref}, sent_at = now() WHERE id = ${attemptId}`;
}
