import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { listIncidents } from '../../store/incidents.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { KEYED, page, problems } from '../schemas/common.ts';
import { IncidentStateSchema, IncidentView, incidentView } from '../schemas/incident.ts';

export function incidentRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/incidents',
      {
        schema: {
          summary: 'What went wrong for your patients on our side, oldest first',
          tags: ['incidents'],
          querystring: Type.Object(
            { state: Type.Optional(IncidentStateSchema), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: page(IncidentView), ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const window = pageWindow(query);
        const rows = await listIncidents(app.sql, { tenantId, state: query.state ?? null, ...window });
        return toPage(rows, window, incidentView);
      },
    );
  };
}
