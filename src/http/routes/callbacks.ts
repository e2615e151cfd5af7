import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listCallbacks, readCallback, replayCallback, type StoredCallback } from '../../store/callbacks.ts';
import type { Sql } from '../../store/pool.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { CallbackEventSchema, CallbackStateSchema, CallbackView, callbackView } from '../schemas/callback.ts';
import { Id, IdParams, KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';
import { endpointDisabled } from './callback-endpoints.ts';

const tags = ['callbacks'];

/** What a tenant's systems were told, and what they were not. */
export function callbackRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/callbacks',
      {
        schema: {
          summary: 'Callbacks of the last 30 days, oldest first',
          tags,
          querystring: Type.Object(
            {
              endpoint: Type.Optional(Id),
              state: Type.Optional(CallbackStateSchema),
              event: Type.Optional(CallbackEventSchema),
              ...PageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: page(CallbackView), ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const window = pageWindow(query);
        const { endpoint = null, state = null, event = null } = query;
        const rows = await listCallbacks(app.sql, { tenantId, endpointId: endpoint, state, event, ...window });
        return toPage(rows, window, callbackView);
      },
    );

    server.get(
      '/v1/callbacks/:id',
      {
        schema: {
          summary: 'One callback, with what became of it',
          tags,
          params: IdParams,
          response: { 200: CallbackView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params }) => callbackView(await found(app.sql, { tenantId, id: params.id })),
    );

    server.post(
      '/v1/callbacks/:id/replay',
      {
        schema: {
          summary: 'Send a callback again, delivered or failed',
          description: 'Its id stays the same: who kept it knows that it is a repetition.',
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          response: { 200: CallbackView, ...problems(...KEYED_BODY, 404, 409) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const which = { tenantId: request.tenantId, id: request.params.id };
          const replayed = await replayCallback(tx, { ...which, now: app.clock.now() });
          const callback = await found(tx, which);
          if (replayed) return { status: 200, body: callbackView(callback) };
          throw callback.state === 'pending' ? stillPending() : endpointDisabled();
        }),
    );
  };
}

async function found(sql: Sql, which: { tenantId: string; id: string }): Promise<StoredCallback> {
  const callback = await readCallback(sql, which);
  if (callback === null) {
    throw new Refusal(404, 'No such callback', [{ field: 'id', detail: 'is not the id of one of your callbacks' }]);
  }
  return callback;
}

function stillPending(): Refusal {
  return new Refusal(409, 'The callback is still being tried', [
    { field: 'id', detail: 'names a callback that is tried again by itself: nextAt tells when' },
  ]);
}
