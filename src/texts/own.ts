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

/**
 * What `say` makes of the tenant's own words. A text of its own that cannot be filled in is told to the log and keeps nothing
 * from leaving or being recorded: then it is the shipped ones.
 */
export function inOwnWords<T>(app: App, tenantId: string, text: string, say: (own: Conversation) => T): T {
  const own = ownWords(app, tenantId);
  try {
    return say(own);
  } catch {
    app.log.warn({ tenant: tenantId, text }, "a tenant's own text cannot be filled in: the shipped one is sent");
    const { texts: _, ...names } = own;
    return say(names);
  }
}

/** The tenant's words were changed here: they hold at once. */
export function forgetWords(app: App, tenantId: string): void {
  knownTo(app).delete(tenantId);
}
