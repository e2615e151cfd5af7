import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import { tenantOfKey } from '../store/tenants.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The tenant of the API key; set on every route behind `authenticate`. */
    tenantId: string;
  }
}

const CACHE_MS = 60_000;

/** The hook that turns `Authorization: Bearer <API key>` into `request.tenantId`; a revoked key works 60 s longer at most. */
export function authenticate(app: App): (request: FastifyRequest) => Promise<void> {
  const cache = new Map<string, { tenantId: string; until: number }>();
  return async (request) => {
    const key = /^Bearer (dbk_[\w-]{43})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined) throw unauthenticated('must be "Bearer" and an API key such as dbk_…');
    const hash = createHash('sha256').update(key).digest();
    const now = app.clock.now().getTime();
    const known = cache.get(hash.toString('hex'));
    if (known !== undefined && known.until > now) {
      request.tenantId = known.tenantId;
      return;
    }
    const tenantId = await tenantOfKey(app.sql, hash);
    if (tenantId === null) throw unauthenticated('has an API key that is unknown or revoked: ask for a new one');
    cache.set(hash.toString('hex'), { tenantId, until: now + CACHE_MS });
    request.tenantId = tenantId;
  };
}

function unauthenticated(detail: string): Refusal {
  return new Refusal(401, 'An API key is needed', [{ field: 'authorization', detail }]);
}
