import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { App } from '../../app.ts';
import { confirm } from '../confirming.ts';
import { IdempotencyHeaders } from '../idempotency.ts';
import { parseTakenAt } from '../instants.ts';
import { problems } from '../schemas/common.ts';
import { ConfirmationView, TokenConfirmationBody } from '../schemas/dose.ts';
import { doseIdOfToken, doseOfToken } from '../tokens.ts';

/** Called by the patient's device: the signed token is the only credential. */
export function confirmationRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.post(
      '/v1/confirmations',
      {
        schema: {
          summary: 'Answer a dose with the token of its push message',
          tags: ['doses'],
          security: [],
          headers: IdempotencyHeaders,
          body: TokenConfirmationBody,
          response: { 200: ConfirmationView, ...problems(400, 404, 409, 410, 413, 415, 503) },
        },
      },
      async (request, reply) => {
        const { token, action, takenAt: told } = request.body;
        const doseId = doseIdOfToken(app, token);
        const takenAt = parseTakenAt(told, action, app.clock.now());
        const ack = {
          doseId,
          answer: action,
          road: 'push_action' as const,
          ...(takenAt === undefined ? {} : { takenAt }),
        };
        return confirm(app, request, reply, {
          ack,
          field: 'token',
          // A device chooses its keys without knowing its hospital's: they never meet.
          keys: async () => ({ tenantId: (await doseOfToken(app, token)).tenantId, scope: `dose ${doseId} ` }),
        });
      },
    );
  };
}
