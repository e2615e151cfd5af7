import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { newSecret } from '../../callbacks/signature.ts';
import { endpointUrl } from '../../callbacks/url.ts';
import { plusSeconds } from '../../clock.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  type CallbackEndpoint,
  changeEndpoint,
  countEndpoints,
  createEndpoint,
  type EndpointChange,
  listEndpoints,
  readEndpoint,
  removeEndpoint,
  rotateSecret,
} from '../../store/callback-endpoints.ts';
import { enqueueTest, readCallback, replayFailed, type StoredCallback } from '../../store/callbacks.ts';
import type { Sql } from '../../store/pool.ts';
import { transaction } from '../../store/transaction.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import {
  CallbackView,
  callbackView,
  EndpointBody,
  EndpointChangeBody,
  EndpointView,
  endpointView,
  NewEndpointView,
  PeriodBody,
  ReplayedView,
  RotatedView,
} from '../schemas/callback.ts';
import { IdParams, KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';

const tags = ['callbacks'];
/** A tenant has at most this many endpoints: each costs every look for what is due. */
const MOST_ENDPOINTS = 20;
/** A secret that was replaced signs for so long beside the new one, in seconds. */
const OLD_SECRET_SECONDS = 24 * 3600;
/** Callbacks replayed by one request. */
const MOST_REPLAYED = 10_000;

/** Where a tenant's own systems are told of what happens. */
export function callbackEndpointRoutes(app: App): FastifyPluginAsyncTypebox {
  const checked = (url: string) => endpointUrl(url, app.config.callbacks.allowPrivate);
  return async (server) => {
    server.post(
      '/v1/callback-endpoints',
      {
        schema: {
          summary: 'Have a system of yours told of events, from now on',
          tags,
          headers: IdempotencyHeaders,
          body: EndpointBody,
          response: { 201: NewEndpointView, ...problems(...KEYED_BODY, 409) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const url = checked(request.body.url);
          const { tenantId } = request;
          if ((await countEndpoints(tx, tenantId)) >= MOST_ENDPOINTS) throw tooMany();
          const secret = newSecret();
          const { events } = request.body;
          const made = await createEndpoint(tx, app.cipher, { tenantId, url, secret, events, now: app.clock.now() });
          const location = `/v1/callback-endpoints/${made.id}`;
          return { status: 201, body: { ...endpointView(made), secret }, location };
        }),
    );

    server.get(
      '/v1/callback-endpoints',
      {
        schema: {
          summary: 'Your endpoints, oldest first',
          tags,
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: page(EndpointView), ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const window = pageWindow(query);
        return toPage(await listEndpoints(app.sql, app.cipher, { tenantId, ...window }), window, endpointView);
      },
    );

    server.get(
      '/v1/callback-endpoints/:id',
      {
        schema: {
          summary: 'One endpoint',
          tags,
          params: IdParams,
          response: { 200: EndpointView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params }) => endpointView(await found(app.sql, { tenantId, id: params.id })),
    );

    server.patch(
      '/v1/callback-endpoints/:id',
      {
        schema: {
          summary: 'Change an endpoint; enabling it goes on with what waits for it',
          tags,
          params: IdParams,
          body: EndpointChangeBody,
          response: { 200: EndpointView, ...problems(...KEYED_BODY, 404) },
        },
      },
      async ({ tenantId, params: { id }, body }) => {
        const { url, ...others } = body;
        const change: EndpointChange = url === undefined ? others : { ...others, url: checked(url) };
        const changed = await transaction(app.sql, (tx) =>
          changeEndpoint(tx, app.cipher, { tenantId, id, change, now: app.clock.now() }),
        );
        if (changed === null) throw noEndpoint();
        return endpointView(changed);
      },
    );

    server.delete(
      '/v1/callback-endpoints/:id',
      {
        schema: {
          summary: 'Remove an endpoint, with what it was not told yet',
          tags,
          params: IdParams,
          response: { 204: Type.Null({ description: 'It is gone' }), ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params: { id } }, reply) => {
        const now = app.clock.now();
        if (!(await transaction(app.sql, (tx) => removeEndpoint(tx, { tenantId, id, now })))) throw noEndpoint();
        return reply.code(204).send(null);
      },
    );

    server.post(
      '/v1/callback-endpoints/:id/rotate-secret',
      {
        schema: {
          summary: 'A new secret; the old one signs beside it for a day',
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          response: { 200: RotatedView, ...problems(...KEYED_BODY, 404) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const which = { tenantId: request.tenantId, id: request.params.id };
          const secret = newSecret();
          const oldUntil = plusSeconds(app.clock.now(), OLD_SECRET_SECONDS);
          if (!(await rotateSecret(tx, app.cipher, { ...which, secret, oldUntil }))) throw noEndpoint();
          return { status: 200, body: { secret, oldSecretUntil: oldUntil.toISOString() } };
        }),
    );

    server.post(
      '/v1/callback-endpoints/:id/test',
      {
        schema: {
          summary: 'Send a callback.test event',
          description: 'Look it up at /v1/callbacks/{id} to see what the endpoint answered.',
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          response: { 201: CallbackView, ...problems(...KEYED_BODY, 404, 409) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const { tenantId } = request;
          const endpoint = await enabled(tx, { tenantId, id: request.params.id });
          const id = await enqueueTest(tx, { tenantId, endpointId: endpoint.id, now: app.clock.now() });
          const body = callbackView((await readCallback(tx, { tenantId, id })) as StoredCallback);
          return { status: 201, body, location: `/v1/callbacks/${id}` };
        }),
    );

    server.post(
      '/v1/callback-endpoints/:id/replay',
      {
        schema: {
          summary: 'Send again what has failed since',
          description: `The oldest ${MOST_REPLAYED} at most; \`more\` tells that there are others. Ids stay as they are.`,
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          body: PeriodBody,
          response: { 200: ReplayedView, ...problems(...KEYED_BODY, 404, 409) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const now = app.clock.now();
          const { tenantId } = request;
          const period = { from: new Date(request.body.from), to: new Date(request.body.to ?? now) };
          if (period.from >= period.to) throw emptyPeriod(request.body.to === undefined);
          const { id: endpointId } = await enabled(tx, { tenantId, id: request.params.id });
          const replayed = await replayFailed(tx, { tenantId, endpointId, ...period, now, limit: MOST_REPLAYED });
          return { status: 200, body: { replayed, more: replayed === MOST_REPLAYED } };
        }),
    );
  };

  async function found(sql: Sql, which: { tenantId: string; id: string }): Promise<CallbackEndpoint> {
    const endpoint = await readEndpoint(sql, app.cipher, which);
    if (endpoint === null) throw noEndpoint();
    return endpoint;
  }

  async function enabled(sql: Sql, which: { tenantId: string; id: string }): Promise<CallbackEndpoint> {
    const endpoint = await found(sql, which);
    if (endpoint.state === 'disabled') throw endpointDisabled();
    return endpoint;
  }
}

function noEndpoint(): Refusal {
  return new Refusal(404, 'No such endpoint', [{ field: 'id', detail: 'is not the id of one of your endpoints' }]);
}

/** Nothing is sent to a disabled endpoint. */
export function endpointDisabled(): Refusal {
  return new Refusal(409, 'The endpoint is disabled', [
    { field: 'id', detail: 'leads to a disabled endpoint: enable it first with PATCH {"state":"enabled"}' },
  ]);
}

function tooMany(): Refusal {
  return new Refusal(409, 'There are too many endpoints', [
    { field: 'url', detail: `would be the endpoint after the ${MOST_ENDPOINTS}th: remove one you no longer need` },
  ]);
}

function emptyPeriod(isOpen: boolean): Refusal {
  return new Refusal(422, 'The period is not valid', [
    isOpen ? { field: 'from', detail: 'must be in the past' } : { field: 'to', detail: 'must be after from' },
  ]);
}
