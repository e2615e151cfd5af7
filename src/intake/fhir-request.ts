import type { PatientRecord } from '../domain/patient.ts';
import { completePolicy } from '../domain/policy.ts';
import type { NewPrescription, Regimen } from '../domain/prescription.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Entry, lookUp } from './fhir-bundle.ts';
import type { PathNote } from './fhir-patient.ts';
import { conceptText, type Element, element, elements, firstLine, line, refuse } from './fhir-read.ts';
import { readTiming } from './fhir-timing.ts';

/** The rest of the file, as far as a request refers to it. `subjects` maps to null where the patient was refused. */
interface RequestContext {
  entries: Entry[];
  subjects: Map<string, PatientRecord | null>;
  now: Date;
}

const PATH = 'MedicationRequest';
/** Intents that are orders; a proposal, plan, directive or option is not. */
const ORDERS = ['order', 'original-order', 'reflex-order', 'filler-order', 'instance-order'];

/**
 * A FHIR R4 MedicationRequest as prescriptions, one per dosage instruction. Throws a `Refusal` that names the FHIRPath when
 * any part of it cannot be scheduled.
 */
export function readRequest(
  request: Element,
  context: RequestContext,
): { prescriptions: NewPrescription[]; warnings: PathNote[] } {
  checkOrder(request);
  const patient = readSubject(request, context);
  const medication = readMedication(request, context.entries);
  const dosages = elements(request.dosageInstruction);
  if (dosages.length === 0) refuse(`${PATH}.dosageInstruction`, 'no timing: give dosageInstruction.timing');
  checkSequence(dosages);
  const prescriptions: NewPrescription[] = [];
  const ended: PathNote[] = [];
  for (const [i, dosage] of dosages.entries()) {
    const path = `${PATH}.dosageInstruction[${i}]`;
    const regimen = readDosage(dosage, { path, patient, authoredOn: request.authoredOn, now: context.now });
    if ('detail' in regimen) ended.push(regimen);
    else
      prescriptions.push(
        prescriptionOf(request, dosage, { patient, medication, regimen, number: i + 1, of: dosages.length }),
      );
  }
  if (prescriptions.length === 0)
    throw new Refusal(
      422,
      'Not imported',
      ended.slice(0, 1).map(({ path, detail }) => ({ field: path, detail })),
    );
  return { prescriptions, warnings: ended };
}

function checkOrder(request: Element): void {
  for (const part of ['modifierExtension', 'implicitRules']) {
    if (request[part] !== undefined)
      refuse(`${PATH}.${part}`, 'it changes what the request means and is not understood: send the request without it');
  }
  if (request.status !== 'active') refuse(`${PATH}.status`, 'only active requests are scheduled');
  if (!ORDERS.includes(request.intent as string)) refuse(`${PATH}.intent`, 'not an order: only orders are scheduled');
  if (request.doNotPerform === true) refuse(`${PATH}.doNotPerform`, 'it forbids the medication: nothing is scheduled');
}

function readSubject(request: Element, { subjects }: RequestContext): PatientRecord {
  const path = `${PATH}.subject`;
  const reference = firstLine(element(request.subject).reference);
  if (!reference) refuse(path, 'no subject.reference: name the patient');
  const shown = reference.slice(0, 100);
  const patient = lookUp(reference, subjects);
  if (patient === undefined) refuse(path, `subject ${shown} is not in the file: add the Patient resource`);
  if (patient === null) refuse(path, `subject ${shown} was refused: see its own refusal`);
  return patient;
}

/** The words for the medication: its concept, or those of the Medication it refers to, contained or in the file. */
function readMedication(request: Element, entries: Entry[]): string {
  const { reference, display } = element(request.medicationReference);
  const target = firstLine(reference) ?? '';
  const contained = elements(request.contained).find(({ id }) => `#${line(id)}` === target);
  const medications = new Map(
    entries
      .filter(({ type }) => type === 'Medication')
      .flatMap(({ references, resource }) => references.map((r) => [r, resource])),
  );
  const medication = contained ?? lookUp(target, medications);
  const name = firstLine(conceptText(request.medicationCodeableConcept), conceptText(medication?.code), display);
  if (!name || name.length > 500) {
    refuse(`${PATH}.medication[x]`, 'no name of 1 to 500 characters: give medicationCodeableConcept.text');
  }
  return name;
}

/** Steps one after another must each say when they begin and, but for the last, end. */
function checkSequence(dosages: Element[]): void {
  const steps = dosages.map((dosage, i) => ({
    path: `${PATH}.dosageInstruction[${i}].sequence`,
    sequence: typeof dosage.sequence === 'number' ? dosage.sequence : 0,
    period: element(element(element(dosage.timing).repeat).boundsPeriod),
  }));
  const last = Math.max(...steps.map(({ sequence }) => sequence));
  if (steps.every(({ sequence }) => sequence === last)) return;
  const open = steps.find(({ sequence, period }) => !period.start || (!period.end && sequence !== last));
  if (open)
    refuse(
      open.path,
      'steps one after another: give each its boundsPeriod.start and, but for the last, boundsPeriod.end',
    );
}

/** The regimen of a dosage; a note when it has ended, which is no reason to refuse the steps after it. */
function readDosage(
  dosage: Element,
  context: { path: string; patient: PatientRecord; authoredOn: unknown; now: Date },
): Regimen | PathNote {
  const { path, patient, authoredOn, now } = context;
  if (dosage.modifierExtension !== undefined) {
    refuse(
      `${path}.modifierExtension`,
      'it changes what the dosage means and is not understood: send the dosage without it',
    );
  }
  if (dosage.asNeededBoolean === true) refuse(`${path}.asNeededBoolean`, 'as needed: there is no scheduled dose');
  if (dosage.asNeededCodeableConcept !== undefined) {
    refuse(`${path}.asNeededCodeableConcept`, 'as needed: there is no scheduled dose');
  }
  if (dosage.timing === undefined) {
    refuse(
      `${path}.timing`,
      firstLine(dosage.text) ? 'only words say when: give timing.repeat' : 'no timing: give timing.repeat',
    );
  }
  const regimen = readTiming(dosage.timing, { path: `${path}.timing`, zone: patient.zone, authoredOn, now });
  return regimen ?? { path: `${path}.timing`, detail: 'already ended: its last dose is in the past' };
}

function prescriptionOf(
  request: Element,
  dosage: Element,
  given: { patient: PatientRecord; medication: string; regimen: Regimen; number: number; of: number },
): NewPrescription {
  const { patient, medication, regimen, number, of } = given;
  const id = firstLine(request.id, ...elements(request.identifier).map(({ value }) => value));
  const externalId = id && of > 1 ? `${id}.${number}` : id;
  if (externalId && externalId.length > 128) refuse(`${PATH}.id`, 'longer than 128 characters: shorten it');
  const instructions = firstLine(dosage.text, dosage.patientInstruction);
  if (instructions && instructions.length > 2000)
    refuse(`${PATH}.dosageInstruction[${number - 1}].text`, 'longer than 2000 characters: shorten it');
  return {
    patient: patient.externalId,
    ...(externalId ? { externalId } : {}),
    medication,
    ...(instructions ? { instructions } : {}),
    regimen,
    policy: completePolicy({}),
  };
}
