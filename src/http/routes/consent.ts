import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { consentHistory } from '../../store/consents.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { KEYED, problems } from '../schemas/common.ts';
import { ConsentView, consentEventView, consentNow } from '../schemas/consent.ts';
import { PatientParams } from '../schemas/patient.ts';
import { ownPatient } from './patients.ts';

export function consentRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/patients/:externalId/consent',
      {
        schema: {
          summary: 'What a patient agrees to now, and every change of it, newest first',
          description:
            'Changes come by PUT of the patient, by replies such as STOP and START, from the carrier, and by the link in e-mails.',
          tags: ['patients'],
          params: PatientParams,
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: ConsentView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params, query }) => {
        const patient = await ownPatient(app, tenantId, params.externalId);
        const window = pageWindow(query);
        const events = await consentHistory(app.sql, app.cipher, { patientId: patient.id, ...window });
        return { now: consentNow(patient), ...toPage(events, window, consentEventView) };
      },
    );
  };
}
