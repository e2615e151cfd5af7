import type { Conversation } from '../domain/conversation.ts';
import type { Sql } from './pool.ts';

/** What these tenants say in their own words, by tenant. */
export async function readConversations(sql: Sql, tenantIds: string[]): Promise<Map<string, Conversation>> {
  const rows = await sql<{ id: string; conversation: Conversation }[]>`
    SELECT id, conversation FROM tenants WHERE id = ANY(${tenantIds}::uuid[])`;
  return new Map(rows.map(({ id, conversation }) => [id, conversation]));
}

/** Replaces all of it. */
export async function writeConversation(sql: Sql, tenantId: string, conversation: Conversation): Promise<void> {
  await sql`UPDATE tenants SET conversation = ${sql.json({ ...conversation } as never)} WHERE id = ${tenantId}`;
}
