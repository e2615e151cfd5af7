import { ladderPass } from '#schedulers/ladder.ts';
import { rescueChunks } from '#schedulers/rescue.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { reconcile } from '#src/dispatch/reconcile.ts';
import { type Chunk, overdueChunks } from '#src/store/chunks.ts';
import type { TestDispatcher } from './dispatcher.ts';

/** Empties what a test leaves in the tables and the scripted channels; the tenant and the clock stay. */
export async function clear(app: TestDispatcher): Promise<void> {
  await app.sql`TRUNCATE patients, doses, attempts, chunks, confirmations, inbound_messages, questions CASCADE`;
  for (const channel of Object.values(app.scripted)) Object.assign(channel, { sent: [], script: [], found: undefined });
}

/** The chunks nobody has taken whose moment has come, as a worker would be told of them. */
export async function readyChunks(app: TestDispatcher): Promise<Chunk[]> {
  return (await overdueChunks(app.sql, app.clock.now(), 1000)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Moves the clock, walks the ladders, and sends every chunk that is ready, until nothing is left to do at that moment. */
export async function driveTo(app: TestDispatcher, at: Date): Promise<void> {
  app.clock.set(at);
  for (let round = 0; round < 5; round++) {
    await ladderPass(app);
    const ready = await readyChunks(app);
    for (const chunk of ready) await deliverChunk(app, chunk);
    if (ready.length === 0) return;
  }
}

/** One pass of each loop of the rescue, one after the other; whether either had something to do. */
export async function rescuePass(app: Dispatcher): Promise<boolean> {
  const rescued = await rescueChunks(app);
  return (await reconcile(app)) > 0 || rescued;
}
