import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  acknowledgeEscalation,
  listEscalations,
  readEscalation,
  resolveEscalation,
  type StoredEscalation,
} from '../../store/escalations.ts';
import type { Sql } from '../../store/pool.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { IdParams, KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';
import {
  AcknowledgeBody,
  EscalationStateSchema,
  EscalationView,
  escalationView,
  ResolveBody,
} from '../schemas/escalation.ts';

const tags = ['escalations'];
const changed = { 200: EscalationView, ...problems(...KEYED_BODY, 404, 409) };

export function escalationRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/escalations',
      {
        schema: {
          summary: 'Cases, oldest first',
          tags,
          querystring: Type.Object(
            { state: Type.Optional(EscalationStateSchema), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: page(EscalationView), ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const window = pageWindow(query);
        const rows = await listEscalations(app.sql, app.cipher, { tenantId, state: query.state ?? null, ...window });
        return toPage(rows, window, escalationView);
      },
    );

    server.post(
      '/v1/escalations/:id/acknowledge',
      {
        schema: {
          summary: 'A clinician takes a case',
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          body: AcknowledgeBody,
          response: changed,
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const which = { tenantId: request.tenantId, id: request.params.id };
          const done = await acknowledgeEscalation(tx, app.cipher, {
            ...which,
            by: request.body.by,
            now: app.clock.now(),
          });
          return { status: 200, body: escalationView(await changedCase(tx, which, done)) };
        }),
    );

    server.post(
      '/v1/escalations/:id/resolve',
      {
        schema: {
          summary: 'A clinician closes a case',
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          body: ResolveBody,
          response: changed,
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const which = { tenantId: request.tenantId, id: request.params.id };
          const done = await resolveEscalation(tx, app.cipher, { ...which, ...request.body, now: app.clock.now() });
          return { status: 200, body: escalationView(await changedCase(tx, which, done)) };
        }),
    );
  };

  /** The case after a change. Throws 404 when there is none, 409 when its state did not allow the change. */
  async function changedCase(
    tx: Sql,
    which: { tenantId: string; id: string },
    done: boolean,
  ): Promise<StoredEscalation> {
    const found = await readEscalation(tx, app.cipher, which);
    if (found === null)
      throw new Refusal(404, 'No such case', [{ field: 'id', detail: 'is not the id of one of your cases' }]);
    if (!done) {
      throw new Refusal(409, `The case is ${found.state} already`, [
        { field: 'id', detail: `names a case that is ${found.state}: nothing was changed` },
      ]);
    }
    return found;
  }
}
