import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { App } from '../../app.ts';
import type { Answer, AnswerRoad } from '../../domain/dose.ts';
import { confirm } from '../confirming.ts';
import { IdempotencyHeaders } from '../idempotency.ts';
import { parseTakenAt } from '../instants.ts';
import { problems } from '../schemas/common.ts';
import { ConfirmationView, TokenConfirmationBody } from '../schemas/dose.ts';
import { doseOfToken, tokenFor } from '../tokens.ts';

/** The tokens that are answered with here; which one it is tells the road. */
const ROADS = { push: 'push_action', webpush: 'webpush_action' } as const satisfies Record<string, AnswerRoad>;
type ActionPurpose = keyof typeof ROADS;
const PURPOSES = Object.keys(ROADS) as ActionPurpose[];

/** A tenant's own page calls from its origin. No cookie and no key is involved, so every origin may. */
const CORS = { 'access-control-allow-origin': '*', 'access-control-max-age': '86400' };
const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type, idempotency-key',
};

/** Called by the patient's device: the signed token is the only credential. */
export function confirmationRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.addHook('onRequest', async (_request, reply) => {
      reply.headers(CORS);
    });
    server.options('/v1/confirmations', { schema: { hide: true } }, async (_request, reply) =>
      reply.code(204).headers(PREFLIGHT).send(),
    );
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
        const { doseId, purpose, expiresAt } = tokenFor(app, token, PURPOSES);
        const takenAt = parseTakenAt(told, action, app.clock.now());
        const ack = {
          doseId,
          answer: action,
          road: ROADS[purpose],
          sourceId: sourceOf(purpose, doseId, action, expiresAt),
          ...(takenAt === undefined ? {} : { takenAt }),
        };
        return confirm(app, request, reply, {
          ack,
          field: 'token',
          // A device chooses its keys without knowing its hospital's: they never meet.
          keys: async () => ({ tenantId: (await doseOfToken(app, doseId)).tenantId, scope: `dose ${doseId} ` }),
        });
      },
    );
  };
}

/**
 * What counts once, however often it is sent: that a dose was taken or skipped, and each reminder being put off. The reminders of
 * a dose are told apart by the expiry that their tokens were signed with.
 */
function sourceOf(purpose: ActionPurpose, doseId: string, action: Answer, expiresAt: Date): string {
  const which = action === 'snoozed' ? `:${expiresAt.getTime() / 1000}` : '';
  return `${purpose}:${doseId}:${action}${which}`;
}
