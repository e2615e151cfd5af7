import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { noPrescription } from '../../intake/commands.ts';
import { listDoses, readDose, readTrace } from '../../store/dose-reads.ts';
import { readPrescription } from '../../store/prescriptions.ts';
import { confirm, noDose } from '../confirming.ts';
import { IdempotencyHeaders } from '../idempotency.ts';
import { parseTakenAt } from '../instants.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { IdParams, KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';
import {
  ConfirmationBody,
  ConfirmationView,
  DoseStateSchema,
  DoseTraceView,
  DoseView,
  doseTraceView,
  doseView,
} from '../schemas/dose.ts';

const tags = ['doses'];

export function doseRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/prescriptions/:id/doses',
      {
        schema: {
          summary: 'The doses of a prescription by due time, cancelled ones too',
          tags,
          params: IdParams,
          querystring: Type.Object(
            { state: Type.Optional(DoseStateSchema), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: page(DoseView), ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params, query }) => {
        const window = pageWindow(query);
        const prescription = await readPrescription(app.sql, app.cipher, { tenantId, id: params.id });
        if (prescription === null) throw noPrescription();
        const { id: prescriptionId, patientId } = prescription;
        const rows = await listDoses(app.sql, { prescriptionId, patientId, state: query.state ?? null, ...window });
        return toPage(rows, window, doseView);
      },
    );

    server.get(
      '/v1/doses/:id',
      {
        schema: {
          summary: 'A dose with all that happened around it',
          description:
            'Rule version, tz database, attempts with what the providers said, answers, cases. Never an address.',
          tags,
          params: IdParams,
          response: { 200: DoseTraceView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params }) => {
        const dose = await readDose(app.sql, params.id);
        if (dose === null || dose.tenantId !== tenantId) throw noDose('id');
        return doseTraceView(dose, await readTrace(app.sql, app.cipher, dose));
      },
    );

    server.post(
      '/v1/doses/:id/confirmations',
      {
        schema: {
          summary: 'Record an answer to a dose: taken, skipped or snoozed',
          description: 'Every answer is kept; one that cannot change the dose any more is answered 409.',
          tags,
          params: IdParams,
          headers: IdempotencyHeaders,
          body: ConfirmationBody,
          response: { 200: ConfirmationView, ...problems(...KEYED_BODY, 404, 409, 503) },
        },
      },
      async (request, reply) => {
        const { tenantId, params, body } = request;
        const takenAt = parseTakenAt(body.takenAt, body.answer, app.clock.now());
        const ack = {
          doseId: params.id,
          tenantId,
          answer: body.answer,
          road: 'api' as const,
          ...(takenAt === undefined ? {} : { takenAt }),
          ...(body.reason === undefined ? {} : { reason: body.reason }),
        };
        return confirm(app, request, reply, { ack, field: 'id', keys: async () => ({ tenantId }) });
      },
    );
  };
}
