import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { recordAck } from '../../ack/record.ts';
import type { App } from '../../app.ts';
import { confirmationView, noDose, refuseUnapplied } from '../confirming.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { parseTakenAt } from '../instants.ts';
import { problems } from '../schemas/common.ts';
import { ConfirmationView, TokenConfirmationBody } from '../schemas/dose.ts';
import { doseOfToken } from '../tokens.ts';

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
          response: { 200: ConfirmationView, ...problems(400, 404, 409, 410, 413, 415) },
        },
      },
      async (request, reply) => {
        const { token, action, takenAt: told } = request.body;
        const dose = await doseOfToken(app, token);
        const takenAt = parseTakenAt(told, action, app.clock.now());
        const ack = {
          doseId: dose.id,
          answer: action,
          road: 'push_action' as const,
          ...(takenAt === undefined ? {} : { takenAt }),
        };
        // A device chooses its keys without knowing its hospital's: they never meet.
        const scope = { tenantId: dose.tenantId, scope: `dose ${dose.id} ` };
        const outcome = await once(app, request, reply, scope, async (tx) => {
          const result = await recordAck(app, ack, tx);
          if (result === null) throw noDose('token');
          return { status: 200, body: confirmationView(result) };
        });
        return refuseUnapplied(outcome);
      },
    );
  };
}
