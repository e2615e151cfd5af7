import type { FastifyInstance } from 'fastify';
import { DateTime } from 'luxon';
import type { App } from '#src/app.ts';
import { isId } from '#src/domain/ids.ts';
import { Refusal } from '#src/domain/refusal.ts';
import { adherence } from '#src/reports/adherence.ts';
import { clinicPatient, gridDoses } from '#src/store/clinic.ts';
import { listPrescriptions } from '#src/store/prescriptions.ts';
import { patientPage } from './patient-page.ts';
import { viewFor } from './view.ts';

/** The page shows today and the days before it, this many in all. */
const DAYS = 14;
const SHOWN_PRESCRIPTIONS = 50;

/** A patient's prescriptions, last days' doses and adherence over the same days (local dates of the patient's zone). */
export function patientRoutes(clinic: FastifyInstance, app: App): void {
  clinic.get<{ Params: { id: string } }>('/patients/:id', async (request, reply) => {
    const { clinician, params } = request;
    const { tenantId } = clinician;
    const now = app.clock.now();
    const patient = isId(params.id) ? await clinicPatient(app.sql, app.cipher, { tenantId, id: params.id }) : null;
    if (patient === null) throw new Refusal(404, 'No such patient');
    const patientId = patient.id;
    const today = DateTime.fromJSDate(now, { zone: patient.zone }).startOf('day');
    const first = today.minus({ days: DAYS - 1 });
    const [from, to] = [first.toISODate() as string, today.toISODate() as string];
    const period = { from: first.toJSDate(), to: today.plus({ days: 1 }).toJSDate() };
    const [prescriptions, doses, report] = await Promise.all([
      listPrescriptions(app.sql, app.cipher, { tenantId, patientId, after: null, limit: SHOWN_PRESCRIPTIONS }),
      gridDoses(app.sql, { patientId, from, to }),
      adherence(app.sql, { tenantId, patientId, ...period, now }),
    ]);
    const view = viewFor(request, now, clinician.by);
    return reply.send(patientPage(view, { patient, prescriptions, doses, report, from, to }));
  });
}
