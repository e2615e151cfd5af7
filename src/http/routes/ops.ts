import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { missingMigrations } from '../../store/readiness.ts';
import { problem, sendProblem } from '../errors.ts';
import { problems } from '../schemas/common.ts';
import { exposeSilenceAge } from '../silence-age.ts';

const Status = Type.Object({ status: Type.Literal('ok') });
const tags = ['operations'];

/** Health, readiness and this process's own metrics; the gauges counted from the rows are the scheduler's. */
export function opsRoutes(app: App): FastifyPluginAsyncTypebox {
  exposeSilenceAge(app);
  return async (server) => {
    server.get(
      '/healthz',
      { schema: { summary: 'The process is alive', tags, security: [], response: { 200: Status } } },
      async () => ({ status: 'ok' as const }),
    );

    server.get(
      '/readyz',
      {
        schema: {
          summary: 'PostgreSQL answers and is migrated',
          tags,
          security: [],
          response: { 200: Status, ...problems(503) },
        },
      },
      async (_request, reply) => {
        const missing = await missingMigrations(app.sql).catch(() => null);
        if (missing?.length === 0) return { status: 'ok' as const };
        const detail = missing === null ? 'does not answer' : `lacks the migrations ${missing.join(', ')}`;
        return sendProblem(reply, problem(503, 'Not ready', [{ field: 'postgresql', detail }])) as never;
      },
    );

    server.get(
      '/metrics',
      { schema: { summary: 'Metrics in the format of Prometheus', tags, security: [] } },
      async (_request, reply) =>
        reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics()),
    );
  };
}
