import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#src/app.ts';

/** Waits, ten seconds at most, until the worker has written the outcomes of what the providers accepted. */
export async function allWritten(app: App): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const [row] = await app.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM chunks WHERE state <> 'done'`;
    if (row?.n === 0) return;
    await sleep(100);
  }
}

/**
 * The ids of the messages that our own rows have, by tenant, of doses due in `[from, to]`; `problems` tells the doses that
 * have not exactly one, and the messages that are not accepted.
 */
export async function messagesOf(
  app: App,
  { from, to }: { from: Date; to: Date },
): Promise<{ ids: Map<string, string[]>; problems: string[] }> {
  const rows = await app.sql<{ tenantId: string; ids: string[] }[]>`
    SELECT tenant_id AS "tenantId", array_agg(id) AS ids FROM attempts
    WHERE due_at BETWEEN ${from} AND ${to} GROUP BY tenant_id`;
  const wrong = await app.sql<{ id: string; n: number }[]>`
    SELECT d.id, count(a.id)::int AS n FROM doses d LEFT JOIN attempts a ON a.dose_id = d.id
    WHERE d.due_at BETWEEN ${from} AND ${to} GROUP BY d.id HAVING count(a.id) <> 1`;
  const open = await app.sql<{ id: string; channel: string; state: string; code: string | null }[]>`
    SELECT id, channel, state, code FROM attempts WHERE due_at BETWEEN ${from} AND ${to} AND accepted_at IS NULL`;
  return {
    ids: new Map(rows.map(({ tenantId, ids }) => [tenantId, ids])),
    problems: [
      ...wrong.map(({ id, n }) => `dose ${id} has ${n} messages`),
      ...open.map(({ id, channel, state, code }) => `message ${id} by ${channel} is ${state} in our books (${code})`),
    ],
  };
}
