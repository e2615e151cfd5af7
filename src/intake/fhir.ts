import type { PatientRecord } from '../domain/patient.ts';
import type { NewPrescription } from '../domain/prescription.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Entry, entriesOf } from './fhir-bundle.ts';
import { readPatient } from './fhir-patient.ts';
import { readRequest } from './fhir-request.ts';

/** Something that was not imported, or was with a reservation. `resource` is `Type/id`, `path` a FHIRPath. */
export interface IntakeNote {
  resource: string;
  path: string;
  detail: string;
}

/** What a file leads to. Every resource of it is either among the accepted or in `refusals`. */
export interface Intake {
  patients: PatientRecord[];
  prescriptions: NewPrescription[];
  refusals: IntakeNote[];
  warnings: IntakeNote[];
}

export interface IntakeOptions {
  now: Date;
  /** The IANA zone of patients whose resource has none. */
  defaultZone: string;
  /** The BCP 47 tag of patients whose resource names no language. */
  defaultLocale: string;
}

/** Whether the input looks like FHIR: a resource, or a list that begins with one. */
export function isFhir(input: unknown): boolean {
  const first = Array.isArray(input) ? input[0] : input;
  return typeof first === 'object' && first !== null && 'resourceType' in first;
}

/**
 * Reads FHIR R4 (a Bundle, one resource, or a list of them) into patients and prescriptions. Patient and
 * MedicationRequest with simple timings are imported; everything else is refused by name. A request is imported whole or
 * not at all. Never throws: what cannot be read becomes a refusal.
 */
export function fromFhir(input: unknown, options: IntakeOptions): Intake {
  const intake: Intake = { patients: [], prescriptions: [], refusals: [], warnings: [] };
  const { entries, refused } = entriesOf(input);
  intake.refusals.push(...refused);
  const subjects = importPatients(entries, options, intake);
  for (const entry of entries) {
    if (entry.type === 'Patient') continue;
    if (entry.type !== 'MedicationRequest') {
      const detail = 'not imported: only Patient and MedicationRequest are';
      intake.refusals.push({ resource: entry.name, path: entry.type, detail });
      continue;
    }
    attempt(entry, intake, () => {
      const { prescriptions, warnings } = readRequest(entry.resource, { entries, subjects, now: options.now });
      intake.prescriptions.push(...prescriptions);
      intake.warnings.push(...warnings.map((note) => ({ resource: entry.name, ...note })));
    });
  }
  return intake;
}

/** Imports the patients and returns, by every reference to a Patient of the file, its record (null when refused). */
function importPatients(entries: Entry[], options: IntakeOptions, intake: Intake): Map<string, PatientRecord | null> {
  const subjects = new Map<string, PatientRecord | null>();
  for (const entry of entries.filter(({ type }) => type === 'Patient')) {
    for (const reference of entry.references) subjects.set(reference, null);
    attempt(entry, intake, () => {
      const { record, refused, warnings } = readPatient(entry.resource, options);
      for (const reference of entry.references) subjects.set(reference, record);
      intake.patients.push(record);
      intake.refusals.push(...refused.map((note) => ({ resource: entry.name, ...note })));
      intake.warnings.push(...warnings.map((note) => ({ resource: entry.name, ...note })));
    });
  }
  return subjects;
}

function attempt(entry: Entry, intake: Intake, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    intake.refusals.push(...error.errors.map(({ field, detail }) => ({ resource: entry.name, path: field, detail })));
  }
}
