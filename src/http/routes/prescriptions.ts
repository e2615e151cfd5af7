import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import {
  type Accepted,
  changePrescription,
  createPrescription,
  noPrescription,
  previewPrescription,
} from '../../intake/commands.ts';
import { regimenInWords } from '../../regimen/words.ts';
import { listPrescriptions, readPrescription } from '../../store/prescriptions.ts';
import { transaction } from '../../store/transaction.ts';
import { patientIdOf } from '../filters.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { ExternalId, IdParams, KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';
import {
  AcceptedView,
  PrescriptionBody,
  PrescriptionChangeBody,
  PrescriptionView,
  PreviewView,
  prescriptionView,
  toChange,
  toNewPrescription,
} from '../schemas/prescription.ts';
import { languageFor, warningView } from '../schemas/warning.ts';

const PREVIEW_LIMIT = 200;
const tags = ['prescriptions'];

export function prescriptionRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.post(
      '/v1/prescriptions',
      {
        schema: {
          summary: 'Create a prescription; its doses are planned from now',
          tags,
          headers: IdempotencyHeaders,
          body: PrescriptionBody,
          response: { 201: AcceptedView, ...problems(...KEYED_BODY, 409) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const created = await createPrescription(app, tx, request.tenantId, toNewPrescription(request.body));
          const location = `/v1/prescriptions/${created.prescription.id}`;
          return { status: 201, body: acceptedView(created, request.headers), location };
        }),
    );

    server.post(
      '/v1/prescriptions/preview',
      {
        schema: {
          summary: 'The exact doses a prescription would lead to; stores nothing',
          description:
            'Takes the body of POST /v1/prescriptions and refuses what that would refuse, with the same problem. Says the regimen in words, and what a person should look at.',
          tags,
          headers: IdempotencyHeaders,
          querystring: Type.Object(
            {
              days: Type.Optional(
                Type.Integer({ minimum: 1, maximum: 366, default: 7, description: 'a whole number from 1 to 366' }),
              ),
            },
            { additionalProperties: false },
          ),
          body: PrescriptionBody,
          response: { 200: PreviewView, ...problems(...KEYED_BODY) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const command = toNewPrescription(request.body);
          const asked = { command, days: request.query.days ?? 7, limit: PREVIEW_LIMIT + 1 };
          const { patient, doses, warnings } = await previewPrescription(app, tx, request.tenantId, asked);
          const language = languageFor(request.headers, patient.locale);
          const shown = doses.slice(0, PREVIEW_LIMIT).map(({ at, localDate, localTime }) => ({
            dueAt: at.toISOString(),
            localDate,
            localTime,
          }));
          const body = {
            zone: patient.zone,
            words: regimenInWords(command.regimen, patient.zone, language),
            warnings: warnings.map((warning) => warningView(warning, language)),
            doses: shown,
            more: doses.length > PREVIEW_LIMIT,
          };
          return { status: 200, body };
        }),
    );

    server.get(
      '/v1/prescriptions',
      {
        schema: {
          summary: 'Prescriptions in the order they were created',
          tags,
          querystring: Type.Object(
            { patient: Type.Optional(ExternalId), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: page(PrescriptionView), ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const window = pageWindow(query);
        const patientId = query.patient === undefined ? null : await patientIdOf(app.sql, tenantId, query.patient);
        const rows = await listPrescriptions(app.sql, app.cipher, { tenantId, patientId, ...window });
        return toPage(rows, window, prescriptionView);
      },
    );

    server.get(
      '/v1/prescriptions/:id',
      {
        schema: {
          summary: 'A prescription as it stands',
          tags,
          params: IdParams,
          response: { 200: PrescriptionView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params }) => {
        const found = await readPrescription(app.sql, app.cipher, { tenantId, id: params.id });
        if (found === null) throw noPrescription();
        return prescriptionView(found);
      },
    );

    server.patch(
      '/v1/prescriptions/:id',
      {
        schema: {
          summary: 'Change, pause, resume or stop a prescription',
          description:
            'The doses not due yet are cancelled (excluded by a pause) and planned anew; what was due is never rewritten.',
          tags,
          params: IdParams,
          body: PrescriptionChangeBody,
          response: { 200: AcceptedView, ...problems(...KEYED_BODY, 404, 409) },
        },
      },
      async ({ tenantId, params, body, headers }) =>
        acceptedView(
          await transaction(app.sql, (tx) => changePrescription(app, tx, tenantId, params.id, toChange(body))),
          headers,
        ),
    );
  };
}

function acceptedView(
  { prescription, patient, warnings }: Accepted,
  headers: { 'accept-language'?: string | undefined },
) {
  const language = languageFor(headers, patient.locale);
  return { ...prescriptionView(prescription), warnings: warnings.map((warning) => warningView(warning, language)) };
}
