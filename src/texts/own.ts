import type { App } from '../app.ts';
import type { Conversation } from '../domain/conversation.ts';
import { readConversations } from '../store/conversations.ts';
import type { Sql } from '../store/pool.ts';

/** A change by another process is seen this much later at most. */
const FRESH_MS = 30_000;

interface Known {
  conversation: Conversation;
  until: number;
}

const remembered = new WeakMap<App, Map<string, Known>>();

function knownTo(app: App): Map<string, Known> {
  const known = remembered.get(app) ?? new Map<string, Known>();
  remembered.set(app, known);
  return known;
}

/** Reads the words of these tenants where they are not known, or not fresh; for `ownWords` after it. */
export async function learnWords(app: App, tenantIds: Iterable<string>, sql: Sql = app.sql): Promise<void> {
  const known = knownTo(app);
  const now = app.clock.now().getTime();
  const stale = [...new Set(tenantIds)].filter((id) => (known.get(id)?.until ?? 0) <= now);
  if (stale.length === 0) return;
  const found = await readConversations(sql, stale);
  for (const id of stale) known.set(id, { conversation: found.get(id) ?? {}, until: now + FRESH_MS });
}

/** What the tenant says in its own words, as last learned; nothing when it never was. */
export function ownWords(app: App, tenantId: string): Conversation {
  return knownTo(app).get(tenantId)?.conversation ?? {};
}

/** The tenant's words were changed here: they hold at once. */
export function forgetWords(app: App, tenantId: string): void {
  knownTo(app).delete(tenantId);
}
