import { uuidv7 } from '#src/domain/ids.ts';
import { insertAttempts } from '#src/store/attempts.ts';
import { openCase } from '#src/store/cases.ts';
import { readDose } from '#src/store/dose-reads.ts';
import { stepDoses } from '#src/store/doses.ts';
import { PATIENT, PRESCRIPTION, type TestApi } from './api.ts';

/** The clock stands at the first dose of a fresh prescription; the dose is open and its SMS has not left yet. */
export async function dueDose(api: TestApi, patient: string) {
  api.app.clock.set('2026-11-23T12:00:00Z');
  await api.call('PUT', `/v1/patients/${patient}`, PATIENT);
  const prescription = (await api.call('POST', '/v1/prescriptions', { ...PRESCRIPTION, patient })).json();
  const [first, second] = (await api.call('GET', `/v1/prescriptions/${prescription.id}/doses`)).json().items;
  api.app.clock.set(first.dueAt);
  const { sql } = api.app;
  const now = api.app.clock.now();
  const row = await readDose(sql, first.id);
  if (row === null) throw new Error('no dose was planned');
  const windowEnd = row.windowEndsAt;
  await stepDoses(sql, [{ id: row.id, localDate: row.localDate, rung: 1, nextActionAt: windowEnd }], now);
  const [contact] = await sql<{ id: string; patient_id: string }[]>`
    SELECT c.id, c.patient_id FROM contact_points c JOIN patients p ON p.id = c.patient_id
    WHERE p.external_id = ${patient} AND c.owner = 'patient' AND c.kind = 'phone'`;
  const attemptId = uuidv7(now);
  await insertAttempts(
    sql,
    [
      {
        id: attemptId,
        tenantId: api.tenantId,
        patientId: contact?.patient_id as string,
        doseId: row.id,
        localDate: row.localDate,
        escalationId: null,
        purpose: 'reminder',
        rung: 0,
        channel: 'sms',
        contactPointId: contact?.id as string,
        chunkId: null,
        dueAt: now,
        expiresAt: windowEnd,
        code: null,
      },
    ],
    now,
  );
  const openEscalation = async () =>
    (await openCase(
      sql,
      {
        tenantId: api.tenantId,
        patientId: contact?.patient_id as string,
        prescriptionId: prescription.id,
        doseId: row.id,
        localDate: row.localDate,
        kind: 'missed_critical',
      },
      api.app.clock.now(),
    )) as string;
  return {
    doseId: row.id,
    laterDoseId: second.id as string,
    prescriptionId: prescription.id as string,
    attemptId,
    openEscalation,
  };
}
