import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { App } from '../../app.ts';
import { noPatient } from '../../dispatch/message.ts';
import { putPatient } from '../../intake/commands.ts';
import { readPatient, type StoredPatient } from '../../store/patients.ts';
import { transaction } from '../../store/transaction.ts';
import { KEYED, KEYED_BODY, problems } from '../schemas/common.ts';
import {
  PatientBody,
  PatientParams,
  PatientPutView,
  PatientView,
  patientView,
  toPatientRecord,
} from '../schemas/patient.ts';
import { languageFor, warningView } from '../schemas/warning.ts';

export function patientRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.put(
      '/v1/patients/:externalId',
      {
        schema: {
          summary: 'Create a patient, or replace it as a whole',
          description:
            'What is left out is removed. A contact point that opted out or proved invalid stays so while its value is the same. Another zone moves the doses that are not due yet; warnings tell where that brings two doses too near or too far. A death ends everything that is open.',
          tags: ['patients'],
          params: PatientParams,
          body: PatientBody,
          response: { 200: PatientPutView, 201: PatientPutView, ...problems(...KEYED_BODY) },
        },
      },
      async (request, reply) => {
        const record = toPatientRecord(request.params.externalId, request.body);
        const { patient, created, warnings } = await transaction(app.sql, (tx) =>
          putPatient(app, tx, request.tenantId, record),
        );
        const language = languageFor(request.headers, patient.locale);
        const body = {
          ...patientView(patient),
          warnings: warnings.map(({ prescriptionId, warning }) => ({
            prescriptionId,
            ...warningView(warning, language),
          })),
        };
        return reply.code(created ? 201 : 200).send(body);
      },
    );

    server.get(
      '/v1/patients/:externalId',
      {
        schema: {
          summary: 'A patient, contact points masked',
          tags: ['patients'],
          params: PatientParams,
          response: { 200: PatientView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params }) => patientView(await ownPatient(app, tenantId, params.externalId)),
    );
  };
}

/** Throws a 404 for another tenant's patient too. */
export async function ownPatient(app: App, tenantId: string, externalId: string): Promise<StoredPatient> {
  const patient = await readPatient(app.sql, app.cipher, { tenantId, externalId });
  if (patient === null) throw noPatient();
  return patient;
}
