import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { recordAck } from '../../ack/record.ts';
import type { App } from '../../app.ts';
import { noDose } from '../confirming.ts';
import { handleError, toProblem } from '../errors.ts';
import { dosePage, PAGE_HEADERS, problemPage } from '../link-page.ts';
import { problems } from '../schemas/common.ts';
import { doseIdOfToken, doseOfToken } from '../tokens.ts';

const Params = Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) });
const Form = Type.Object({ action: Type.Enum(['taken', 'skipped', 'snoozed']) }, { additionalProperties: false });
const schema = { tags: ['doses'], security: [], params: Params };

/**
 * The page behind the link of a reminder. GET shows and never confirms, since mail scanners follow links; POST confirms.
 */
export function linkRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.removeAllContentTypeParsers();
    await server.register(formbody);
    server.addHook('onRequest', async (_request, reply) => {
      reply.headers(PAGE_HEADERS);
    });
    server.setErrorHandler(pageForError);

    server.get(
      '/c/:token',
      { schema: { ...schema, summary: 'The page of a dose; shows, never confirms', response: problems(404, 410) } },
      async ({ params }, reply) => {
        const dose = await doseOfToken(app, params.token);
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
        const doseId = doseIdOfToken(app, params.token);
        const result = await recordAck(app, { doseId, answer: body.action, road: 'link' });
        if (result === null) throw noDose('token');
        const refused = result.effect === 'refused';
        if (refused) reply.code(409);
        return sendPage(reply, dosePage(result.dose, app.clock.now(), { answer: body.action, refused }));
      },
    );
  };
}

/** A browser gets a page in its language, anything else the problem document. */
function pageForError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = toProblem(error);
  if (status === 500 || !request.headers.accept?.includes('text/html')) return handleError(error, request, reply);
  if (status === 503) reply.header('retry-after', '1');
  return sendPage(reply.code(status), problemPage(status, request.headers['accept-language']));
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}
