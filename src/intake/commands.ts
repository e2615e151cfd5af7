import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { planDoses } from '../dispatch/plan.ts';
import { consentChanges } from '../domain/consent.ts';
import type { PatientRecord } from '../domain/patient.ts';
import type { Policy } from '../domain/policy.ts';
import type { NewPrescription, PrescriptionChange, Regimen } from '../domain/prescription.ts';
import { type FieldError, Refusal } from '../domain/refusal.ts';
import { expand, type Occurrence } from '../regimen/expand.ts';
import { checkRegimen } from '../regimen/validate.ts';
import { type Warning, warningsOf, zoneChangeWarnings } from '../regimen/warnings.ts';
import { resolveCasesOf } from '../store/cases.ts';
import { recordConsent } from '../store/consents.ts';
import { readConversations } from '../store/conversations.ts';
import { cancelFuture, excludeUnanswered } from '../store/doses.ts';
import {
  type PrescribedPatient,
  readPatient,
  readPrescribed,
  replaceContacts,
  type StoredPatient,
  savePatient,
} from '../store/patients.ts';
import type { Sql } from '../store/pool.ts';
import {
  insertPrescription,
  lockPrescription,
  readPrescription,
  restartPlanning,
  type StoredPrescription,
  stopAll,
  updatePrescription,
} from '../store/prescriptions.ts';
import { canonicalLocale, checkPatient, checkPolicy } from './checks.ts';
import { quietHoursIn } from './quiet-hours.ts';

/** What a move to another zone does to a prescription. */
interface MoveWarning {
  prescriptionId: string;
  warning: Warning;
}

/** A prescription as it stands, whose it is, and what a person should look at. */
export interface Accepted {
  prescription: StoredPrescription;
  patient: PrescribedPatient;
  warnings: Warning[];
}

/**
 * Creates or fully replaces a patient. Another zone moves the doses that are not due yet of all active prescriptions; a
 * death stops every prescription and ends all that is open. Throws a 422 `Refusal` naming each field.
 */
export async function putPatient(
  app: App,
  tx: Sql,
  tenantId: string,
  given: PatientRecord,
): Promise<{ patient: StoredPatient; created: boolean; warnings: MoveWarning[] }> {
  refuseAny('The patient is not valid', checkPatient(given));
  const quietHours = given.quietHours ?? (await defaultQuietHours(tx, tenantId, given.zone));
  const locale = canonicalLocale(given.locale) as string;
  const record = { ...given, locale, ...(quietHours && { quietHours }) };
  const now = app.clock.now();
  const { id, before } = await savePatient(tx, app.cipher, { tenantId, record, now });
  const whose = { tenantId, patientId: id };
  await recordConsent(tx, whose, consentChanges(before?.consent ?? null, record.consent), now);
  await replaceContacts(tx, app.cipher, { ...whose, record, now });
  if (record.deceased) await endAll(tx, id, now);
  const moved = before !== null && before.zone !== record.zone;
  const warnings = moved ? await moveZone(app, tx, id, { from: before.zone, to: record.zone }) : [];
  const patient = await readPatient(tx, app.cipher, { tenantId, externalId: record.externalId });
  return { patient: patient as StoredPatient, created: before === null, warnings };
}

/** What the tenant has for the country in which patients live who have none of their own. */
async function defaultQuietHours(tx: Sql, tenantId: string, zone: string): Promise<PatientRecord['quietHours']> {
  const conversation = (await readConversations(tx, [tenantId])).get(tenantId);
  return quietHoursIn(zone, conversation ?? {});
}

/** Prescriptions first: then the horizon adds no dose behind us. */
async function endAll(tx: Sql, patientId: string, now: Date): Promise<void> {
  await stopAll(tx, patientId, now);
  await excludeUnanswered(tx, { patientId, reason: 'deceased', now });
  await resolveCasesOf(tx, { patientId, resolution: 'deceased', now });
}

async function moveZone(
  app: App,
  tx: Sql,
  patientId: string,
  zones: { from: string; to: string },
): Promise<MoveWarning[]> {
  const now = app.clock.now();
  const prescriptions = await restartPlanning(tx, patientId, now);
  const ids = prescriptions.map(({ id }) => id);
  for (const prescriptionId of ids) {
    await cancelFuture(tx, { prescriptionId, state: 'cancelled', reason: 'zone changed', now });
  }
  await planDoses(app, tx, ids);
  return prescriptions.flatMap(({ id, regimen }) =>
    zoneChangeWarnings(regimen, zones, now).map((warning) => ({ prescriptionId: id, warning })),
  );
}

/** Stores a prescription and plans its doses from now. Throws a `Refusal`: 422, or 409 when its external id is taken. */
export async function createPrescription(
  app: App,
  tx: Sql,
  tenantId: string,
  command: NewPrescription,
): Promise<Accepted> {
  const patient = await checkNew(app, tx, tenantId, command, true);
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
  const prescription = (await readPrescription(tx, app.cipher, { tenantId, id })) as StoredPrescription;
  return { prescription, patient, warnings: warningsFor(patient, command, now) };
}

/** The doses `createPrescription` would lead to in the next `days`, `limit` at most; throws what it would throw for 422. */
export async function previewPrescription(
  app: App,
  sql: Sql,
  tenantId: string,
  given: { command: NewPrescription; days: number; limit: number },
): Promise<{ patient: PrescribedPatient; doses: Occurrence[]; warnings: Warning[] }> {
  const patient = await checkNew(app, sql, tenantId, given.command, false);
  const now = app.clock.now();
  const until = plusSeconds(now, given.days * 86_400);
  const doses = expand(given.command.regimen, patient.zone, now, until, given.limit);
  return { patient, doses, warnings: warningsFor(patient, given.command, now) };
}

async function checkNew(
  app: App,
  sql: Sql,
  tenantId: string,
  command: NewPrescription,
  hold: boolean,
): Promise<PrescribedPatient> {
  const patient = await readPrescribed(sql, tenantId, { externalId: command.patient }, hold);
  const errors = checkPolicy(command.policy);
  if (patient === null) errors.push({ field: 'patient', detail: 'is not known: PUT /v1/patients/{externalId} first' });
  else if (patient.deceasedAt !== null) errors.push({ field: 'patient', detail: DECEASED });
  else
    errors.push(
      ...checkRegimen(command.regimen, patient.zone, app.clock.now(), app.config.schedule.minIntervalSeconds),
    );
  refuseAny('The prescription is not valid', errors);
  return patient as PrescribedPatient;
}

const DECEASED = 'is recorded as deceased: if that is wrong, PUT the patient without "deceased" first';

function warningsFor(
  { zone, quietHours, consent }: PrescribedPatient,
  { regimen, policy }: { regimen: Regimen; policy: Policy },
  now: Date,
): Warning[] {
  const rings = policy.critical && consent.criticalInQuietHours === true;
  return warningsOf({ regimen, zone, now, quietHours: quietHours ?? undefined, critical: rings });
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
): Promise<Accepted> {
  // The patient first, as a change of the patient does: two that wait for each other would be one too many.
  const patient = await readPrescribed(tx, tenantId, { prescriptionId: id }, true);
  const locked = patient !== null && (await lockPrescription(tx, { tenantId, id }));
  const current = locked ? await readPrescription(tx, app.cipher, { tenantId, id }) : null;
  if (patient === null || current === null) throw noPrescription();
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
  const prescription = (await readPrescription(tx, app.cipher, { tenantId, id })) as StoredPrescription;
  return { prescription, patient, warnings: next.state === 'stopped' ? [] : warningsFor(patient, next, now) };
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
