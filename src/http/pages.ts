import formbody from '@fastify/formbody';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { handleError, toProblem } from './errors.ts';
import { problemPage } from './link-page.ts';
import { PAGE_HEADERS } from './page-frame.ts';

/** Makes the routes of this server pages behind links: they take forms, and a browser gets a page where one is refused. */
export async function servePages(server: FastifyInstance): Promise<void> {
  server.removeAllContentTypeParsers();
  await server.register(formbody);
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(PAGE_HEADERS);
  });
  server.setErrorHandler(pageForError);
}

/** A browser gets a page in its language, anything else the problem document. */
function pageForError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = toProblem(error);
  if (status === 500 || !request.headers.accept?.includes('text/html')) return handleError(error, request, reply);
  if (status === 503) reply.header('retry-after', '1');
  return sendPage(reply.code(status), problemPage(status, request.headers['accept-language']));
}

export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}
