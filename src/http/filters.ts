import { Refusal } from '../domain/refusal.ts';
import { findPatient } from '../store/patients.ts';
import type { Sql } from '../store/pool.ts';

/** The patient a query filters by, found by the tenant's own id. Throws a 422 naming `patient`. */
export async function patientIdOf(sql: Sql, tenantId: string, externalId: string): Promise<string> {
  const patient = await findPatient(sql, tenantId, externalId);
  if (patient === null) {
    throw new Refusal(422, 'The filter is not valid', [
      { field: 'patient', detail: 'is not the id of one of your patients' },
    ]);
  }
  return patient;
}
