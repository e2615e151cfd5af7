import { fromFhir, type Intake } from './fhir.ts';

/** The options and resources of the tests beside this file. */
export const OPTIONS = { now: new Date('2026-03-02T12:00:00Z'), defaultZone: 'America/Lima', defaultLocale: 'es' };
export const PATIENT = {
  resourceType: 'Patient',
  id: 'ana',
  telecom: [{ system: 'phone', value: '+51 987 654 321' }],
};

/** An active order of metformin for that patient. */
export function request(part: object) {
  return {
    resourceType: 'MedicationRequest',
    id: 'rx',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'Metformina 850 mg' },
    subject: { reference: 'Patient/ana' },
    authoredOn: '2026-03-02',
    ...part,
  };
}

/** The same with one dosage of this timing. */
export function timed(timing: object, part: object = {}) {
  return request({ dosageInstruction: [{ text: 'con comida', timing }], ...part });
}

/** Once a day. */
export const day = { frequency: 1, period: 1, periodUnit: 'd' };

/** Imports the resources together with their patient. */
export function run(...resources: unknown[]): Intake {
  return fromFhir([PATIENT, ...resources], OPTIONS);
}
