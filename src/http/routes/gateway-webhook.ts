import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { receiptIn } from '#channels/sms-http/answers.ts';
import { isOurCallback } from '#channels/sms-http/callbacks.ts';
import type { HttpGateway } from '#channels/sms-http/gateway.ts';
import type { App } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import { applyReceipts } from '../../dispatch/receipts.ts';
import { timeOf } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { Id, problems } from '../schemas/common.ts';

type CalledBack = HttpGateway & { callback: NonNullable<HttpGateway['callback']> };

/** Days after its message a URL is good for nothing any more: no gateway tells of a message so late. */
const GOOD_DAYS = 7;

/** What the HTTP SMS gateway calls: JSON or a form, at a URL that we signed for one attempt. */
export function gatewayRoutes(app: App, gateway: CalledBack): FastifyPluginAsyncTypebox {
  return async (server) => {
    await server.register(formbody);
    server.post(
      '/webhooks/sms/:attempt',
      {
        schema: {
          summary: 'The status of a message we sent through the HTTP SMS gateway',
          tags: ['webhooks'],
          security: [],
          params: Type.Object({ attempt: Id }),
          querystring: Type.Object({ signature: Type.Optional(Type.String()) }, { additionalProperties: true }),
          body: Type.Record(Type.String(), Type.Unknown()),
          response: { 204: Type.Null(), ...problems(403, 410, 413, 415) },
        },
      },
      async ({ params: { attempt }, query: { signature = '' }, body }, reply) => {
        if (!isOurCallback(gateway.callback.secret, attempt, signature)) {
          throw new Refusal(403, 'The signature is not valid', [
            { field: 'signature', detail: 'must be the one of the URL given with the message' },
          ]);
        }
        if (app.clock.now() > plusSeconds(timeOf(attempt), GOOD_DAYS * 86_400)) {
          throw new Refusal(410, 'The callback is too late', [
            { field: 'attempt', detail: `was sent more than ${GOOD_DAYS} days ago: tell of newer messages only` },
          ]);
        }
        const receipt = receiptIn(gateway, attempt, body);
        if (receipt === null) {
          const detail = `must have an id at ${gateway.callback.id}, and at ${gateway.callback.status} a status that SMS_HTTP knows`;
          throw new Refusal(422, 'The callback is incomplete', [{ field: 'body', detail }]);
        }
        await applyReceipts(app, [receipt]);
        return reply.code(204).send(null);
      },
    );
  };
}
