import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import { keepResponse, takeKey } from '../store/idempotency.ts';
import type { Sql } from '../store/pool.ts';
import { transaction } from '../store/transaction.ts';

/** The header of every POST under /v1. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description: '1 to 255 visible ASCII characters; the same key with the same request is carried out once',
    }),
  ),
});

/** What a POST answers: kept under its key, and given again to whoever repeats the request. */
export interface Outcome<Body> {
  status: 200 | 201;
  body: Body;
  location?: string;
}

/**
 * Carries out a POST once per Idempotency-Key, in one transaction with the handler's own writes: the key is inserted
 * first, so a concurrent repetition waits for it and then gets the same answer. A handler that throws keeps nothing.
 * `scope` separates keys of one tenant that different callers choose.
 */
export async function once<Body>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  { tenantId, scope = '' }: { tenantId: string; scope?: string },
  work: (tx: Sql) => Promise<Outcome<Body>>,
): Promise<Body> {
  const header = request.headers['idempotency-key'] as string | undefined;
  const { outcome, replayed } = await transaction(app.sql, async (tx) => {
    if (header === undefined) return { outcome: await work(tx), replayed: false };
    const key = { tenantId, key: scope + header };
    const digest = digestOf(request);
    const earlier = await takeKey(tx, key, { digest, now: app.clock.now() });
    if (earlier === null) {
      const fresh = await work(tx);
      await keepResponse(tx, key, { status: fresh.status, response: app.cipher.seal(JSON.stringify(fresh)) });
      return { outcome: fresh, replayed: false };
    }
    if (!digest.equals(earlier.digest)) throw usedBefore();
    return { outcome: JSON.parse(app.cipher.open(earlier.response)) as Outcome<Body>, replayed: true };
  });
  reply.code(outcome.status);
  if (outcome.location !== undefined) reply.header('location', outcome.location);
  if (replayed) reply.header('idempotent-replayed', 'true');
  return outcome.body;
}

function digestOf(request: FastifyRequest): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([request.method, request.url, request.body]))
    .digest();
}

function usedBefore(): Refusal {
  return new Refusal(422, 'This Idempotency-Key was used for another request', [
    { field: 'idempotency-key', detail: 'came before with another path or body: send a new key with a new request' },
  ]);
}
