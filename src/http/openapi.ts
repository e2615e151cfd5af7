import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { openapiWebhooks } from './schemas/callback.ts';
import { ProblemSchema } from './schemas/common.ts';

const DESCRIPTION = `Reminders for every dose, and whether each was answered.

Every request under /v1 carries \`Authorization: Bearer <API key>\`. Every POST may carry an \`Idempotency-Key\`: the same
key with the same request is carried out once, and its answer is given again with \`idempotent-replayed: true\`.
Refusals are RFC 9457 problem documents whose \`errors\` name each field and how to mend it. Lists give a \`next\` cursor.
Times are RFC 3339 instants; the times of a regimen are wall clock in the patient's zone.`;

/** OpenAPI 3.1 at /openapi.json, from the very schemas that validate; browsable at /docs. */
export async function registerOpenapi(server: FastifyInstance, publicUrl: string): Promise<void> {
  server.addSchema(ProblemSchema);
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'dosebell', version: '1', description: DESCRIPTION },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'the API key of a tenant: dbk_…' } },
      },
      security: [{ apiKey: [] }],
      webhooks: openapiWebhooks(),
      tags: [
        { name: 'patients', description: 'Who is reminded, and how they are reached' },
        { name: 'prescriptions', description: 'What is to be taken, and when' },
        { name: 'doses', description: 'Each occurrence, its answers and its trace' },
        { name: 'escalations', description: 'Cases for a clinician' },
        { name: 'messages', description: 'What is written to a patient, and by one' },
        { name: 'conversation', description: 'Your own words: texts, phrases, and what they cost' },
        { name: 'incidents', description: 'What went wrong on our side, and whom it touched' },
        { name: 'dead letters', description: 'Doses and messages that were set aside, and how they go on' },
        {
          name: 'callbacks',
          description: 'Your own systems are told of what happens (Standard Webhooks): docs/callbacks.md',
        },
        { name: 'reports', description: 'Computed from the doses at each call' },
        { name: 'webhooks', description: 'What providers call' },
        { name: 'operations', description: 'Health and metrics' },
      ],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
}
