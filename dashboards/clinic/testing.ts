import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { afterAll } from 'vitest';
import { plusSeconds } from '#src/clock.ts';
import type { MissKind } from '#src/domain/escalation.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { completePolicy } from '#src/domain/policy.ts';
import { buildServer } from '#src/http/server.ts';
import { createPrescription, putPatient } from '#src/intake/commands.ts';
import { openCase } from '#src/store/cases.ts';
import { listDoses } from '#src/store/dose-reads.ts';
import { endDoses } from '#src/store/doses.ts';
import { createTenant } from '#src/store/tenants.ts';
import { transaction } from '#src/store/transaction.ts';
import { type TestApp, testApp } from '#test/helpers/app.ts';
import { clinicPages } from './index.ts';

/** The clinic's pages over a real database, and a clinician of one tenant who looks at them. */
export interface TestClinic {
  app: TestApp;
  server: FastifyInstance;
  tenantId: string;
  apiKey: string;
  /** The cookie of a signed-in clinician. */
  cookie: string;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  post(url: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

const HOST = 'clinic.test';

export async function testClinic(): Promise<TestClinic> {
  const app = await testApp();
  const server = await buildServer(app);
  await clinicPages(server, app);
  afterAll(() => server.close());
  const { tenantId, apiKey } = await createTenant(app.sql, 'Hospital Uno', app.clock.now());
  const send = (method: 'GET' | 'POST', url: string, headers: Record<string, string>, form?: Record<string, string>) =>
    server.inject({
      method,
      url,
      headers: { host: HOST, ...headers },
      ...(form === undefined ? {} : { payload: new URLSearchParams(form).toString() }),
    });
  const ours = { origin: `http://${HOST}`, 'content-type': 'application/x-www-form-urlencoded' };
  const signedIn = await send('POST', '/clinic/sign-in', ours, { key: apiKey, by: 'Dra. Rojas' });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string;
  return {
    app,
    server,
    tenantId,
    apiKey,
    cookie,
    get: (url, headers = {}) => send('GET', url, { cookie, ...headers }),
    post: (url, form = {}, headers = {}) => send('POST', url, { cookie, ...ours, ...headers }, form),
  };
}

const PATIENT: PatientRecord = {
  externalId: 'MRN-1',
  locale: 'es-PE',
  zone: 'America/Lima',
  routine: {},
  contacts: [{ kind: 'phone', value: '+51900000001' }],
  caregivers: [],
  clinicians: [],
  consent: { reminders: true },
};

/** Stores a patient whose first dose (08:00 in Lima, Monday) was missed, with the case that opened at the window's end. */
export async function missedDose(
  { app, tenantId }: Pick<TestClinic, 'app' | 'tenantId'>,
  given: { externalId: string; name?: string; medication?: string; kind?: MissKind; critical?: boolean },
): Promise<{ caseId: string; patientId: string; prescriptionId: string; doseId: string }> {
  const { externalId, medication = 'Insulina glargina 10 UI', kind = 'missed_critical', critical = true } = given;
  const record = { ...PATIENT, externalId, ...(given.name === undefined ? {} : { name: given.name }) };
  app.clock.set('2026-11-23T12:00:00Z');
  const { prescription } = await transaction(app.sql, async (tx) => {
    await putPatient(app, tx, tenantId, record);
    return createPrescription(app, tx, tenantId, {
      patient: externalId,
      medication,
      regimen: {
        mode: 'wall',
        start: '2026-11-01T08:00:00',
        rrules: ['FREQ=DAILY;BYHOUR=8,20'],
        rdates: [],
        exdates: [],
      },
      policy: completePolicy({ critical }),
    });
  });
  const { id: prescriptionId, patientId } = prescription;
  const [dose] = await listDoses(app.sql, { patientId, prescriptionId, state: null, after: null, limit: 1 });
  if (dose === undefined) throw new Error('no dose was planned');
  app.clock.set(dose.windowEndsAt);
  const { id: doseId, localDate } = dose;
  await endDoses(app.sql, [{ id: doseId, localDate, state: 'missed', reason: null }], app.clock.now());
  const caseId = await openCase(
    app.sql,
    { tenantId, patientId, prescriptionId, doseId, localDate, kind },
    app.clock.now(),
  );
  app.clock.set(plusSeconds(app.clock.now(), 60));
  return { caseId: caseId as string, patientId, prescriptionId, doseId };
}
