import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { recordAck } from '../../ack/record.ts';
import type { App } from '../../app.ts';
import { noDose } from '../confirming.ts';
import { dosePage } from '../link-page.ts';
import { sendPage, servePages } from '../pages.ts';
import { problems } from '../schemas/common.ts';
import { doseOfToken, tokenFor } from '../tokens.ts';

const Params = Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) });
const Form = Type.Object({ action: Type.Enum(['taken', 'skipped', 'snoozed']) }, { additionalProperties: false });
const schema = { tags: ['doses'], security: [], params: Params };

/**
 * The page behind the link of a reminder. GET shows and never confirms, since mail scanners follow links; POST confirms.
 */
export function linkRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    await servePages(server);

    server.get(
      '/c/:token',
      { schema: { ...schema, summary: 'The page of a dose; shows, never confirms', response: problems(404, 410) } },
      async ({ params }, reply) => {
        const dose = await doseOfToken(app, tokenFor(app, params.token, ['link']).doseId);
        return sendPage(reply, dosePage(dose, app.clock.now()));
      },
    );

    server.post(
      '/c/:token',
      {
        schema: {
          ...schema,
          summary: 'Answer a dose from its page (a form)',
          body: Form,
          response: problems(404, 409, 410, 415, 503),
        },
      },
      async ({ params, body }, reply) => {
        const { doseId } = tokenFor(app, params.token, ['link']);
        const result = await recordAck(app, { doseId, answer: body.action, road: 'link' });
        if (result === null) throw noDose('token');
        const refused = result.effect === 'refused';
        if (refused) reply.code(409);
        return sendPage(reply, dosePage(result.dose, app.clock.now(), { answer: body.action, refused }));
      },
    );
  };
}
