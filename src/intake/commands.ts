import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { planDoses } from '../dispatch/plan.ts';
import type { PatientRecord } from '../domain/patient.ts';
import type { NewPrescription, PrescriptionChange } from '../domain/prescription.ts';
import { type FieldError, Refusal } from '../domain/refusal.ts';
import { expand, type Occurrence } from '../regimen/expand.ts';
import { checkRegimen } from '../regimen/validate.ts';
import { cancelFuture } from '../store/doses.ts';
import { findPatient, readPatient, replaceContacts, type StoredPatient, savePatient } from '../store/patients.ts';
import type { Sql } from '../store/pool.ts';
import {
  insertPrescription,
  lockPrescription,
  readPrescription,
  restartPlanning,
  type StoredPrescription,
  updatePrescription,
} from '../store/prescriptions.ts';
import { canonicalLocale, checkPatient, checkPolicy } from './checks.ts';

/**
 * Creates or fully replaces a patient. Another zone moves the doses that are not due yet of all active prescriptions.
 * Throws a 422 `Refusal` naming each field.
 */
export async function putPatient(
  app: App,
  tx: Sql,
  tenantId: string,
  given: PatientRecord,
): Promise<{ patient: StoredPatient; created: boolean }> {
  refuseAny('The patient is not valid', checkPatient(given));
  const record = { ...given, locale: canonicalLocale(given.locale) as string };
  const now = app.clock.now();
  const { id, created, zoneChanged } = await savePatient(tx, app.cipher, { tenantId, record, now });
  await replaceContacts(tx, app.cipher, { tenantId, patientId: id, record, now });
  if (zoneChanged) {
    const prescriptions = await restartPlanning(tx, id, now);
    for (const prescriptionId of prescriptions) {
      await cancelFuture(tx, { prescriptionId, state: 'cancelled', reason: 'zone changed', now });
    }
    await planDoses(app, tx, prescriptions);
  }
  const patient = await readPatient(tx, app.cipher, { tenantId, externalId: record.externalId });
  return { patient: patient as StoredPatient, created };
}

/** Stores a prescription and plans its doses from now. Throws a `Refusal`: 422, or 409 when its external id is taken. */
export async function createPrescription(
  app: App,
  tx: Sql,
  tenantId: string,
  command: NewPrescription,
): Promise<StoredPrescription> {
  const patient = await checkNew(app, tx, tenantId, command);
  const now = app.clock.now();
  const id = await insertPrescription(tx, app.cipher, { tenantId, patientId: patient.id, command, now });
  if (id === null) {
    throw new Refusal(409, 'The prescription exists already', [
      {
        field: 'externalId',
        detail: 'is taken by another prescription: change that one with PATCH, or send another id',
      },
    ]);
  }
  await planDoses(app, tx, [id]);
  return (await readPrescription(tx, app.cipher, { tenantId, id })) as StoredPrescription;
}

/** The doses `createPrescription` would lead to in the next `days`, `limit` at most; throws what it would throw for 422. */
export async function previewPrescription(
  app: App,
  sql: Sql,
  tenantId: string,
  given: { command: NewPrescription; days: number; limit: number },
): Promise<{ zone: string; doses: Occurrence[] }> {
  const { zone } = await checkNew(app, sql, tenantId, given.command);
  const now = app.clock.now();
  const doses = expand(given.command.regimen, zone, now, plusSeconds(now, given.days * 86_400), given.limit);
  return { zone, doses };
}

async function checkNew(app: App, sql: Sql, tenantId: string, command: NewPrescription) {
  const patient = await findPatient(sql, tenantId, command.patient);
  const errors = checkPolicy(command.policy);
  if (patient === null) errors.push({ field: 'patient', detail: 'is not known: PUT /v1/patients/{externalId} first' });
  else
    errors.push(
      ...checkRegimen(command.regimen, patient.zone, app.clock.now(), app.config.schedule.minIntervalSeconds),
    );
  refuseAny('The prescription is not valid', errors);
  return patient as NonNullable<typeof patient>;
}

/**
 * Changes, pauses, resumes or stops a prescription: the doses not due yet end as cancelled (excluded by a pause) and the
 * future is planned anew; what was due is never rewritten. Throws a `Refusal`: 404, 409 once stopped, 422.
 */
export async function changePrescription(
  app: App,
  tx: Sql,
  tenantId: string,
  id: string,
  change: PrescriptionChange,
): Promise<StoredPrescription> {
  const locked = await lockPrescription(tx, { tenantId, id });
  const current = locked ? await readPrescription(tx, app.cipher, { tenantId, id }) : null;
  if (current === null) throw noPrescription();
  if (current.state === 'stopped') {
    throw new Refusal(409, 'The prescription is stopped', [
      { field: 'state', detail: 'is final once stopped: create a new prescription' },
    ]);
  }
  const now = app.clock.now();
  const { reason, ...parts } = change;
  const next = { ...current, ...parts };
  refuseAny('The change is not valid', [
    ...(parts.policy ? checkPolicy(parts.policy) : []),
    ...(parts.regimen ? checkRegimen(parts.regimen, current.zone, now, app.config.schedule.minIntervalSeconds) : []),
  ]);
  await updatePrescription(tx, app.cipher, next, now);
  const [end, defaultReason] = ENDS[next.state];
  await cancelFuture(tx, { prescriptionId: id, state: end, reason: reason ?? defaultReason, now });
  if (next.state === 'active') await planDoses(app, tx, [id]);
  return (await readPrescription(tx, app.cipher, { tenantId, id })) as StoredPrescription;
}

/** How a change that leaves the prescription in this state ends its planned doses, and why if the caller does not say. */
const ENDS = {
  active: ['cancelled', 'changed'],
  paused: ['excluded', 'paused'],
  stopped: ['cancelled', 'stopped'],
} as const;

/** A 404 for another tenant's prescription too. */
export function noPrescription(): Refusal {
  return new Refusal(404, 'No such prescription', [
    { field: 'id', detail: 'is not the id of one of your prescriptions' },
  ]);
}

function refuseAny(title: string, errors: FieldError[]): void {
  if (errors.length > 0) throw new Refusal(422, title, errors);
}
