import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, sendProblem } from './errors.ts';

/** Answers what matches no route: 405 with the methods the path does have, else 404. */
export function handleUnmatched(server: FastifyInstance): void {
  const routes: { path: RegExp; methods: string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    const path = url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace('*', '.*');
    routes.push({ path: new RegExp(`^${path}$`), methods: [method].flat() });
  });
  server.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const [path = ''] = request.url.split('?');
    const methods = routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
    if (methods.length === 0) {
      return sendProblem(
        reply,
        problem(404, 'No such path', [{ field: 'path', detail: 'is not part of this API: see /docs' }]),
      );
    }
    const allow = [...new Set(methods)].join(', ');
    reply.header('allow', allow);
    return sendProblem(
      reply,
      problem(405, 'The method is not allowed here', [{ field: 'method', detail: `must be one of ${allow}` }]),
    );
  });
}
