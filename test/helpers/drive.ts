import { ladderPass } from '#schedulers/ladder.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import type { TestDispatcher } from './dispatcher.ts';

/** Empties what a test leaves in the tables and the scripted channels; the tenant and the clock stay. */
export async function clear(app: TestDispatcher): Promise<void> {
  await app.sql`TRUNCATE patients, doses, attempts, chunks, confirmations, inbound_messages CASCADE`;
  for (const channel of Object.values(app.scripted)) Object.assign(channel, { sent: [], script: [], found: undefined });
}

/** The chunks nobody has taken whose moment has come, as a worker would be told of them. */
export async function readyChunks(app: TestDispatcher): Promise<string[]> {
  const rows = await app.sql<{ id: string }[]>`
    SELECT id FROM chunks WHERE state = 'queued' AND ready_at <= ${app.clock.now()} ORDER BY id`;
  return rows.map((row) => row.id);
}

/** Moves the clock, walks the ladders, and sends every chunk that is ready, until nothing is left to do at that moment. */
export async function driveTo(app: TestDispatcher, at: Date): Promise<void> {
  app.clock.set(at);
  for (let round = 0; round < 5; round++) {
    await ladderPass(app);
    const ready = await readyChunks(app);
    for (const id of ready) await deliverChunk(app, id);
    if (ready.length === 0) return;
  }
}
